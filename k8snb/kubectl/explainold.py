"""The older look of `kubectl explain` (`-o plaintext-openapiv2`), from the same documents as the present one.

Source: kubectl `pkg/explain/{model_printer,fields_printer,recursive_fields_printer,typename}.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.explain import indent, wrap

Schema = Mapping[str, Any]
_WRAP, _FIELDS, _DESCRIPTION = 80, 3, 5


class OldExplanation:
    """An explanation of one kind, out of one document."""

    def __init__(self, document: Schema, *, recursive: bool = False) -> None:
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._recursive = recursive

    def text(self, gvk: Mapping[str, str], root: Schema, path: Sequence[str]) -> str:
        """All that is printed. CommandError if there is no such field."""
        schema: Schema = root
        for name in path:
            below = (self._fields_of(schema)).get(name)
            if below is None:
                raise CommandError(f'field "{name}" does not exist')
            schema = below
        version = f"{gvk['group']}/{gvk['version']}" if gvk.get("group") else gvk["version"]
        lines = [f"KIND:     {gvk['kind']}", f"VERSION:  {version}", ""]
        fields = self._fields_of(schema)
        if path:
            lines += [f"{'RESOURCE:' if fields else 'FIELD:   '} {path[-1]} <{self._type(schema)}>", ""]
        texts = [text for text in self._descriptions(schema) if text] or ["<empty>"]
        lines += ["DESCRIPTION:"]
        lines.append("\n\n".join(indent(wrap(text, _WRAP - _DESCRIPTION), _DESCRIPTION) for text in texts))
        lines.append("")
        if fields:
            lines += ["FIELDS:", *self._listed(schema, _FIELDS, frozenset())]
        return "\n".join(line.rstrip() if not line.strip() else line for line in lines)

    def _resolved(self, schema: Schema) -> Iterator[Schema]:
        """The schema, and what it stands for, down to one without a reference; elements of lists and maps count."""
        yield schema
        ref = str(schema.get("$ref", "")).rpartition("/")[2]
        parts = [self._schemas.get(ref), *(schema.get("allOf") or ()), schema.get("items")]
        for part in [*parts, schema.get("additionalProperties")]:
            if isinstance(part, Mapping) and part:
                yield from self._resolved(part)

    def _fields_of(self, schema: Schema) -> Mapping[str, Schema]:
        return next((part["properties"] for part in self._resolved(schema) if part.get("properties")), {})

    def _descriptions(self, schema: Schema) -> Iterator[str]:
        return (str(part.get("description", "")) for part in self._resolved(schema))

    def _type(self, schema: Schema) -> str:
        for part in self._resolved(schema):
            values = part.get("additionalProperties")
            if part.get("items"):
                return f"[]{self._type(part['items'])}"
            if isinstance(values, Mapping) and values:
                return f"map[string]{self._type(values)}"
            if part.get("type") not in (None, "object"):
                return str(part["type"])
        return "Object"

    def _listed(self, schema: Schema, level: int, above: frozenset[str]) -> Iterator[str]:
        fields = self._fields_of(schema)
        required = next((part.get("required") or () for part in self._resolved(schema) if part.get("properties")), ())
        for name in sorted(fields):
            below = fields[name]
            line = f"{' ' * level}{name}\t<{self._type(below)}>"
            if not self._recursive:
                yield f"{line} -required-" if name in required else line
                text = wrap(below.get("description") or "<no description>", _WRAP - _DESCRIPTION)
                yield f"{indent(text, _DESCRIPTION)}\n"
                continue
            yield line
            refs = frozenset(str(part["$ref"]) for part in self._resolved(below) if part.get("$ref"))
            if not refs & above:
                yield from self._listed(below, level + _FIELDS, above | refs)
