"""What is wrong with text that is not JSON, in the words of Go's `encoding/json`.

Reads only text that the fast reader refused. Learners meet these messages in `kubectl patch -p`, in a manifest that
starts with `{`, and in the bodies that the API server rejects. Upstream: the scanner of Go's encoding/json.
"""

import re
from typing import Final

from k8snb.api.validation import field

#: nesting of arrays and objects that is read or written; Go allows 10,000, Python's stack does not
MAX_DEPTH: Final = 300

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_STRING_PART: Final = re.compile(r'[^"\\\x00-\x1f]*')
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}


class JSONError(ValueError):
    """Text that is not JSON. The message is Go's; `offset` counts the bytes read up to and including the offending
    one."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class JSONEndError(JSONError):
    """The text ends inside a value; `str()` is what a stream decoder says, `unexpected EOF`."""


def explain(text: str, at: int) -> None:
    """Raise Go's JSONError for the value that starts at `at`; returns only if Go would accept it."""
    _Scanner(text).value(at, "looking for beginning of value", 0)


def skip_blank(text: str, start: int) -> int:
    """The index of the first character from `start` on that is not JSON white space."""
    found = _BLANK.match(text, start)
    return found.end() if found else start


def quote_char(char: str) -> str:
    """A character as Go's JSON errors name it: the first byte of it, in single quotes."""
    if char == "'":
        return r"'\''"
    if char == '"':
        return "'\"'"
    byte = char.encode("utf-8", "surrogatepass")[0]
    return "'" + field.quote(chr(byte))[1:-1] + "'"


def byte_offset(text: str, end: int) -> int:
    """How many bytes of UTF-8 the first `end` characters take."""
    return len(text[:end].encode("utf-8", "surrogatepass"))


class _Scanner:
    """Reads text that is not JSON as Go's scanner does, to raise the error that Go raises."""

    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, at: int, context: str, level: int) -> int:
        """The index behind the value at `at`."""
        at, char = self._next(at)
        if level > MAX_DEPTH:
            raise JSONError("exceeded max depth", byte_offset(self.text, at))
        if char == "{":
            return self._object(at + 1, level)
        if char == "[":
            return self._array(at + 1, level)
        if char == '"':
            return self._string(at + 1)
        if char in _LITERALS:
            return self._literal(at, _LITERALS[char])
        if char == "-" or (char.isascii() and char.isdigit()):
            return self._number(at)
        raise self._unexpected(at, context)

    def _object(self, at: int, level: int) -> int:
        at, char = self._next(at)
        if char == "}":
            return at + 1
        while True:
            at, char = self._next(at)
            if char != '"':
                raise self._unexpected(at, "looking for beginning of object key string")
            at, char = self._next(self._string(at + 1))
            if char != ":":
                raise self._unexpected(at, "after object key")
            at, char = self._next(self.value(at + 1, "looking for beginning of value", level + 1))
            if char == "}":
                return at + 1
            if char != ",":
                raise self._unexpected(at, "after object key:value pair")
            at += 1

    def _array(self, at: int, level: int) -> int:
        at, char = self._next(at)
        if char == "]":
            return at + 1
        while True:
            at, char = self._next(self.value(at, "looking for beginning of value", level + 1))
            if char == "]":
                return at + 1
            if char != ",":
                raise self._unexpected(at, "after array element")
            at += 1

    def _string(self, at: int) -> int:
        while True:
            found = _STRING_PART.match(self.text, at)
            at = found.end() if found else at
            char = self._char(at)
            if char == '"':
                return at + 1
            if char != "\\":
                raise self._unexpected(at, "in string literal")
            escaped = self._char(at + 1)
            if escaped not in 'bfnrt\\/"u':
                raise self._unexpected(at + 1, "in string escape code")
            at += 2
            for _ in range(4 if escaped == "u" else 0):
                if self._char(at) not in "0123456789abcdefABCDEF":
                    raise self._unexpected(at, "in \\u hexadecimal character escape")
                at += 1

    def _literal(self, at: int, word: str) -> int:
        for index, expected in enumerate(word):
            if self._char(at + index) != expected:
                raise self._unexpected(at + index, f"in literal {word} (expecting {quote_char(expected)})")
        return at + len(word)

    def _number(self, at: int) -> int:
        at += self._char(at) == "-"
        at = at + 1 if self._char(at) == "0" else self._digits(at, "in numeric literal")
        if self.text[at : at + 1] == ".":
            at = self._digits(at + 1, "after decimal point in numeric literal")
        if self.text[at : at + 1] in ("e", "E"):
            at += 1
            at = self._digits(at + (self._char(at) in "+-"), "in exponent of numeric literal")
        return at

    def _digits(self, at: int, context: str) -> int:
        if self._char(at) not in "0123456789":
            raise self._unexpected(at, context)
        while self.text[at : at + 1] and self.text[at] in "0123456789":
            at += 1
        return at

    def _next(self, at: int) -> tuple[int, str]:
        at = skip_blank(self.text, at)
        return at, self._char(at)

    def _char(self, at: int) -> str:
        if at >= len(self.text):
            raise JSONEndError("unexpected EOF", byte_offset(self.text, at))
        return self.text[at]

    def _unexpected(self, at: int, context: str) -> JSONError:
        return JSONError(f"invalid character {quote_char(self.text[at])} {context}", byte_offset(self.text, at) + 1)
