"""grep: lines that match, as they come; GNU's wording and busybox's. Source: POSIX, `man grep`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from k8snb.runtime.filesystem import Directory, File, FileError
from k8snb.runtime.programs import filtering
from k8snb.runtime.programs.filtering import PLAIN, Stop
from k8snb.runtime.programs.posixregex import RegexError, compile_regex
from k8snb.runtime.programs.program import Call, Failure, Outcome, Quiet, UsageFailure
from k8snb.runtime.shell import pattern

#: the filter was stopped because enough has been seen
_SELECTED = 256
_FLAGS = "ivnclLqswxoErRFhHaPzGIsuU"
_WITH_VALUE = "emABCfd"
_LONG = {
    "ignore-case": "i", "invert-match": "v", "line-number": "n", "count": "c", "files-with-matches": "l",
    "files-without-match": "L", "quiet": "q", "silent": "q", "no-messages": "s", "word-regexp": "w", "line-regexp": "x",
    "only-matching": "o", "extended-regexp": "E", "recursive": "r", "fixed-strings": "F", "no-filename": "h",
    "with-filename": "H", "perl-regexp": "P", "basic-regexp": "G", "text": "a", "regexp": "e", "max-count": "m",
    "after-context": "A", "before-context": "B", "context": "C", "file": "f", "include": "include", "exclude": "exclude",
    "exclude-dir": "exclude-dir", "color": "color", "colour": "color", "line-buffered": "u",
}  # fmt: skip

#: the places of all matches in a line
Matcher = Callable[[str], Iterator[tuple[int, int]]]


class Wanted(NamedTuple):
    """One grep command line."""

    flags: frozenset[str]
    patterns: tuple[str, ...]
    names: tuple[str, ...]
    most: int | None
    before: int
    after: int
    include: tuple[str, ...]
    exclude: tuple[str, ...]


def _words(call: Call) -> tuple[set[str], dict[str, list[str]], list[str]]:
    """(flags, options with their values, the other words) of the command line."""
    flags: set[str] = set()
    values: dict[str, list[str]] = {}
    names: list[str] = []
    args = call.args
    while args:
        word = args.pop(0)
        if word == "--":
            names += args
            break
        if not word.startswith("-") or word == "-":
            names.append(word)
        elif word.startswith("--"):
            _long(call, word, args, flags, values)
        else:
            _letters(call, word[1:], args, flags, values)
    return flags, values, names


def _long(call: Call, word: str, args: list[str], flags: set[str], values: dict[str, list[str]]) -> None:
    name, equals, value = word[2:].partition("=")
    letter = _LONG.get(name, "")
    if not letter or (letter == "P" and call.busybox):
        raise UsageFailure(f"unrecognized option '{word}'", 2)
    if letter in _WITH_VALUE or letter.startswith(("include", "exclude")):
        values.setdefault(letter, []).append(value if equals else (args.pop(0) if args else ""))
    else:
        flags.add(letter)


def _letters(call: Call, letters: str, args: list[str], flags: set[str], values: dict[str, list[str]]) -> None:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter.isdigit():
            digits = re.match(r"\d*", letters)
            values["C"] = [letter + (digits[0] if digits else "")]
            letters = letters[len(values["C"][0]) - 1 :]
        elif letter in _WITH_VALUE:
            values.setdefault(letter, []).append(letters or (args.pop(0) if args else ""))
            return
        elif letter not in _FLAGS or (letter == "P" and call.busybox):
            raise UsageFailure(f"invalid option -- '{letter}'", 2)
        else:
            flags.add(letter)


def _parse(call: Call) -> Wanted:
    flags, values, names = _words(call)
    patterns = list(values.get("e", []))
    for name in values.get("f", []):
        patterns += call.read(name).decode("utf-8", "surrogateescape").split("\n")[:-1]
    if "e" not in values and "f" not in values:
        if not names:
            raise _usage(call)
        patterns.append(names.pop(0))
    context = _count(call, values, "C")
    return Wanted(
        frozenset(flags),
        tuple(part for text in patterns for part in text.split("\n")),
        tuple(names),
        _count(call, values, "m"),
        _count(call, values, "B") or context or 0,
        _count(call, values, "A") or context or 0,
        tuple(values.get("include", ())),
        (*values.get("exclude", ()), *values.get("exclude-dir", ())),
    )


def _usage(call: Call) -> Failure:
    call.err(
        "" if call.busybox else "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"
    )
    return Failure("missing pattern", 2) if call.busybox else Quiet(2)


def _count(call: Call, values: dict[str, list[str]], letter: str) -> int | None:
    if letter not in values:
        return None
    text = values[letter][-1]
    if not text.isdigit():
        gnu = f"{text}: invalid context length argument" if letter in "ABC" else "invalid max count"
        raise Failure(f"invalid number '{text}'" if call.busybox else gnu, 2)
    return int(text)


def _matcher(call: Call, wanted: Wanted) -> Matcher:
    flags = wanted.flags
    fixed = "F" in flags or call.name == "fgrep"
    extended = "E" in flags or call.name == "egrep"
    if "P" in flags:
        return _python("|".join(f"(?:{text})" for text in wanted.patterns), wanted)
    if fixed:
        return _python("|".join(re.escape(text) for text in sorted(wanted.patterns, key=len, reverse=True)), wanted)
    regexes = []
    for text in wanted.patterns:
        try:
            regexes.append(compile_regex(text, extended, "i" in flags))
        except RegexError as error:
            words = "Invalid regular expression" if "Unmatched [" in str(error) else str(error)
            raise Failure(f"bad regex '{text}'" if call.busybox else words, 2) from None

    def search(line: str) -> Iterator[tuple[int, int]]:
        if not {"o", "w", "x"} & flags:  # it is enough to know that there is one
            if any(regex.matches(line) for regex in regexes):
                yield 0, 0
            return
        at = 0
        while at <= len(line):
            found = [match[:2] for regex in regexes if (match := regex.search(line, at)) is not None]
            if not found:
                return
            start, end = min(found, key=lambda span: (span[0], -span[1]))
            if _fits(line, start, end, flags):
                yield start, end
                at = max(end, start + 1)
            else:
                at = start + 1

    return search


def _python(source: str, wanted: Wanted) -> Matcher:
    try:
        compiled = re.compile(source, re.IGNORECASE if "i" in wanted.flags else 0)
    except re.error as error:
        raise Failure(str(error), 2) from None

    def search(line: str) -> Iterator[tuple[int, int]]:
        for match in compiled.finditer(line):
            if _fits(line, match.start(), match.end(), wanted.flags):
                yield match.span()

    return search


def _fits(line: str, start: int, end: int, flags: frozenset[str]) -> bool:
    """Is a match a whole line (-x), or a whole word (-w)?"""
    if "x" in flags and (start, end) != (0, len(line)):
        return False
    if "w" not in flags:
        return True
    before, after = line[start - 1 : start] if start else "", line[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


class _Seen(NamedTuple):
    """How far grep is in its present input."""

    file: int = 0
    number: int = 0
    hits: int = 0
    after: int = 0
    shown: int = 0
    kept: tuple[str, ...] = ()
    found: bool = False


def grep(call: Call) -> Outcome:
    """0 if a line was selected, 1 if none was, 2 if something could not be read."""
    wanted = _parse(call)
    names, problems = _inputs(call, wanted, bool({"r", "R"} & wanted.flags))
    if not names:
        return 2 if problems else 1
    matcher = _matcher(call, wanted)
    last = [call.state.own[1] if call.state is not None else _Seen()]

    def show(data: bytes, ended: bool, own: tuple[str, _Seen]) -> tuple[str, _Seen]:
        rest, last[0] = _piece(call, wanted, matcher, names, data, ended, own)
        return rest, last[0]

    outcome = filtering.chunks(call, names, show, ("", _Seen()), PLAIN)
    if not isinstance(outcome, int):
        return outcome
    if outcome == _SELECTED:
        return 0
    return 2 if outcome or problems else 0 if last[0].found else 1


def _piece(
    call: Call, wanted: Wanted, matcher: Matcher, names: list[str], data: bytes, ended: bool, own: tuple[str, _Seen]
) -> tuple[str, _Seen]:
    """Look at a piece of an input: (the beginning of a line that is not complete yet, how far we are)."""
    rest, seen = own
    lines = (rest + data.decode("utf-8", "surrogateescape")).split("\n")
    rest = lines.pop()
    if ended and rest:
        lines.append(rest)
    name, flags = names[seen.file], wanted.flags
    titled = ("H" in flags or len(wanted.names) > 1 or names != list(wanted.names or ["-"])) and "h" not in flags
    title = ("(standard input)" if name == "-" else name) if titled else ""
    for line in lines:
        seen = _line(call, wanted, matcher, line, seen, title)
        enough = wanted.most is not None and seen.hits >= wanted.most and not seen.after
        if enough or ({"l", "L"} & flags and seen.hits):
            if not ended and name == "-":
                _summary(call, wanted, name, seen, title)
                raise Stop(_SELECTED)
            break
    if not ended:
        return rest, seen
    _summary(call, wanted, name, seen, title)
    return "", _Seen(seen.file + 1, found=seen.found, shown=seen.shown and -1)


def _line(call: Call, wanted: Wanted, matcher: Matcher, line: str, seen: _Seen, title: str) -> _Seen:
    """Look at one line; prints it, or what belongs around it."""
    flags, number = wanted.flags, seen.number + 1
    spans = list(matcher(line)) if "o" in flags else None
    hit = (bool(spans) if spans is not None else next(matcher(line), None) is not None) != ("v" in flags)
    if wanted.most is not None and seen.hits >= wanted.most:
        hit = False
    seen = seen._replace(number=number)
    if hit:
        seen = seen._replace(hits=seen.hits + 1, found=True)
        if "q" in flags:
            raise Stop(_SELECTED)
    if {"c", "l", "L"} & flags:
        return seen
    if not hit:
        if seen.after:
            _print(call, wanted, title, number, "-", line)
            return seen._replace(after=seen.after - 1, shown=number)
        kept = (*seen.kept, line)[-wanted.before :] if wanted.before else ()
        return seen._replace(kept=kept)
    if spans is not None and "v" not in flags:
        for start, end in spans:
            if end > start:
                _print(call, wanted, title, number, ":", line[start:end])
        return seen
    first = number - len(seen.kept)
    apart = seen.shown == -1 or 0 < seen.shown < first - 1
    if (wanted.before or wanted.after) and apart:
        call.out("--\n")
    for offset, before in enumerate(seen.kept):
        _print(call, wanted, title, first + offset, "-", before)
    _print(call, wanted, title, number, ":", line)
    return seen._replace(after=wanted.after, shown=number, kept=())


def _print(call: Call, wanted: Wanted, title: str, number: int, mark: str, line: str) -> None:
    prefix = f"{title}{mark}" if title else ""
    call.out(f"{prefix}{f'{number}{mark}' if 'n' in wanted.flags else ''}{line}\n")


def _summary(call: Call, wanted: Wanted, name: str, seen: _Seen, title: str) -> None:
    """What is printed once for each input: its name, or how many lines there were."""
    shown = "(standard input)" if name == "-" else name
    if "l" in wanted.flags or "L" in wanted.flags:
        if bool(seen.hits) == ("l" in wanted.flags):
            call.out(shown + "\n")
    elif "c" in wanted.flags:
        call.out(f"{title}{':' if title else ''}{seen.hits}\n")


def _inputs(call: Call, wanted: Wanted, recursive: bool) -> tuple[list[str], bool]:
    """(the files to be read, whether a directory stood among them)."""
    found: list[str] = []
    problems = False
    for name in wanted.names or (["."] if recursive else ["-"]):
        if name == "-" or not call.machine.fs.is_dir(call.path(name)):
            found.append(name)
        elif recursive:
            found += [path[2:] if not wanted.names else path for path in _below(call, name, wanted)]
        elif not call.busybox:
            problems = True
            if call.state is None:
                call.complain(f"{name}: Is a directory")
    return found, problems


def _below(call: Call, name: str, wanted: Wanted) -> list[str]:
    found, fs = [], call.machine.fs
    try:
        listed = fs.listdir(call.path(name))
    except FileError as error:
        call.complain(f"{name}: {error.words}")
        return []
    for item in listed:
        path = f"{name.rstrip('/')}/{item}"
        entry = fs.lookup(call.path(path), follow=False)
        if any(pattern.matches(shape, item) for shape in wanted.exclude):
            continue
        if isinstance(entry, Directory):
            found += _below(call, path, wanted)
        elif isinstance(entry, File) and not entry.device and (
            not wanted.include or any(pattern.matches(shape, item) for shape in wanted.include)
        ):  # fmt: skip
            found.append(path)
    return found
