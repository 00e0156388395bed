"""Columns of text, aligned as Go's `text/tabwriter` does.

Cells end with a tab; the text behind the last tab of a line belongs to no column. A column is a run of lines that
have a cell at that place, and it is as wide as its widest cell plus the padding. kubectl's tables use a variant that
remembers widths, so that rows which come later (`--watch`) line up with those already printed. Upstream:
text/tabwriter, github.com/liggitt/tabwriter. Only padding with spaces is here.
"""

from collections.abc import Sequence


class TabWriter:
    """Collects lines of tab-separated cells; `flush` returns them aligned. Widths are remembered between flushes."""

    def __init__(self, min_width: int = 6, padding: int = 3) -> None:
        self.min_width, self.padding = min_width, padding
        self.text = ""
        self.widths: list[int] = []

    def write(self, text: str) -> None:
        """Add text; a line is complete when its newline is there."""
        self.text += text

    def flush(self) -> str:
        """The lines so far, aligned, and nothing left over."""
        text, self.text = self.text, ""
        return _align(text, self.min_width, self.padding, self.widths)

    def forget(self) -> None:
        """Start with fresh widths: a table of another kind follows."""
        self.widths = []


def align(text: str, min_width: int = 6, padding: int = 3) -> str:
    """Text with tab-separated cells, aligned at once; `describe` uses 0 and 2."""
    return _align(text, min_width, padding, None)


def _align(text: str, min_width: int, padding: int, remembered: list[int] | None) -> str:
    lines = [line.split("\t") for line in text.replace("\f", "\n").split("\n")]
    out: list[str] = []
    _Block(lines, min_width, padding, remembered, out).columns(0, len(lines), [])
    return "\n".join(out)


class _Block:
    """The lines of one flush, and those that are done."""

    def __init__(
        self, lines: list[list[str]], min_width: int, padding: int, remembered: list[int] | None, out: list[str]
    ) -> None:
        self.lines, self.min_width, self.padding, self.remembered, self.out = lines, min_width, padding, remembered, out

    def columns(self, start: int, end: int, widths: list[int]) -> None:
        """Write lines `start` to `end`, whose first cells have these widths."""
        column = len(widths)
        at = start
        while at < end:
            if column >= len(self.lines[at]) - 1:
                at += 1
                continue
            self.plain(start, at, widths)
            start = at
            while at < end and column < len(self.lines[at]) - 1:
                at += 1
            self.columns(start, at, [*widths, self.width(column, self.lines[start:at])])
            start = at
        self.plain(start, end, widths)

    def width(self, column: int, lines: Sequence[list[str]]) -> int:
        widest = max(self.min_width, *(len(line[column]) + self.padding for line in lines))
        if self.remembered is not None:
            if column == len(self.remembered):
                self.remembered.append(widest)
            widest = self.remembered[column] = max(widest, self.remembered[column])
        return widest

    def plain(self, start: int, end: int, widths: list[int]) -> None:
        for line in self.lines[start:end]:
            cells = [cell.ljust(widths[at]) if at < len(widths) else cell for at, cell in enumerate(line)]
            self.out.append("".join(cells))
