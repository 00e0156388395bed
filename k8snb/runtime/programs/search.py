"""grep, find and xargs."""

from __future__ import annotations

import re

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, join
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome, Run
from k8snb.runtime.shell import pattern
from k8snb.runtime.shell.pattern import expand_classes

_BASIC_SPECIAL = {"\\(": "(", "\\)": ")", "\\{": "{", "\\}": "}", "\\|": "|", "\\+": "+", "\\?": "?"}


def basic_regex(text: str) -> str:
    """A POSIX basic regular expression in Python's syntax."""
    out, at = [], 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair in _BASIC_SPECIAL:
            out.append(_BASIC_SPECIAL[pair])
            at += 2
        elif text[at] == "\\":
            out.append(_escape(pair))
            at += 2
        elif text[at] == "[":
            bracket, at = _bracket(text, at)
            out.append(bracket)
        elif text[at] in "(){}|+?" or (text[at] == "*" and not "".join(out).lstrip("^(")):
            out.append("\\" + text[at])
            at += 1
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def extended_regex(text: str) -> str:
    """A POSIX extended regular expression in Python's syntax."""
    out, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            out.append(_escape(text[at : at + 2]))
            at += 2
        elif text[at] == "[":
            bracket, at = _bracket(text, at)
            out.append(bracket)
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _escape(pair: str) -> str:
    return {"\\<": r"\b(?=\w)", "\\>": r"\b(?<=\w)", "\\`": r"\A", "\\'": r"\Z"}.get(
        pair, pair if len(pair) > 1 else "\\\\"
    )


def _bracket(text: str, at: int) -> tuple[str, int]:
    """A bracket expression, and where it ends."""
    stop = at + 1
    stop += text[stop : stop + 1] == "^"
    stop += text[stop : stop + 1] == "]"
    while stop < len(text) and text[stop] != "]":
        stop = text.find(":]", stop) + 2 if text.startswith("[:", stop) and text.find(":]", stop) > 0 else stop + 1
    if stop >= len(text):
        raise Failure("Unmatched [, [^, [:, [., or [=" if text else "", 2)
    inner = text[at + 1 : stop].replace("\\", "\\\\")
    negated = inner.startswith("^")
    inner = inner[1:] if negated else inner
    if inner.startswith("]"):
        inner = "\\]" + inner[1:]
    body = expand_classes(inner) if "[:" in inner else inner.replace("[", "\\[")
    return f"[{'^' if negated else ''}{body}]", stop + 1


def grep(call: Call) -> Outcome:
    found, names = options(call, "ivnclLqswxoErRFhHaPz", "emABCf")
    if "e" not in found and "f" not in found:
        if not names:
            raise Failure("missing pattern", 2)
        found["e"] = names.pop(0)
    patterns = found.get("e", "").split("\n") if "e" in found else call.read(found["f"]).decode().splitlines()
    matcher = _matcher(call, patterns, found)
    recursive = "r" in found or "R" in found
    status = [1]
    sources = _sources(call, names or (["."] if recursive else ["-"]), recursive, status)
    show = ("H" in found or len(sources) > 1 or recursive) and "h" not in found
    for name, content in sources:
        if _grep_one(call, name, content, matcher, found, show):
            status[0] = 0 if status[0] < 2 else 2
            if "q" in found:
                return 0
    return status[0]


def _matcher(call: Call, patterns: list[str], found: dict[str, str]) -> re.Pattern[str]:
    if "F" in found or call.name == "fgrep":
        sources = [re.escape(text) for text in patterns]
    else:
        extended = "E" in found or "P" in found or call.name == "egrep"
        sources = [extended_regex(text) if extended else basic_regex(text) for text in patterns]
    source = "|".join(f"(?:{text})" for text in sources)
    if "w" in found:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    if "x" in found:
        source = rf"\A(?:{source})\Z"
    try:
        return re.compile(source, re.IGNORECASE if "i" in found else 0)
    except re.error as error:
        raise Failure(f"bad regex '{patterns[0]}': {error.msg}", 2) from None


def _sources(call: Call, names: list[str], recursive: bool, status: list[int]) -> list[tuple[str, str]]:
    found = []
    for name in names:
        try:
            if name != "-" and call.machine.fs.is_dir(call.path(name)):
                if recursive:
                    found += [(path, text) for path, text in _walk_files(call, name)]
                elif not call.busybox:
                    call.complain(f"{name}: Is a directory")
                continue
            shown = "(standard input)" if name == "-" else name
            found.append((shown, call.read(name).decode("utf-8", "surrogateescape")))
        except FileError as error:
            status[0] = 2
            call.complain(f"{name}: {error.words}")
    return found


def _walk_files(call: Call, name: str) -> list[tuple[str, str]]:
    found, fs = [], call.machine.fs
    for item in fs.listdir(call.path(name)):
        path = f"{name.rstrip('/')}/{item}"
        entry = fs.lookup(call.path(path), follow=False)
        if isinstance(entry, Directory):
            found += _walk_files(call, path)
        elif isinstance(entry, File) and not entry.device:
            found.append((path, entry.content.decode("utf-8", "surrogateescape")))
    return found


def _grep_one(call: Call, name: str, text: str, matcher: re.Pattern[str], found: dict[str, str], show: bool) -> bool:
    lines = text.split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    hits = [index for index, line in enumerate(lines) if bool(matcher.search(line)) != ("v" in found)]
    hits = hits[: int(found["m"])] if found.get("m", "").isdigit() else hits
    if "q" in found:
        return bool(hits)
    if "l" in found or "L" in found:
        if bool(hits) == ("l" in found):
            call.out(name + "\n")
        return bool(hits)
    prefix = f"{name}:" if show else ""
    if "c" in found:
        call.out(f"{prefix}{len(hits)}\n")
        return bool(hits)
    before = int(found.get("B") or found.get("C") or 0)
    after = int(found.get("A") or found.get("C") or 0)
    last = -1
    for hit in hits:
        start = max(hit - before, last + 1, 0)
        if (before or after) and last >= 0 and start > last + 1:
            call.out("--\n")
        for index in range(start, min(hit + after, len(lines) - 1) + 1):
            mark = ":" if index in hits else "-"
            number = f"{index + 1}{mark}" if "n" in found else ""
            shown = prefix[:-1] + mark if prefix else ""
            if "o" in found and index in hits:
                call.out(
                    "".join(f"{shown}{number}{match[0]}\n" for match in matcher.finditer(lines[index]) if match[0])
                )
            else:
                call.out(f"{shown}{number}{lines[index]}\n")
            last = max(last, index)
    return bool(hits)


def find(call: Call) -> Outcome:
    args = call.args
    starts = []
    while args and not args[0].startswith(("-", "(", "!")):
        starts.append(args.pop(0))
    if call.state is None:
        matched: list[str] = []
        status = 0
        for start in starts or ["."]:
            try:
                _descend(call, start, call.path(start), 0, args, matched)
            except FileError as error:
                status = 1
                shown = f"{start}: {error.words}" if call.busybox else f"'{start}': {error.words}"
                call.complain(shown)
        command = _exec_of(args)
        if command is None:
            if "-delete" in args:
                for path in sorted(matched, key=len, reverse=True):
                    call.machine.fs.remove(call.path(path))
            elif "-quit" in args:
                call.out("".join(f"{path}\n" for path in matched[:1]))
            else:
                end = "\0" if "-print0" in args else "\n"
                call.out("".join(path + end for path in matched))
            return status
        return _run_next(command, tuple(matched), status)
    command = _exec_of(args)
    rest, status = call.state
    return _run_next(command or ([], False), rest, status or call.child_status)


def _exec_of(args: list[str]) -> tuple[list[str], bool] | None:
    """The command of `-exec … ;` or `-exec … +`."""
    if "-exec" not in args:
        return None
    at = args.index("-exec") + 1
    stop = next((index for index in range(at, len(args)) if args[index] in (";", "+")), len(args))
    return args[at:stop], args[stop : stop + 1] == ["+"]


def _run_next(command: tuple[list[str], bool], paths: tuple[str, ...], status: int) -> Outcome:
    words, together = command
    if not paths:
        return 0 if not status else 1
    if together:
        argv = [path for word in words for path in (paths if word == "{}" else (word,))]
        return Run(tuple(argv), ((), status))
    return Run(tuple(word.replace("{}", paths[0]) for word in words), (paths[1:], status))


def _descend(call: Call, shown: str, path: str, depth: int, tests: list[str], matched: list[str]) -> None:
    fs = call.machine.fs
    entry = fs.lookup(path, follow=False)
    limit = _number_after(tests, "-maxdepth")
    least = _number_after(tests, "-mindepth") or 0
    if depth >= least and _satisfies(call, shown, path, entry, tests):
        matched.append(shown)
    if isinstance(entry, Directory) and (limit is None or depth < limit):
        for name in fs.listdir(path):
            _descend(call, f"{shown.rstrip('/')}/{name}", join(path, name), depth + 1, tests, matched)


def _number_after(tests: list[str], name: str) -> int | None:
    return int(tests[tests.index(name) + 1]) if name in tests else None


def _satisfies(call: Call, shown: str, path: str, entry: Entry, tests: list[str]) -> bool:
    """Do the tests hold? `-o` splits alternatives, `!` negates the next test."""
    alternatives: list[bool] = []
    value, negate, at = True, False, 0
    while at < len(tests):
        word = tests[at]
        at += 1
        if word in ("-o", "-or"):
            alternatives.append(value)
            value = True
        elif word in ("!", "-not"):
            negate = True
        elif word == "-exec":
            while at < len(tests) and tests[at] not in (";", "+"):
                at += 1
            at += 1
        elif word in ("-maxdepth", "-mindepth"):
            at += 1
        elif word in ("-print", "-print0", "-delete", "-quit", "-a", "-xdev", "(", ")"):
            continue
        else:
            argument = tests[at] if at < len(tests) and word != "-empty" else ""
            at += word != "-empty"
            value = value and _holds(call, word, argument, shown, path, entry) != negate
            negate = False
    return value or any(alternatives)


def _holds(call: Call, word: str, argument: str, shown: str, path: str, entry: Entry) -> bool:
    name = shown.rstrip("/").rpartition("/")[2] or shown
    if word in ("-name", "-iname"):
        fold = str.lower if word == "-iname" else str
        return pattern.matches(fold(argument), fold(name))
    if word in ("-path", "-wholename"):
        return pattern.matches(argument, shown)
    if word == "-type":
        kind = "d" if isinstance(entry, Directory) else "l" if isinstance(entry, Link) else "c" if entry.device else "f"
        return kind in argument.split(",")
    if word == "-empty":
        return not entry.entries if isinstance(entry, Directory) else isinstance(entry, File) and entry.length == 0
    if word == "-user":
        return str(entry.uid) == argument or (argument == "root" and entry.uid == 0)
    if word == "-perm":
        return (
            entry.mode & 0o7777 == int(argument.lstrip("-/"), 8)
            if not argument.startswith("-")
            else (entry.mode & int(argument[1:], 8) == int(argument[1:], 8))
        )
    if word in ("-mtime", "-mmin"):
        age = (call.now - entry.mtime) / (86400 if word == "-mtime" else 60)
        wanted = int(argument.lstrip("+-"))
        return age > wanted if argument[0] == "+" else age < wanted if argument[0] == "-" else int(age) == wanted
    if word == "-size":
        size = entry.length if isinstance(entry, File) else 4096
        unit = {"c": 1, "k": 1024, "M": 1024**2, "G": 1024**3}.get(argument[-1], 512)
        wanted, blocks = int(argument.strip("+-ckMGb")), -(-size // unit)
        return blocks > wanted if argument[0] == "+" else blocks < wanted if argument[0] == "-" else blocks == wanted
    raise Failure(f"unrecognized: {word}" if call.busybox else f"unknown predicate `{word}'")


def xargs(call: Call) -> Outcome:
    """Runs a command over the words of its input; state is (batches still to run, status so far)."""
    if call.state is not None:
        batches, status = call.state
        status = 123 if call.child_status else status
    else:
        batches, status = _batches(call), 0
    if not batches:
        return int(status)
    return Run(batches[0], (batches[1:], status), stdin=b"")


def _batches(call: Call) -> tuple[tuple[str, ...], ...]:
    args, replace, size, null, delimiter, trace_empty = call.args, "", 0, False, "", True
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        letter = word[1]
        if letter in "InPLsd":
            value = word[2:] or (args.pop(0) if args else "")
            replace = value if letter == "I" else replace
            size = int(value) if letter in "nL" and value.isdigit() else size
            delimiter = value if letter == "d" else delimiter
        elif letter == "0":
            null = True
        elif letter in "rt":
            trace_empty = trace_empty and letter != "r"
    command = tuple(args) or ("echo",)
    text = call.stdin().decode("utf-8", "surrogateescape")
    if null or delimiter or replace:
        separator = "\0" if null else delimiter.replace("\\n", "\n") or "\n"
        words = [word.strip() if replace else word for word in text.split(separator) if word.strip()]
    else:
        words = [match[1] or match[2] or match[3] for match in re.finditer(r"'([^']*)'|\"([^\"]*)\"|(\S+)", text)]
    if replace:
        return tuple(tuple(part.replace(replace, word) for part in command) for word in words)
    if not words:
        return (command,) if trace_empty else ()
    step = size or len(words)
    return tuple((*command, *words[at : at + step]) for at in range(0, len(words), step))
