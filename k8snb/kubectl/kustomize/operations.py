"""JSON patches as kustomize applies them: more lenient than the RFC, with messages of their own.

`replace` makes a member that is not there, indexes may count from the end, a missing value is null. Source:
github.com/evanphx/json-patch v4 `patch.go`, which kustomize uses.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from k8snb.kubectl.errors import CommandError


def apply(value: Any, operations: Sequence[dict[str, Any]]) -> Any:
    """A copy of the value with the operations done. CommandError for the first that does not fit."""
    value = copy.deepcopy(value)
    for operation in operations:
        name = operation.get("op")
        if not isinstance(name, str):
            name = "unknown"
        if name not in _OPERATIONS:
            raise CommandError(f"Unexpected kind: {name}")
        if name in ("move", "copy"):
            _need(operation, name, "from", "operation, missing from field: missing value")
        _need(operation, name, "path", _NO_PATH.get(name, "missing value"))
        _OPERATIONS[name](value, operation, str(operation.get("path", "")))
    return value


#: what is said of a missing path, where it is not just "missing value"
_NO_PATH = dict.fromkeys(("replace", "test", "move"), "operation missing path field: missing value")


def _need(operation: dict[str, Any], name: str, field: str, problem: str) -> None:
    """CommandError if a field is missing or no text."""
    if not isinstance(operation.get(field), str):
        raise CommandError(f"{name} operation failed to decode {field}: {problem}")


def _add(value: Any, operation: dict[str, Any], path: str) -> None:
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f'add operation does not apply: doc is missing path: "{path}": missing value')
    with _Named(f"error in add for path: '{path}'"):
        _put(holder, key, copy.deepcopy(operation.get("value")))


def _remove(value: Any, operation: dict[str, Any], path: str) -> None:
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f'remove operation does not apply: doc is missing path: "{path}": missing value')
    with _Named(f"error in remove for path: '{path}'"):
        _drop(holder, key)


def _replace(value: Any, operation: dict[str, Any], path: str) -> None:
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f"replace operation does not apply: doc is missing path: {path}: missing value")
    if isinstance(holder, list):
        try:
            holder[_index(key, len(holder))] = copy.deepcopy(operation.get("value"))
        except CommandError:
            raise CommandError(f"replace operation does not apply: doc is missing key: {path}: missing value") from None
    else:
        holder[key] = copy.deepcopy(operation.get("value"))


def _move(value: Any, operation: dict[str, Any], path: str) -> None:
    origin = str(operation.get("from", ""))
    holder, key = _find(value, origin)
    if holder is None:
        raise CommandError(f"move operation does not apply: doc is missing from path: {origin}: missing value")
    with _Named(f"error in move for path: '{key}'"):
        moved = _get(holder, key)
        _drop(holder, key)
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f"move operation does not apply: doc is missing destination path: {path}: missing value")
    with _Named(f"error in move for path: '{path}'"):
        _put(holder, key, moved)


def _copy(value: Any, operation: dict[str, Any], path: str) -> None:
    origin = str(operation.get("from", ""))
    holder, key = _find(value, origin)
    if holder is None:
        raise CommandError(f"copy operation does not apply: doc is missing from path: {origin}: missing value")
    with _Named(f"error in copy for from: '{origin}'"):
        copied = copy.deepcopy(_get(holder, key))
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f"copy operation does not apply: doc is missing destination path: {path}: missing value")
    with _Named(f"error while adding value during copy: '{path}'"):
        _put(holder, key, copied)


def _test(value: Any, operation: dict[str, Any], path: str) -> None:
    holder, key = _find(value, path)
    if holder is None:
        raise CommandError(f"test operation does not apply: is missing path: {path}: missing value")
    with _Named(f"error in test for path: '{path}'"):
        found = _get(holder, key)
    if found != operation.get("value"):
        raise CommandError(f"testing value {path} failed: test failed")


_OPERATIONS = {"add": _add, "remove": _remove, "replace": _replace, "move": _move, "copy": _copy, "test": _test}


class _Named:
    """Errors within begin with a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CommandError):
            raise CommandError(f"{self._text}: {error.message}") from None


def _find(value: Any, path: str) -> tuple[Any, str]:
    """What holds the last part of a path, and that part; None if there is no such place."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    if not parts:
        return None, ""
    for part in parts[:-1]:
        try:
            value = _get(value, part) if isinstance(value, dict | list) else None
        except CommandError:
            return None, ""
    return (value if isinstance(value, dict | list) else None), parts[-1]


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else holder[_index(key, len(holder))]


def _put(holder: Any, key: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[key] = value
    elif key == "-":
        holder.append(value)
    else:
        at = _index(key, len(holder) + 1)
        holder.insert(at if at >= 0 else at + len(holder) + 1, value)


def _drop(holder: Any, key: str) -> None:
    if isinstance(holder, list):
        del holder[_index(key, len(holder))]
    elif key in holder:
        del holder[key]
    else:
        raise CommandError(f"Unable to remove nonexistent key: {key}: missing value")


def _index(key: str, size: int) -> int:
    try:
        at = int(key)
    except ValueError:
        problem = f'strconv.Atoi: parsing "{key}": invalid syntax'
        raise CommandError(f"value was not a proper array index: '{key}': {problem}") from None
    if not -size <= at < size:
        raise CommandError(f"Unable to access invalid index: {at}: invalid index referenced")
    return at
