"""How minikube prints: a pictogram for each kind of line, tables and boxes drawn with lines.

Source: minikube's `pkg/minikube/style/style.go`; tables are those of tablewriter v1, boxes those of box-cli-maker.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

STYLES = {
    "AddonDisable": "🌑  ",
    "AddonEnable": "🌟  ",
    "Caching": "🤹  ",
    "Celebrate": "🎉  ",
    "Check": "✅  ",
    "CNI": "🔗  ",
    "Containerd": "📦  ",
    "Deleted": "💀  ",
    "DeletingHost": "🔥  ",
    "Docker": "🐳  ",
    "Documentation": "📘  ",
    "Empty": "",
    "Enabling": "🔌  ",
    "Failure": "❌  ",
    "Fatal": "💣  ",
    "Happy": "😄  ",
    "HealthCheck": "🔎  ",
    "Indent": "    ",
    "Internet": "🌐  ",
    "Kubectl": "💗  ",
    "Meh": "🙄  ",
    "Notice": "📌  ",
    "Option": "    ▪ ",
    "Permissions": "🔑  ",
    "Pulling": "🚜  ",
    "Ready": "🏄  ",
    "Restarting": "🔄  ",
    "Running": "🏃  ",
    "Sad": "😿  ",
    "Shrug": "🤷  ",
    "Shutdown": "🛑  ",
    "Sparkle": "✨  ",
    "StartingVM": "🔥  ",
    "Stopped": "🛑  ",
    "Stopping": "✋  ",
    "SubStep": "    ▪ ",
    "Success": "✅  ",
    "ThumbsUp": "👍  ",
    "Tip": "💡  ",
    "Unsupported": "🚡  ",
    "URL": "👉  ",
    "Verifying": "🤔  ",
    "Warning": "❗  ",
    "Workaround": "👉  ",
}


def line(style: str, text: str) -> str:
    """One styled line with its newline."""
    return f"{STYLES[style]}{text}\n"


def width(text: str) -> int:
    """Columns on a terminal: pictograms take two."""
    return sum(2 if east_asian_width(char) in "WF" else 0 if char == "\ufe0f" else 1 for char in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with lines around it; cells may have several lines."""
    grid = [[cell.split("\n") for cell in row] for row in rows]
    widths = [
        max([width(title), *(width(text) for row in grid for text in row[column])]) for column, title in enumerate(head)
    ]
    lines = [
        _rule("┌┬┐", widths),
        _row([_centred(title, size) for title, size in zip(head, widths, strict=True)], widths),
    ]
    lines.append(_rule("├┼┤", widths))
    for row in grid:
        for index in range(max(len(cell) for cell in row)):
            lines.append(_row([cell[index] if index < len(cell) else "" for cell in row], widths))
    return "\n".join([*lines, _rule("└┴┘", widths)]) + "\n"


def _rule(corners: str, widths: Sequence[int]) -> str:
    return corners[0] + corners[1].join("─" * (size + 2) for size in widths) + corners[2]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f" {cell}{' ' * (size - width(cell))} " for cell, size in zip(cells, widths, strict=True))
    return "│" + "│".join(padded) + "│"


def _centred(text: str, size: int) -> str:
    left = (size - width(text)) // 2
    return " " * left + text + " " * (size - width(text) - left)


def box(text: str) -> str:
    """Lines in a rounded box, with a line of air above and below and four columns at the sides."""
    lines = ["", *text.splitlines(), ""]
    size = max(width(item) for item in lines)
    body = (f"│    {item}{' ' * (size - width(item))}    │" for item in lines)
    return "\n".join(["╭" + "─" * (size + 8) + "╮", *body, "╰" + "─" * (size + 8) + "╯"]) + "\n"
