"""Python variables in a command line: `{pod}`, `{pods[0].name}` and `$pod`, by IPython's rule, where there are such variables.

IPython's own expansion evaluates whatever stands in braces and makes one brace of two, which a jsonpath, a go-template or a
JSON patch does not survive. Here a pair of braces is filled in only if its inside is a Python expression about names that
exist.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"\$\$|\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
#: an action of a go-template
_ACTION = re.compile(r"\{\{.*?\}\}")
#: words of jsonpath that might be somebody's variable
_JSONPATH = re.compile(r"\{\s*range\s.*?\{\s*end\s*\}", re.DOTALL)


def filled(line: str, shell: Any) -> str:
    """The line with the variables of a notebook's user filled in."""
    return expand(line, shell.user_ns)


def expand(line: str, names: Mapping[str, Any]) -> str:
    """The line with these names filled in. What fails when it is evaluated stays as it was typed."""
    found: list[str] = []
    at = 0
    for loop in [*_JSONPATH.finditer(line), None]:
        end = loop.start() if loop is not None else len(line)
        found.append(_braces(line[at:end], names))
        if loop is not None:
            text = loop[0]
            inner = text[: text.rindex("{")]
            found.append(_braces(inner, names) + text[len(inner) :])
            at = loop.end()
    return "".join(found)


def _braces(text: str, names: Mapping[str, Any]) -> str:
    parts: list[str] = []
    at = start = 0
    while (at := text.find("{", at)) >= 0:
        if text.startswith("{{", at):
            close = text.find("}}", at)
            if close >= 0:  # a go-template's action
                at = close + 2
                continue
        end = _closing(text, at)
        value = _value(text[at + 1 : end], names) if end > 0 else None
        if value is None:
            at += 1
            continue
        parts += [_dollars(text[start:at], names), value]
        at = start = end + 1
    return "".join([*parts, _dollars(text[start:], names)])


def _closing(text: str, at: int) -> int:
    """Where the brace that opens at `at` is closed; -1 if it is not."""
    depth = 0
    for index in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if not depth:
            return index
    return -1


def _value(source: str, names: Mapping[str, Any]) -> str | None:
    """What an expression about existing names gives, as text; None if it is none."""
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return None
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    free = used - own
    if not free & names.keys() or any(name not in names and not hasattr(builtins, name) for name in free):
        return None
    try:
        return str(eval(compile(tree, "<command line>", "eval"), dict(names)))
    except Exception:  # noqa: BLE001  whatever the learner's expression raises: IPython's rule is to leave it as it stands
        return None


def _dollars(text: str, names: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        head, *path = match[1].split(".")
        if head not in names:
            return match[0]
        found = names[head]
        for index, name in enumerate(path):
            if not hasattr(found, name):
                return ".".join([str(found), *path[index:]])
            found = getattr(found, name)
        return str(found)

    guarded = _ACTION.sub(lambda action: action[0].replace("$", "\0"), text)
    return _NAME.sub(value, guarded).replace("\0", "$")
