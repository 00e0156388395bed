"""RuntimeClass: a Pod takes over the overhead and the placement of the runtime class it names.

Source: `plugin/pkg/admission/runtimeclass/admission.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.core.pod import Pod
from k8snb.api.errors import GroupResource
from k8snb.api.model import FrozenMap
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

_CLASSES = "runtimeclasses.node.k8s.io"
_PODS = GroupResource("", "pods")


class RuntimeClass(Plugin):
    """Completes Pods from their runtime class."""

    resources: ClassVar[frozenset[str]] = frozenset({"pods"})
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def mutate(self, ctx: Context, obj: Pod, old: Any | None) -> Pod:
        name = obj.spec.runtimeClassName
        if name is None or ctx.subresource:
            return obj
        found: Any = ctx.store.get(_CLASSES, "", name)
        if found is None:
            detail = f'pod rejected: RuntimeClass "{name}" not found'
            raise errors.forbidden(_PODS, obj.metadata.name, detail)
        changes: dict[str, Any] = {}
        if found.overhead is not None:
            fixed = found.overhead.podFixed
            if obj.spec.overhead and dict(obj.spec.overhead) != dict(fixed):
                detail = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
                raise errors.forbidden(_PODS, obj.metadata.name, detail)
            changes["overhead"] = fixed or None
        if found.scheduling is not None:
            changes |= _placed(obj, found.scheduling)
        return obj.replace(spec=obj.spec.replace(**changes)) if changes else obj

    def validate(self, ctx: Context, obj: Pod, old: Any | None) -> None:
        if obj.spec.runtimeClassName is None and obj.spec.overhead and not ctx.subresource:
            detail = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
            raise errors.forbidden(_PODS, obj.metadata.name, detail)


def _placed(pod: Pod, scheduling: Any) -> dict[str, Any]:
    """The Pod's node selector and tolerations together with those of the class."""
    spec = pod.spec
    for key, value in sorted(scheduling.nodeSelector.items()):
        own = spec.nodeSelector.get(key, value)
        if own != value:
            detail = (
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}"
            )
            raise errors.forbidden(_PODS, pod.metadata.name, detail)
    changes: dict[str, Any] = {}
    if scheduling.nodeSelector:
        changes["nodeSelector"] = FrozenMap({**spec.nodeSelector, **scheduling.nodeSelector})
    extra = tuple(t for t in scheduling.tolerations if t not in spec.tolerations)
    if extra:
        changes["tolerations"] = (*spec.tolerations, *extra)
    return changes
