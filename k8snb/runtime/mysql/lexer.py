"""MySQL's SQL as tokens: words, strings, numbers, signs; comments are left out. Statements are cut at `;`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+|--(?=[\s]|$)[^\n]*|\#[^\n]*|/\*(?!!).*?\*/)
    |(?P<string>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")
    |(?P<name>`(?:[^`]|``)*`)
    |(?P<number>0x[0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<word>@{0,2}[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)
    |(?P<hint>/\*!\d*|\*/)
    |(?P<sign><=>|<>|!=|<=|>=|:=|\|\||&&|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


class Token(NamedTuple):
    """One token: its kind (string, name, number, word, sign), its text in the source, where it begins there."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """A word in capitals; nothing for what is none."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """An identifier, without its quotes."""
        return self.text[1:-1].replace("``", "`") if self.kind == "name" else self.text

    @property
    def value(self) -> str:
        """What a string literal says."""
        quote = self.text[0]
        inner = self.text[1:-1].replace(quote * 2, quote)
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner, flags=re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind not in ("space", "hint"):
            yield Token(kind, match[0], match.start())


class Statement(NamedTuple):
    """One statement: its text and its tokens, which are placed in `source`. `vertical` if it ended with `\\G`."""

    text: str
    tokens: tuple[Token, ...]
    vertical: bool = False
    source: str = ""

    def written(self, run: Sequence[Token]) -> str:
        """A run of tokens as it was written."""
        return self.source[run[0].at : run[-1].at + len(run[-1].text)]

    def words(self, count: int) -> tuple[str, ...]:
        """The first words in capitals."""
        return tuple(token.word or token.text for token in self.tokens[:count])


def statements(text: str) -> tuple[list[Statement], str]:
    """(the statements that are complete, what stands after the last `;`)."""
    found: list[Statement] = []
    begin, run = 0, list[Token]()
    every = list(tokens(text))
    for at, token in enumerate(every):
        vertical = token.text == "\\" and every[at + 1 : at + 2] and every[at + 1].text.upper().startswith("G")
        if token.text == ";" or vertical:
            if run:
                found.append(Statement(text[begin : token.at].strip(), tuple(run), bool(vertical), text))
            begin, run = token.at + (2 if vertical else 1), []
        elif token.at >= begin:
            run.append(token)
    return found, text[begin:] if run else ""
