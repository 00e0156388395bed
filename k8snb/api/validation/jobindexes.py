"""Sets of completion indexes as a Job writes them: `1,3-5,7`, in rising order. Follows `pkg/apis/batch/validation` v1.36."""

from collections.abc import Iterator


class IndexesError(ValueError):
    """A text that is no set of indexes; its message says why."""


def count(text: str, completions: int) -> int:
    """How many indexes a set holds, all below `completions`. IndexesError if it is malformed."""
    return sum(last - first + 1 for first, last in spans(text, completions))


def spans(text: str, completions: int) -> Iterator[tuple[int, int]]:
    """The ranges of a set, first and last index of each."""
    if not text:
        return
    last: int | None = None
    for part in text.split(","):
        limits = part.split("-")
        if len(limits) > 2:
            raise IndexesError(
                f'the fragment "{part}" violates the requirement that an index interval can have at most two parts '
                "separated by '-'"
            )
        x = _index(limits[0])
        if x >= completions:
            raise IndexesError(f'too large index: "{limits[0]}"')
        if last is not None and last >= x:
            raise IndexesError(f"non-increasing order, previous: {last}, current: {x}")
        y = x
        if len(limits) == 2:
            y = _index(limits[1])
            if y >= completions:
                raise IndexesError(f'too large index: "{limits[1]}"')
            if x >= y:
                raise IndexesError(f"non-increasing order, previous: {x}, current: {y}")
        yield x, y
        last = y


def _index(text: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdecimal():
        raise IndexesError(f'cannot convert string to integer for index: "{text}"')
    return int(text)
