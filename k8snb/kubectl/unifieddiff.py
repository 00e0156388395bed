"""What `diff -u -N` prints for two directories of texts: `kubectl diff` shows it, and few machines lack the program.

Lines are compared as GNU diff does: Myers' search for a middle from both ends, then runs of changes are moved as far down
as they go, or next to a change of the other text. Source: gnulib `diffseq.h`, diffutils `analyze.c` and `context.c`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

CONTEXT: Final = 3


def directories(old: Mapping[str, str], new: Mapping[str, str], paths: tuple[str, str], stamp: str) -> str:
    """The differences of all files of two directories (name -> text). `paths` are their names, `stamp` the files' time."""
    found: list[str] = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, "").splitlines(True), new.get(name, "").splitlines(True)
        if before != after:
            left, right = f"{paths[0]}/{name}", f"{paths[1]}/{name}"
            found.append(f"diff -u -N {left} {right}\n--- {left}\t{stamp}\n+++ {right}\t{stamp}\n")
            found += hunks(before, after)
    return "".join(found)


def hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The hunks of two texts, each line with its newline."""
    gone, come = changed_lines(old, new)
    runs = list(_runs(gone, come, len(old), len(new)))
    while runs:
        group = [runs.pop(0)]
        while runs and runs[0][0] - group[-1][1] <= 2 * CONTEXT:
            group.append(runs.pop(0))
        yield _hunk(old, new, group)


Run = tuple[int, int, int, int]


def _runs(gone: list[bool], come: list[bool], old: int, new: int) -> Iterator[Run]:
    i = j = 0
    while i < old or j < new:
        start = (i, j)
        while i < old and gone[i]:
            i += 1
        while j < new and come[j]:
            j += 1
        if (i, j) != start:
            yield start[0], i, start[1], j
        else:
            i, j = i + 1, j + 1


def _hunk(old: Sequence[str], new: Sequence[str], group: list[Run]) -> str:
    before = min(CONTEXT, group[0][0])
    after = min(CONTEXT, len(old) - group[-1][1])
    start, end = group[0][0] - before, group[-1][1] + after
    lines = [f"@@ -{_range(start, end)} +{_range(group[0][2] - before, group[-1][3] + after)} @@\n"]
    at = start
    for first, last, added, done in group:
        lines += [_line(" ", line) for line in old[at:first]]
        lines += [_line("-", line) for line in old[first:last]]
        lines += [_line("+", line) for line in new[added:done]]
        at = last
    lines += [_line(" ", line) for line in old[at:end]]
    return "".join(lines)


def _line(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def changed_lines(old: Sequence[str], new: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Which lines of each text have no counterpart in the other."""
    start, end = _common_ends(old, new)
    gone, come = _changed(old[start : len(old) - end], new[start : len(new) - end])
    return [False] * start + gone + [False] * end, [False] * start + come + [False] * end


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines at both ends are left aside: all that are equal, but for those that a hunk may show."""
    most, start, end = min(len(old), len(new)), 0, 0
    while start < most and old[start] == new[start]:
        start += 1
    while end < most - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    return max(start - CONTEXT, 0), max(end - CONTEXT, 0)


def _changed(old: Sequence[str], new: Sequence[str]) -> tuple[list[bool], list[bool]]:
    gone, come = [True] * len(old), [True] * len(new)
    present, wanted = set(new), set(old)
    left = [index for index, line in enumerate(old) if line in present]
    right = [index for index, line in enumerate(new) if line in wanted]
    for i, j in _matches([old[i] for i in left], [new[j] for j in right]):
        gone[left[i]] = come[right[j]] = False
    _shift(old, gone, come)
    _shift(new, come, gone)
    return gone, come


def _matches(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """The pairs of lines that stay, by halves around a middle that both ends of the search have reached."""
    pending = [(0, len(old), 0, len(new))]
    while pending:
        left, right, top, bottom = pending.pop()
        while left < right and top < bottom and old[left] == new[top]:
            yield left, top
            left, top = left + 1, top + 1
        while left < right and top < bottom and old[right - 1] == new[bottom - 1]:
            right, bottom = right - 1, bottom - 1
            yield right, bottom
        if left < right and top < bottom:
            x, y = _middle(old, new, left, right, top, bottom)
            pending += [(x, right, y, bottom), (left, x, top, y)]


def _middle(old: list[str], new: list[str], left: int, right: int, top: int, bottom: int) -> tuple[int, int]:
    """A point on a shortest path, where the searches from both ends meet."""
    low, high = left - bottom, right - top
    forward, backward = {left - top: left}, {right - bottom: right}
    fmin = fmax = left - top
    bmin = bmax = right - bottom
    odd = (fmin - bmin) % 2 == 1
    far = right + 1
    while True:
        fmin, fmax = _widened(forward, fmin, fmax, low, high, -1)
        for d in range(fmax, fmin - 1, -2):
            below, above = forward.get(d - 1, -1), forward.get(d + 1, -1)
            x = above if below < above else below + 1
            while x < right and x - d < bottom and old[x] == new[x - d]:
                x += 1
            forward[d] = x
            if odd and bmin <= d <= bmax and backward.get(d, far) <= x:
                return x, x - d
        bmin, bmax = _widened(backward, bmin, bmax, low, high, far)
        for d in range(bmax, bmin - 1, -2):
            below, above = backward.get(d - 1, far), backward.get(d + 1, far)
            x = below if below < above else above - 1
            while x > left and x - d > top and old[x - 1] == new[x - d - 1]:
                x -= 1
            backward[d] = x
            if not odd and fmin <= d <= fmax and x <= forward.get(d, -1):
                return x, x - d


def _widened(reached: dict[int, int], first: int, last: int, low: int, high: int, unknown: int) -> tuple[int, int]:
    """One more diagonal on each side, as long as there are any."""
    if first > low:
        first -= 1
        reached[first - 1] = unknown
    else:
        first += 1
    if last < high:
        last += 1
        reached[last + 1] = unknown
    else:
        last -= 1
    return first, last


def _shift(lines: Sequence[str], mine: list[bool], other: list[bool]) -> None:
    """Move runs of changes down as far as equal lines allow, or to a run of the other text; joins runs that touch."""
    changed, beside, count = [False, *mine, False], [False, *other, False], len(lines)
    i = j = 1  # index 0 is the line before the first
    while True:
        while i <= count and not changed[i]:
            while beside[j]:
                j += 1
            j += 1
            i += 1
        if i > count:
            break
        start = i
        while changed[i]:
            i += 1
        while beside[j]:
            j += 1
        i, j, start, corresponding = _settle(lines, changed, beside, i, j, start)
        while corresponding < i:
            start, i = start - 1, i - 1
            changed[start], changed[i] = True, False
            j -= 1
            while beside[j]:
                j -= 1
    mine[:] = changed[1:-1]


def _settle(
    lines: Sequence[str], changed: list[bool], beside: list[bool], i: int, j: int, start: int
) -> tuple[int, int, int, int]:
    """Move one run up, then down, until it grows no more. Indices are one more than those of `lines`."""
    count = len(lines)
    while True:
        length = i - start
        while start > 1 and lines[start - 2] == lines[i - 2]:
            start, i = start - 1, i - 1
            changed[start], changed[i] = True, False
            while changed[start - 1]:
                start -= 1
            j -= 1
            while beside[j]:
                j -= 1
        corresponding = i if beside[j - 1] else count + 1
        while i <= count and lines[start - 1] == lines[i - 1]:
            changed[start], changed[i] = False, True
            start, i = start + 1, i + 1
            while changed[i]:
                i += 1
            j += 1
            while beside[j]:
                corresponding = i
                j += 1
        if length == i - start:
            return i, j, start, corresponding
