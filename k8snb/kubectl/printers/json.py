"""`-o json`: indented by four spaces, HTML characters escaped, as Go's encoder leaves them.

Upstream: `k8s.io/cli-runtime/pkg/printers/json.go`.
"""

from typing import Any

from k8snb.api import jsontext


def print_json(value: Any, *, sort_keys: bool = True) -> str:
    """One object and a newline. Objects that kubectl makes itself (`create --dry-run=client`) keep their own key
    order."""
    return jsontext.dumps(value, "    ", sort_keys=sort_keys) + "\n"
