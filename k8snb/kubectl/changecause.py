"""`--record`: the command line kept in an annotation of what it changes, for `kubectl rollout history`. Deprecated.

Source: cli-runtime `pkg/genericclioptions/record_flags.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.kubectl.apply.lastapplied import annotations_of, with_annotations
from k8snb.kubectl.command import Invocation

CHANGE_CAUSE: Final = "kubernetes.io/change-cause"


def recorded(invocation: Invocation, obj: dict[str, Any]) -> dict[str, Any]:
    """The object with the change cause, if --record was given."""
    if not invocation.parsed.values.get("record"):
        return obj
    return with_annotations(obj, {**annotations_of(obj), CHANGE_CAUSE: change_cause(invocation)})


def change_cause(invocation: Invocation) -> str:
    """`kubectl set image deployment/web nginx=nginx:1.28 --record=true`: arguments first, then flags as they came."""
    parsed = invocation.parsed
    names = [*invocation.path.split(), *parsed.args]
    given = " ".join(f"--{name}={value}" for name, value in parsed.given)
    return " ".join(part for part in ("kubectl", *names, given) if part)
