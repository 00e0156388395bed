"""Regular expressions as Go reads them: what Go refuses, in its words, and the few things that Python spells otherwise.

Source: Go's `regexp/syntax` (RE2), as it reaches users of kubectl proxy and kustomize.
"""

from __future__ import annotations

import re
from typing import Final

_LONGEST_REPEAT: Final = 1000
#: an anchor may be repeated in Go, which says nothing new
_REPEATED_ANCHOR: Final = re.compile(r"(?<![\\\[])([\^$])([*+?])")
_LOOK_AROUND: Final = re.compile(r"(?<!\\)\(\?(?:[=!]|<[=!])")
_COUNT: Final = re.compile(r"(?<!\\)\{(\d+)(?:,(\d*))?\}")


class GoRegexpError(ValueError):
    """An expression that is none; the message is Go's."""


def compile_go(text: str) -> re.Pattern[str]:
    """The expression. GoRegexpError with Go's words if it is none."""
    unsupported = _LOOK_AROUND.search(text)
    if unsupported:
        raise GoRegexpError(_message("invalid or unsupported Perl syntax", unsupported[0][:3]))
    for count in _COUNT.finditer(text):
        least, most = int(count[1]), int(count[2] or count[1])
        if max(least, most) > _LONGEST_REPEAT or most < least:
            raise GoRegexpError(_message("invalid repeat count", count[0]))
    try:
        return re.compile(_REPEATED_ANCHOR.sub(lambda found: found[1] if found[2] == "+" else "", text))
    except re.error as error:
        raise GoRegexpError(_explained(text, error)) from None


def _explained(text: str, error: re.error) -> str:
    at = error.pos or 0
    if error.msg.startswith("unterminated character set"):
        return _message("missing closing ]", text[at:])
    if error.msg.startswith("missing ), unterminated subpattern"):
        return _message("missing closing )", text)
    if error.msg.startswith("unbalanced parenthesis"):
        return _message("unexpected )", text)
    if error.msg.startswith("nothing to repeat"):
        return _message("missing argument to repetition operator", text[at : at + 1])
    if error.msg.startswith("multiple repeat"):
        return _message("invalid nested repetition operator", text[at - 1 : at + 1])
    if error.msg.startswith("bad escape (end of pattern)"):
        return _message("trailing backslash at end of expression", "")
    if error.msg.startswith("bad escape"):
        return _message("invalid escape sequence", text[at : at + 2])
    if error.msg.startswith("bad character range"):
        return _message("invalid character class range", error.msg.removeprefix("bad character range "))
    return _message("invalid or unsupported Perl syntax", text[at:])


def _message(problem: str, what: str) -> str:
    return f"error parsing regexp: {problem}: `{what}`"
