"""`-o name` and the lines that tell what was done: `deployment.apps/web created`.

Upstream: `k8s.io/cli-runtime/pkg/printers/name.go`.
"""

from collections.abc import Mapping
from typing import Any


def print_name(value: Mapping[str, Any], operation: str = "") -> str:
    """`kind.group/name` and what was done to it, a line for each object of a list."""
    if isinstance(value.get("items"), list):
        return "".join(print_name(item, operation) for item in value["items"])
    name = value.get("metadata", {}).get("name") or "<unknown>"
    return f"{resource_name(value)}/{name}{f' {operation}' if operation else ''}\n"


def resource_name(value: Mapping[str, Any]) -> str:
    """The kind in lower case with its group: `pod`, `deployment.apps`."""
    kind = str(value.get("kind") or "<unknown>").lower()
    group, slash, _ = str(value.get("apiVersion", "")).partition("/")
    return f"{kind}.{group}" if slash else kind
