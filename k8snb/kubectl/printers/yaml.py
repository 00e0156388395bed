"""`-o yaml`: one document per object, `---` before each but the first.

Upstream: `k8s.io/cli-runtime/pkg/printers/yaml.go`.
"""

from typing import Any

from k8snb.api import yaml


def print_yaml(value: Any, position: int = 0) -> str:
    """One object; `position` counts the objects that this command has printed before."""
    return ("---\n" if position else "") + yaml.dump(value)
