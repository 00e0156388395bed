"""jq: filters over JSON. The language is just-bash's query engine; options, output and exit codes are jq 1.7's.

The engine is pure: it sees the input, the arguments and the environment, nothing else. Imported when jq first runs.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any, NamedTuple

from k8snb.runtime import limits
from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs.program import Call, Failure, Outcome

_FLAGS = {
    "raw-output": "r", "compact-output": "c", "slurp": "s", "exit-status": "e", "null-input": "n", "raw-input": "R",
    "join-output": "j", "sort-keys": "S", "ascii-output": "a", "color-output": "C", "monochrome-output": "M", "tab": "t",
}  # fmt: skip
#: what the engine raises when a filter does not fit its input
_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError, StopIteration)
#: values that one filter may give
_RESULTS = 100_000


class _Options(NamedTuple):
    flags: frozenset[str]
    filter: str
    names: tuple[str, ...]
    variables: dict[str, Any]
    indent: int


def jq(call: Call) -> Outcome:
    """`jq [-rcsenRjSa] [--arg name value] [--argjson name json] [--indent n] FILTER [file …]`."""
    options = _parse(call)
    engine = import_module("just_bash.query_engine")
    try:
        program = engine.parse(options.filter)
    except _ERRORS as error:
        call.err(f"jq: error: {error} at <top-level>, line 1:\n{options.filter}\njq: 1 compile error\n")
        return 3
    if _explodes(program):
        raise Failure("error: cannot allocate memory", 137)
    context = engine.EvalContext(
        env=dict(call.env), vars={f"${name}": value for name, value in options.variables.items()}
    )
    inputs, status = _inputs(call, options)
    last: Any = None
    given = 0
    for value, where in inputs:
        try:
            results = engine.evaluate(value, program, context)
        except _ERRORS as error:
            words = str(error) or type(error).__name__
            call.err(f"jq: error (at {where}): {words}\n")
            status = 5
            continue
        for result in results[:_RESULTS]:
            last, given = result, given + 1
            call.out(_shown(result, options))
    if "e" in options.flags and not status:
        return 4 if not given else 1 if last is None or last is False else 0
    return status


def _explodes(node: Any, counts: bool = False) -> bool:
    """Would a filter make more values or a longer text than there is room for? Only what the filter itself says is known."""
    if isinstance(node, list | tuple):
        return any(_explodes(item, counts) for item in node)
    fields = vars(node) if hasattr(node, "__dict__") else {}
    kind = type(node).__name__
    if kind == "LiteralNode":
        return counts and isinstance(node.value, int | float) and abs(node.value) > _RESULTS * 10
    counts = counts or (kind == "CallNode" and fields.get("name") == "range") or fields.get("op") == "*"
    return any(_explodes(value, counts) for value in fields.values())


def _parse(call: Call) -> _Options:
    flags: set[str] = set()
    variables: dict[str, Any] = {}
    operands: list[str] = []
    indent = 2
    args, text = call.args, None
    while args:
        word = args.pop(0)
        if word in ("--arg", "--argjson", "--slurpfile", "--rawfile") and len(args) > 1:
            name, value = args.pop(0), args.pop(0)
            variables[name] = _argument(call, word, name, value)
        elif word == "--indent" and args:
            indent = int(args.pop(0)) if args[0].isdigit() else 2
        elif word in ("-f", "--from-file") and args:
            text = call.read(args.pop(0)).decode("utf-8", "replace")
        elif word in ("--args", "--jsonargs"):
            variables["__named"] = args[1:] if not operands and text is None else args
            operands += args[:1] if not operands and text is None else []
            break
        elif word == "--version":
            operands = ["--version"]
            break
        elif word.startswith("--") and len(word) > 2:
            if word[2:] not in _FLAGS:
                raise Failure(f"Unknown option: {word}\nUse jq --help for help with command-line options,", 2)
            flags.add(_FLAGS[word[2:]])
        elif word.startswith("-") and len(word) > 1 and not word[1:2].isdigit() and not word.startswith("-."):
            flags |= set(word[1:]) - {"h"}
        else:
            operands.append(word)
    if text is None:
        if not operands:
            raise Failure("Usage: jq [OPTIONS] FILTER [FILES...]", 2)
        text = operands.pop(0)
    return _Options(frozenset(flags), text, tuple(operands), variables, indent if "c" not in flags else 0)


def _argument(call: Call, word: str, name: str, value: str) -> Any:
    if word == "--arg":
        return value
    if word == "--rawfile":
        return call.read(value).decode("utf-8", "replace")
    try:
        if word == "--slurpfile":
            return [item for item, _ in _documents(call.read(value).decode("utf-8", "replace"), value)]
        return json.loads(value)
    except ValueError:
        raise Failure(
            f"Invalid JSON text passed to {word}\nUse jq --help for help with command-line options,", 2
        ) from None


def _inputs(call: Call, options: _Options) -> tuple[list[tuple[Any, str]], int]:
    """(values with where they end, exit status so far)."""
    if "n" in options.flags:
        return [(None, "<unknown>")], 0
    found: list[tuple[Any, str]] = []
    status, size = 0, 0
    for name in options.names or ("-",):
        try:
            content = call.read(name)
        except FileError as error:
            call.err(f"jq: error: Could not open {name}: {error.words}\n")
            status = 2
            continue
        size += len(content)
        if size > limits.PROGRAM_BYTES:
            raise Failure("out of memory", 137)
        text, shown = content.decode("utf-8", "replace"), "<stdin>" if name == "-" else name
        if "R" in options.flags:
            lines = [text] if "s" in options.flags else text.removesuffix("\n").split("\n") if text else []
            found += [(line, shown) for line in lines]
            continue
        try:
            for document in _documents(text, shown):
                found.append(document)
        except ValueError as error:
            call.err(f"parse error: {error}\n")
            status = 4
            break
    if "s" in options.flags and "R" not in options.flags:
        return [([value for value, _ in found], found[-1][1] if found else "<stdin>:0")], status
    return found, status


def _documents(text: str, name: str) -> list[tuple[Any, str]]:
    """JSON values one after the other. ValueError in jq's words."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while (match := re.compile(r"\s*").match(text, at)) is not None and match.end() < len(text):
        try:
            value, at = decoder.raw_decode(text, match.end())
        except json.JSONDecodeError as error:
            word = re.compile(r"[\w]*").match(text, error.pos)
            stop = max(word.end() if word is not None else error.pos, error.pos)
            line, column = text.count("\n", 0, stop) + 1, stop - text.rfind("\n", 0, stop)
            kind = (
                "Invalid literal"
                if word is not None and word[0]
                else "Unfinished JSON term"
                if stop >= len(text)
                else "Invalid JSON text"
            )
            raise ValueError(f"{kind} at line {line}, column {column}") from None
        except RecursionError:
            raise ValueError(f"Exceeds depth limit for parsing at line {text.count(chr(10), 0, at) + 1}") from None
        newlines = text.count("\n", 0, at) + (text[at : at + 1] == "\n")
        found.append((value, f"{name}:{newlines}"))
    return found


def _shown(value: Any, options: _Options) -> str:
    flags = options.flags
    end = "" if "j" in flags else "\n"
    if isinstance(value, str) and ("r" in flags or "j" in flags):
        return value + end
    indent: int | str | None = "\t" if "t" in flags else options.indent or None
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        _plain(value), ensure_ascii="a" in flags, sort_keys="S" in flags, indent=indent, separators=separators
    )
    return text.replace("\x7f", "\\u007f") + end


def _plain(value: Any) -> Any:
    """Numbers as jq prints them: whole ones without a point, none that JSON does not know."""
    if isinstance(value, float):
        if value != value:
            return None
        if value in (float("inf"), float("-inf")):
            return 1.7976931348623157e308 if value > 0 else -1.7976931348623157e308
        return int(value) if value.is_integer() and abs(value) < 1e17 else value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
