"""A label selector as people write it (`app=web,tier in (a,b)`) made into the `metav1.LabelSelector` of an object.

Source: apimachinery `pkg/apis/meta/v1/helpers.go` (ParseToLabelSelector).
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api import selector
from k8snb.kubectl.errors import CommandError, quoted

_OPERATORS: Final = {"in": "In", "notin": "NotIn", "exists": "Exists", "!": "DoesNotExist"}


def label_selector(text: str) -> dict[str, Any]:
    """The selector, members in the order of Go's fields. CommandError if it cannot be read, or says `!=`."""
    try:
        parsed = selector.parse(text)
    except selector.SelectorError as error:
        raise CommandError(f"couldn't parse the selector string {quoted(text)}: {error}") from None
    labels: dict[str, str] = {}
    expressions: list[dict[str, Any]] = []
    for requirement in parsed.requirements:
        operator, values = str(requirement.operator), list(requirement.values)
        if operator in ("=", "=="):
            labels[requirement.key] = values[0]
            continue
        name = _OPERATORS.get(operator)
        if name is None:
            raise CommandError(f"{quoted(operator)} is not a valid label selector operator")
        expression: dict[str, Any] = {"key": requirement.key, "operator": name}
        if values:
            expression["values"] = values
        expressions.append(expression)
    found: dict[str, Any] = {}
    if labels:
        found["matchLabels"] = {key: labels[key] for key in sorted(labels)}
    if expressions:
        found["matchExpressions"] = expressions
    return found
