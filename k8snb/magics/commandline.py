"""The command that is being typed: its words so far, found in a line, or in a script, that stops at the cursor."""

from __future__ import annotations

import re
from typing import NamedTuple

#: words that end a command and begin another one
_ENDS = ("&&", "||", "|", ";", "&", "$(", "`", "\n")
_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_PROMPT = re.compile(r"^\s*(?:[\w.-]+@[\w.-]+:\S*)?\$ +")
#: what may stand before the name of a program
_BEFORE = frozenset({"do", "then", "else", "if", "while", "until", "!", "time", "sudo", "{", "("})


class Typed(NamedTuple):
    """The words of a command, unquoted; the last one is being typed and is "" where a new one begins. `raw` is how that one
    stands in the text, quotation marks included.
    """

    words: list[str]
    raw: str


def typed(text: str) -> Typed:
    """The last command of a text."""
    words: list[str] = []
    word, raw, quote, at, begun = "", "", "", 0, False
    while at < len(text):
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
            elif char == "\\" and quote == '"' and at + 1 < len(text):
                at += 1
                word, raw = word + text[at], raw + char
                char = text[at]
            else:
                word += char
            raw += char
        elif char in "'\"":
            quote, raw, begun = char, raw + char, True
        elif char == "\\" and at + 1 < len(text):
            at += 1
            if text[at] != "\n":
                word, raw, begun = word + text[at], raw + char + text[at], True
        elif end := next((end for end in _ENDS if text.startswith(end, at)), ""):
            words, word, raw, begun = [], "", "", False
            at += len(end) - 1
        elif char.isspace():
            if begun:
                words.append(word)
            word, raw, begun = "", "", False
        else:
            word, raw, begun = word + char, raw + char, True
        at += 1
    words.append(word)
    while len(words) > 1 and (words[0] in _BEFORE or re.match(r"[A-Za-z_]\w*=", words[0])):
        del words[0]
    return Typed(words, raw)


def script_line(text: str) -> str | None:
    """The end of a script from where its last command begins; None inside of a heredoc."""
    lines = text.split("\n")
    end, tabs = "", False
    start = 0
    for number, line in enumerate(lines[:-1]):
        if end:
            if (line.lstrip("\t") if tabs else line) == end or line.removeprefix("> ") == end:
                end, start = "", number + 1
            continue
        found = _HEREDOC.search(line)
        if found is not None:
            end, tabs = found[3], bool(found[1])
        elif not line.endswith("\\"):
            start = number + 1
    if end:
        return None
    first, *rest = lines[start:]
    return "\n".join([_PROMPT.sub("", first), *rest])


def heredoc(text: str) -> str | None:
    """What stands in a heredoc that is open at the end of a text; None if none is."""
    lines = text.split("\n")
    end, start, tabs = "", 0, False
    for number, line in enumerate(lines[:-1]):
        if end and (line.lstrip("\t") if tabs else line) == end:
            end = ""
        elif not end and (found := _HEREDOC.search(line)) is not None:
            end, tabs, start = found[3], bool(found[1]), number + 1
    return "\n".join(lines[start:]) if end else None
