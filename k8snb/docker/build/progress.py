"""BuildKit's plain progress: numbered vertices with their lines and times, and how a failure is shown in the Dockerfile.

Source: buildkit's `util/progress/progressui` (printer) and `solver/errdefs` (excerpts).
"""

from __future__ import annotations

from collections.abc import Callable

from k8snb.docker.build.dockerfile import BuildError

Write = Callable[[str], None]
#: log lines of the failed step that are shown again
_REPEATED = 10


class Progress:
    """Prints vertices one after the other. `now` gives virtual seconds."""

    def __init__(self, write: Write, now: Callable[[], float]) -> None:
        self._write, self._now, self._number = write, now, 0

    def begin(self) -> None:
        self._write('#0 building with "default" instance using docker driver\n')

    def vertex(self, name: str) -> Vertex:
        """Open the next vertex."""
        self._number += 1
        self._write(f"\n#{self._number} {name}\n")
        return Vertex(self._number, name, self._write, self._now)


class Vertex:
    """One vertex under way."""

    def __init__(self, number: int, name: str, write: Write, now: Callable[[], float]) -> None:
        self.number, self.name, self._write, self._now = number, name, write, now
        self._began, self._open, self.log = now(), "", list[str]()

    def line(self, text: str) -> None:
        self._write(f"#{self.number} {text}\n")

    def output(self, text: str) -> None:
        """Output of the step's own command; lines are shown once they are complete."""
        *lines, self._open = (self._open + text).split("\n")
        for line in lines:
            self._log(line)

    def _log(self, line: str) -> None:
        stamped = f"{self._now() - self._began:.3f} {line}"
        self.log.append(stamped)
        self.line(stamped)

    def done(self) -> None:
        if self._open:
            self._log(self._open)
        self._write(f"#{self.number} DONE {self._now() - self._began:.1f}s\n")

    def cached(self) -> None:
        self._write(f"#{self.number} CACHED\n")

    def failed(self, text: str) -> None:
        if self._open:
            self._log(self._open)
            self._open = ""
        self._write(f"#{self.number} ERROR: {text}\n")


def failure(error: BuildError, source: str, name: str, vertex: Vertex | None = None) -> str:
    """What is printed of a failed build: the failed step's last lines, its place in the Dockerfile, the error."""
    text = ""
    if vertex is not None:
        repeated = "".join(f"{line}\n" for line in vertex.log[-_REPEATED:])
        text += f"------\n > {vertex.name}:\n{repeated}------\n"
    if error.first:
        text += excerpt(source, name, error.first, error.last)
    return f"{text}ERROR: failed to build: failed to solve: {error.text}\n"


def excerpt(source: str, name: str, first: int, last: int) -> str:
    """The lines of a Dockerfile around an error, the lines themselves marked."""
    lines = source.splitlines()
    start, end, shown, wanted = first, min(last, len(lines)), 0, 4 if first == last else 2
    while shown < wanted:
        if start > 1:
            start, shown = start - 1, shown + 1
        if end < len(lines):
            end, shown = end + 1, shown + 1
        shown += 1
    rule = "-" * 20
    body = "".join(
        f"{number:4d} | {'>>>' if first <= number <= last else '   '} {lines[number - 1]}\n"
        for number in range(start, end + 1)
    )
    return f"{name}:{first}\n{rule}\n{body}{rule}\n"


def megabytes(size: float) -> str:
    """A size as BuildKit prints it: `117B`, `2.05kB`, `52.61MB`."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f}{unit}" if unit == "B" else f"{size:.2f}{unit}"
        size /= 1000
    return f"{size:.2f}GB"
