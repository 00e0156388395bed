"""What `kubectl explain` prints of a schema: the way to a field, its type, its documentation, the fields in it.

Works on one OpenAPI v3 document, as upstream's template does. Source: kubectl `pkg/explain/v2/templates/plaintext.tmpl`,
`pkg/explain/formatter.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from k8snb.kubectl.errors import CommandError

Schema = Mapping[str, Any]
WIDTH = 76
#: values of an enumeration shown in a list of fields
_ENUM_LIMIT = 4
_WORD = re.compile(r"(\s*)(\S+)")
_BULLET = re.compile(r"(\d+\.?|-|\*)\s")


class Explanation:
    """An explanation of one kind, out of one document."""

    def __init__(self, document: Schema, *, recursive: bool = False) -> None:
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._recursive = recursive

    def root(self, gvk: Schema) -> Schema:
        """The schema of a kind. CommandError if the document has none."""
        for schema in self._schemas.values():
            if gvk in (schema.get("x-kubernetes-group-version-kind") or []):
                return schema
        raise CommandError(f"GVK {gvk} not found in OpenAPI schema")

    def text(self, schema: Schema, path: Sequence[str]) -> str:
        """The part below the header. CommandError if there is no such field."""
        found = self._output(schema, list(path), frozenset())
        if not found:
            raise CommandError(f'field "{path[-1]}" does not exist')
        return found

    # -- the way -----------------------------------------------------------------------------------------------------------

    def _resolve(self, schema: Schema) -> Schema:
        return self._schemas.get(_ref(schema), schema)

    def _output(self, schema: Schema, path: list[str], history: frozenset[str]) -> str:
        """Follow the path; what is at its end. "" if it leads nowhere."""
        ref, resolved = _ref(schema), self._resolve(schema)
        if not path:
            return self._described(resolved)
        if ref and ref in history:
            return ""
        history = history | {ref}
        below = (resolved.get("properties") or {}).get(path[0])
        if below is not None:
            head = ""
            if len(path) == 1:
                head = f"FIELD: {path[0]} <{self._type(below)}>\n{_long_enum(below)}\n\n"
            rest = self._output(below, path[1:], frozenset())
            return head + rest if rest else ""
        for inner in (resolved.get("items"), resolved.get("additionalProperties")):
            if isinstance(inner, Mapping) and inner:
                return self._output(inner, path, history)
        return next((text for part in resolved.get("allOf") or () if (text := self._output(part, path, history))), "")

    def _described(self, schema: Schema) -> str:
        text = f"DESCRIPTION:\n{indent(fill(self._description(schema) or '<empty>', WIDTH), 4)}\n"
        external = schema.get("externalDocs")
        if external:
            text += "\nEXTERNAL DOCS:\n" + _external(external, WIDTH, 4)
        fields = self._fields(schema, 1, frozenset())
        return f"{text}FIELDS:\n{fields}" if fields else text

    def _description(self, schema: Schema) -> str:
        """The text of a schema, and of those it is made of."""
        resolved = self._resolve(schema)
        text = f"{resolved['description']}\n" if resolved.get("description") else ""
        parts = [*(resolved.get("allOf") or ()), resolved.get("items"), resolved.get("additionalProperties")]
        return text + "".join(self._description(part) for part in parts if isinstance(part, Mapping))

    # -- lists of fields -----------------------------------------------------------------------------------------------------

    def _fields(self, schema: Schema, level: int, history: frozenset[str]) -> str:
        ref = _ref(schema)
        if ref and ref in history:
            return ""
        history = history | {ref}
        resolved, text = self._resolve(schema), ""
        for name, below in sorted((resolved.get("properties") or {}).items()):
            text += self._field(name, below, name in (resolved.get("required") or ()), level)
            if self._recursive:
                text += self._fields(below, level + 1, history)
        parts = [*(resolved.get("allOf") or ()), resolved.get("items"), resolved.get("additionalProperties")]
        return text + "".join(self._fields(part, level, history) for part in parts if isinstance(part, Mapping))

    def _field(self, name: str, schema: Schema, required: bool, level: int) -> str:
        amount = level * 2
        text = f"{' ' * amount}{name}\t<{self._type(schema)}>{' -required-' if required else ''}"
        text += f"{_short_enum(schema, amount)}\n"
        if self._recursive:
            return text
        description = fill(schema.get("description") or "<no description>", 78 - amount)
        text += f"{indent(description, amount + 2)}\n"
        external = schema.get("externalDocs")
        if external:
            text += f"\n{indent('EXTERNAL DOCS:', amount + 2)}\n" + _external(external, WIDTH - amount, amount + 4)
        return f"{text}\n"

    def _type(self, schema: Schema) -> str:
        """`[]string`, `map[string]Quantity`, `ObjectMeta`, …"""
        if schema.get("items"):
            return f"[]{self._type(schema['items'])}"
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping) and values:
            return f"map[string]{self._type(values)}"
        parts = schema.get("allOf") or []
        if len(parts) == 1 and not schema.get("properties"):
            return self._type(parts[0])
        ref = _ref(schema)
        kind = str(self._schemas.get(ref, {}).get("type", "") if ref else schema.get("type", ""))
        if ref and kind in ("", "object"):
            return ref.rpartition(".")[2] or "Object"
        return "Object" if kind in ("", "object") else kind


def _ref(schema: Schema) -> str:
    """The name of the schema that this one stands for."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _long_enum(schema: Schema) -> str:
    values = schema.get("enum")
    return "ENUM:" + "".join(f"\n    {_value(value)}" for value in values) if values else ""


def _short_enum(schema: Schema, amount: int) -> str:
    values = schema.get("enum")
    if not values:
        return ""
    shown = ", ".join(_value(value) for value in values[:_ENUM_LIMIT])
    return f"\n{' ' * amount}enum: {shown}" + (", ...." if len(values) > _ENUM_LIMIT else "")


def _value(value: object) -> str:
    return '""' if value == "" else str(value)


def _external(docs: Schema, width: int, amount: int) -> str:
    text = f"{indent(fill(docs['description'], width), amount)}\n" if docs.get("description") else ""
    return text + (f"{indent('URL: ' + docs['url'], amount)}\n" if docs.get("url") else "")


# -- text -------------------------------------------------------------------------------------------------------------------


def indent(text: str, amount: int) -> str:
    """Every line moved right."""
    return " " * amount + text.replace("\n", "\n" + " " * amount)


def fill(text: str, width: int) -> str:
    """Lines of at most `width` letters, broken at spaces; the text's own line breaks stay."""
    done = []
    for line in text.split("\n"):
        room, out = width, ""
        for space, word in _WORD.findall(line):
            if len(space) + len(word) > room and width - room + len(space) > 1:
                out, room, space = f"{out}\n", width, ""
            out += space + word
            room -= len(space) + len(word)
        done.append(out)
    return "\n".join(done)


def wrap(text: str, width: int) -> str:
    """The older way: lines of at most `width` letters, joined where they can be; lists, code and blank lines keep their own."""
    done: list[str] = []
    words: list[str] = []

    def flush() -> None:
        if words:
            done.append(" ".join(words))
            words.clear()

    for line in text.split("\n"):
        if line.startswith("    "):
            flush()
            done.append(line)
            continue
        if done and not line.strip():
            flush()
            done.append("")
            continue
        if not line.strip() or (words and words[-1].endswith(":")) or _BULLET.match(line.strip() + " "):
            flush()
        for word in line.split(" "):
            if words and len(" ".join([*words, word])) > width:
                flush()
            words.append(word)
    flush()
    return "\n".join(done)
