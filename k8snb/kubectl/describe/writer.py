"""What describers write to: lines of tab-separated cells at a level of indentation, aligned when the text is asked for.

Source: kubectl `pkg/describe/describe.go` (PrefixWriter, tabbedString).
"""

from __future__ import annotations

from k8snb.kubectl.printers import tabwriter, terminal

_STEP = "  "


class PrefixWriter:
    """Collects a description. Columns line up between two flushes."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._done = ""
        self._base = ""

    def write(self, level: int, text: str) -> None:
        """Text at a level; it ends a line only if it says so."""
        self._parts.append(self._base + _STEP * level + text)

    def end(self, text: str = "") -> None:
        """The rest of a line that has been begun."""
        self._parts.append(f"{self._base}{text}\n")

    def line(self, level: int, text: str = "") -> None:
        """A whole line."""
        self._parts.append(f"{self._base}{_STEP * level}{text}\n")

    def field(self, level: int, name: str, value: object) -> None:
        """`Name:` and a value in the next column."""
        self._parts.append(f"{self._base}{_STEP * level}{name}:\t{value}\n")

    def row(self, level: int, *cells: object) -> None:
        """A row of a table."""
        self._parts.append(self._base + _STEP * level + "\t".join(map(str, cells)) + "\n")

    def nested(self, level: int) -> PrefixWriter:
        """The same writer some levels deeper. Every piece of a line is indented, as upstream's nested writer does."""
        inner = PrefixWriter()
        inner._parts, inner._base = self._parts, self._base + _STEP * level
        return inner

    def flush(self) -> None:
        """What follows does not line up with what was before."""
        text = terminal.escape("".join(self._parts))
        self._parts.clear()
        self._done += tabwriter.align(text, 0, 2)

    def text(self) -> str:
        """All of it, aligned."""
        self.flush()
        return self._done

    def raw(self) -> str:
        """All of it as it was written, cells still apart: `rollout history --revision` prints it so."""
        return terminal.escape("".join(self._parts))
