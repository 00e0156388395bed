"""Priority: turns a Pod's priority class into a number. Source: `plugin/pkg/admission/priority/admission.go`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.core.pod import Pod
from k8snb.api.errors import GroupResource
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

_CLASSES = "priorityclasses.scheduling.k8s.io"
_PODS = GroupResource("", "pods")


class Priority(Plugin):
    """Resolves priority classes, and keeps their defaults unique."""

    resources: ClassVar[frozenset[str]] = frozenset({"pods", _CLASSES})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        if ctx.resource.plural != "pods" or ctx.subresource:
            return obj
        if old is not None:
            if obj.spec.priority is None and old.spec.priority is not None and obj.spec is not old.spec:
                return obj.replace(spec=obj.spec.replace(priority=old.spec.priority))
            return obj
        return _resolved(ctx, obj)

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.resource.plural == "pods" or not obj.globalDefault:
            return
        for other in ctx.store.list(_CLASSES):
            if other.globalDefault and other.metadata.name != obj.metadata.name:  # type: ignore[attr-defined]
                raise errors.forbidden(
                    GroupResource("scheduling.k8s.io", "priorityclasses"),
                    obj.metadata.name,
                    f"PriorityClass {other.metadata.name} is already marked as default. Only one default can exist",
                )


def _resolved(ctx: Context, pod: Pod) -> Pod:
    spec = pod.spec
    name, value, preemption = spec.priorityClassName, 0, "PreemptLowerPriority"
    if name:
        found: Any = ctx.store.get(_CLASSES, "", name)
        if found is None:
            raise errors.forbidden(_PODS, pod.metadata.name, f"no PriorityClass with name {name} was found")
    else:
        defaults: list[Any] = [c for c in ctx.store.list(_CLASSES) if c.globalDefault]  # type: ignore[attr-defined]
        found = min(defaults, key=lambda c: c.value) if defaults else None
    changes: dict[str, Any] = {}
    if found is not None:
        value, preemption = found.value, found.preemptionPolicy or preemption
        changes["priorityClassName"] = found.metadata.name
    if spec.priority is not None and spec.priority != value:
        raise errors.forbidden(
            _PODS,
            pod.metadata.name,
            f"the integer value of priority ({spec.priority}) must not be provided in pod spec; priority admission "
            f"controller computed {value} from the given PriorityClass name",
        )
    if spec.preemptionPolicy is not None and spec.preemptionPolicy != preemption:
        raise errors.forbidden(
            _PODS,
            pod.metadata.name,
            f"the string value of PreemptionPolicy ({spec.preemptionPolicy}) must not be provided in pod spec; "
            f"priority admission controller computed {preemption} from the given PriorityClass name",
        )
    return pod.replace(spec=spec.replace(priority=value, preemptionPolicy=preemption, **changes))
