"""Reading Dockerfiles: lines into instructions, with continuation lines, comments, parser directives and here-documents.

Every instruction knows its lines, so that an error can show them. Wording is BuildKit's (`frontend/dockerfile/parser` and
`instructions`). Simplification: `# syntax=` is read over, the language is always the newest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from k8snb.kubectl.help import distance

KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
    "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
#: instructions that understand a JSON array
_ARRAYS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_FLAGS = {
    "ADD": ("chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "RUN": ("mount", "network", "security"),
    "FROM": ("platform",),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_HEREDOC = re.compile(r"<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2")
_DIRECTIVE = re.compile(r"#\s*(syntax|escape|check)\s*=\s*(.+)", re.IGNORECASE)


class BuildError(Exception):
    """Why a build failed: BuildKit's text, and the lines that it is about (0 if none)."""

    def __init__(self, text: str, first: int = 0, last: int = 0) -> None:
        super().__init__(text)
        self.text, self.first, self.last = text, first, last or first


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: `text` is what stands after the keyword (and flags), `words` its array if it is one."""

    keyword: str
    text: str
    line: int
    last: int
    original: str
    flags: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] | None = None
    heredocs: tuple[tuple[str, str, bool], ...] = ()
    typed: str = ""

    def flag(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.flags if key == name), default)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The array, or the words of the text, quotes kept."""
        return self.words if self.words is not None else tuple(split_words(self.text))


def parse(source: str) -> tuple[Instruction, ...]:
    """The instructions of a Dockerfile. BuildError with the line."""
    lines = source.splitlines()
    escape, found, index = _directives(lines), list[Instruction](), 0
    while index < len(lines):
        stripped = lines[index].strip()
        if not stripped or stripped.startswith("#"):
            index += 1
            continue
        text, last = _logical_line(lines, index, escape)
        heredocs: list[tuple[str, str, bool]] = []
        keyword = text.split(None, 1)[0].upper()
        if keyword in ("RUN", "COPY", "ADD"):
            for match in _HEREDOC.finditer(text):
                body, last = _heredoc(lines, last, match[3], bool(match[1]))
                heredocs.append((match[3], body, bool(match[2])))
        found.append(_instruction(text, index + 1, last + 1, tuple(heredocs)))
        index = last + 1
    if not found:
        raise BuildError("file with no instructions")
    return tuple(found)


def _directives(lines: list[str]) -> str:
    """The escape character: directives stand before everything else."""
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            return "\\"
        if match[1].lower() == "escape" and match[2] in ("`", "\\"):
            return match[2]
    return "\\"


def _logical_line(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """A line with those that continue it, and the index of the last of them."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index]
        if parts and line.strip().startswith("#"):
            index += 1
            continue
        bare = line.rstrip()
        if not bare.endswith(escape):
            parts.append(line.strip() if not parts else line.rstrip())
            return "".join(parts).strip(), index
        parts.append(bare[:-1].lstrip() if not parts else bare[:-1])
        index += 1
    return "".join(parts).strip(), len(lines) - 1


def _heredoc(lines: list[str], last: int, end: str, tabs: bool) -> tuple[str, int]:
    body: list[str] = []
    for index in range(last + 1, len(lines)):
        line = lines[index].lstrip("\t") if tabs else lines[index]
        if line == end:
            return "".join(f"{item}\n" for item in body), index
        body.append(line)
    raise BuildError(f"dockerfile parse error on line {last + 1}: unterminated heredoc", last + 1)


def _instruction(text: str, line: int, last: int, heredocs: tuple[tuple[str, str, bool], ...]) -> Instruction:
    typed, _, rest = text.partition(" ") if " " in text.split("\t")[0] else text.partition("\t")
    keyword, rest = typed.upper(), rest.strip()
    if keyword not in KEYWORDS:
        near = [name for name in KEYWORDS if distance(keyword.lower(), name.lower()) <= 2]
        near.sort(key=lambda name: distance(keyword.lower(), name.lower()))
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise BuildError(f"dockerfile parse error on line {line}: unknown instruction: {typed}{hint}", line, last)
    flags, rest = _take_flags(keyword, rest, line)
    words = _array(rest) if keyword in _ARRAYS else None
    made = Instruction(keyword, rest, line, last, f"{keyword} {rest}".strip(), flags, words, heredocs, typed)
    made = replace(
        made, original=" ".join([keyword, *(f"--{k}={v}" if v else f"--{k}" for k, v in flags), rest]).strip()
    )
    problem = _check(made)
    if problem:
        raise BuildError(f"dockerfile parse error on line {line}: {problem}", line, last)
    return made


def _take_flags(keyword: str, rest: str, line: int) -> tuple[tuple[tuple[str, str], ...], str]:
    known, flags = _FLAGS.get(keyword), list[tuple[str, str]]()
    while known is not None and rest.startswith("--"):
        word, _, after = rest.partition(" ")
        name, _, value = word[2:].partition("=")
        if not name:
            return tuple(flags), after.strip()
        if name not in known:
            raise BuildError(f"dockerfile parse error on line {line}: unknown flag: --{name}", line)
        flags.append((name, value.strip("\"'")))
        rest = after.strip()
    return tuple(flags), rest


def _array(text: str) -> tuple[str, ...] | None:
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return tuple(found) if isinstance(found, list) and all(isinstance(item, str) for item in found) else None


def _check(item: Instruction) -> str:
    """What is wrong with the number and form of arguments, in BuildKit's words; "" if nothing."""
    count, keyword = len(item.arguments), item.keyword
    if keyword == "FROM" and not (count == 1 or (count == 3 and item.arguments[1].upper() == "AS")):
        return "FROM requires either one or three arguments"
    if keyword in ("COPY", "ADD") and not (item.heredocs and count) and count < 2:
        if count == 0:
            given = "none were provided. Source and destination"
        else:
            given = "only one was provided. Destination"
        return f"{keyword} requires at least two arguments, but {given} could not be determined"
    if keyword in ("WORKDIR", "USER", "STOPSIGNAL", "MAINTAINER") and count < 1:
        return f"{keyword} requires exactly one argument"
    if keyword == "STOPSIGNAL" and count > 1:
        return f"{keyword} requires exactly one argument"
    if keyword in ("EXPOSE", "ENV", "LABEL", "ARG", "VOLUME", "HEALTHCHECK") and not item.text:
        return f"{keyword} requires at least one argument"
    if keyword in ("ENV", "LABEL"):
        return _pairs_problem(item)
    if keyword == "SHELL" and item.words is None:
        return "SHELL requires the arguments to be in JSON form"
    if keyword == "HEALTHCHECK":
        kind = item.arguments[0].upper()
        if kind not in ("NONE", "CMD"):
            return f'unknown type "{kind}" in HEALTHCHECK (try CMD)'
        if kind == "CMD" and count < 2:
            return "missing command after HEALTHCHECK CMD"
    return ""


def _pairs_problem(item: Instruction) -> str:
    words = split_words(item.text)
    if "=" not in words[0]:
        return f"{item.keyword} must have two arguments" if len(words) < 2 else ""
    wrong = next((word for word in words if "=" not in word), "")
    return f'Syntax error - can\'t find = in "{wrong}". Must be of the form: name=value' if wrong else ""


def pairs(item: Instruction) -> list[tuple[str, str]]:
    """The names and values of ENV, LABEL and ARG, quotes and variables still in them."""
    words = split_words(item.text)
    if item.keyword != "ARG" and "=" not in words[0]:
        name, _, value = item.text.partition(" ")
        return [(name, value.strip())]
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]


def split_words(text: str) -> list[str]:
    """Words at spaces, not inside quotes, which stay where they are."""
    words, word, quote, escaped = list[str](), "", "", False
    for char in text:
        if escaped:
            word, escaped = word + char, False
        elif char == "\\" and quote != "'":
            word, escaped = word + char, True
        elif quote:
            word, quote = word + char, "" if char == quote else quote
        elif char in "'\"":
            word, quote = word + char, char
        elif char.isspace():
            if word:
                words.append(word)
            word = ""
        else:
            word += char
    return [*words, word] if word else words


def expand(text: str, values: dict[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}` and quotes, as a Dockerfile's own expansion has them."""
    out, index, quote = "", 0, ""
    while index < len(text):
        char = text[index]
        if char == "\\" and index + 1 < len(text) and quote != "'":
            following = text[index + 1]
            out += following if not quote or following in '$"\\' else char + following
            index += 2
        elif char in "'\"" and quote in ("", char):
            quote, index = "" if quote else char, index + 1
        elif char == "$" and quote != "'" and (match := _VARIABLE.match(text, index)):
            out, index = out + _value(match, values), match.end()
        else:
            out, index = out + char, index + 1
    return out


_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+?])([^}]*))?\})")


def _value(match: re.Match[str], values: dict[str, str]) -> str:
    name, how = match[1] or match[2], match[3] or ""
    value = values.get(name)
    present = value is not None and (value != "" or not how.startswith(":"))
    if how.endswith("-"):
        return (value or "") if present else expand(match[4], values)
    if how.endswith("+"):
        return expand(match[4], values) if present else ""
    return value or ""


def variables(text: str) -> list[str]:
    """Names that a text takes values of, without a default of their own."""
    return [match[1] or match[2] for match in _VARIABLE.finditer(text) if not match[3]]
