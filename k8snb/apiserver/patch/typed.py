"""What server-side apply asks of a configuration before it merges anything: that every field of it is in the schema.

An undeclared field and an element that a keyed list holds twice are refused in structured-merge-diff's words. Upstream hands
them on as they are, with code 500 and no reason; kubectl and Helm know the text. Source:
`apimachinery/pkg/util/managedfields/internal/structuredmerge.go`, `sigs.k8s.io/structured-merge-diff/v6/typed/validate.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.api.resources import Resource
from k8snb.apiserver.fieldset import Path, Shape, children, format_path
from k8snb.apiserver.patch.schema import schema_of


def check_typed(resource: Resource, config: dict[str, Any], shape: Shape) -> None:
    """StatusError, as upstream's, for fields that the kind does not declare and elements that come twice."""
    problems = list(_problems(config, shape, ()))
    if not problems:
        return
    meta = config["metadata"]
    what = f"{meta.get('namespace', '')}/{meta.get('name', '')}; {resource.group}/{resource.version}"
    listed = problems[0] if len(problems) == 1 else "errors:\n" + "\n".join(f"  {problem}" for problem in problems)
    raise StatusError(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": f"failed to create typed patch object ({what}, Kind={resource.kind}): {listed}",
            "code": 500,
        }
    )


def _problems(value: Any, shape: Shape, path: Path) -> Iterator[str]:
    if isinstance(value, dict) and shape.kind == "struct" and shape.cls is not None:
        fields = schema_of(shape.cls)
        for name in value:
            if name not in fields and not (not path and name in ("apiVersion", "kind")):
                yield f"{format_path((*path, f'f:{name}'))}: field not declared in schema"
    if isinstance(value, list) and shape.kind in ("keyed", "set"):
        yield from _repeated(value, shape, path)
    for element, item, inner in children(value, shape) or ():
        if item is not None:
            yield from _problems(item, inner, (*path, element))


def _repeated(items: list[Any], shape: Shape, path: Path) -> Iterator[str]:
    seen: set[str] = set()
    told: set[str] = set()
    for element, _, _ in children(items, shape) or ():
        if element in seen and element not in told:
            told.add(element)
            yield f"{format_path(path)}: duplicate entries for key {format_path((element,))}"
        seen.add(element)
