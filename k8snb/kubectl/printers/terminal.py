"""Text that must not steer a terminal.

Upstream: `k8s.io/cli-runtime/pkg/printers/terminal.go`.
"""


def escape(text: str) -> str:
    """The text with escape and carriage-return characters made visible (`^[`, `\\r`)."""
    return text.replace("\x1b", "^[").replace("\r", "\\r")
