"""Pods: what the server fills in, checks and shows of them.

Source: `pkg/registry/core/pod/strategy.go`, `pkg/apis/core/v1/defaults.go`, printers' printPod.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api import quantity
from k8snb.api.core.pod import Pod, PodStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import fill_requests, pod_spec_defaults
from k8snb.apiserver.registry.podtable import row
from k8snb.apiserver.registry.podwarnings import hostname_warning, pod_warnings
from k8snb.apiserver.registry.strategy import Column, Grace, Strategy, rule


class PodStrategy(Strategy):
    """The smallest thing that runs."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Ready"),
        Column("Status"),
        Column("Restarts"),
        Column("Age"),
        Column("IP", priority=1),
        Column("Node", priority=1),
        Column("Nominated Node", priority=1),
        Column("Readiness Gates", priority=1),
    )
    selectable: ClassVar[tuple[str, ...]] = (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName",
    )

    def defaults(self, obj: Pod) -> Pod:
        spec = fill_requests(pod_spec_defaults(obj.spec))
        if spec.enableServiceLinks is None:
            spec = spec.replace(enableServiceLinks=True)
        return obj if spec is obj.spec else obj.replace(spec=spec)

    def prepare_create(self, ctx: Context, obj: Pod) -> Pod:
        return obj.replace(status=PodStatus.of({"phase": "Pending", "qosClass": qos_class(obj)}))

    def prepare_update(self, ctx: Context, obj: Pod, old: Pod) -> Pod:
        return obj.replace(status=old.status)

    def prepare_status(self, ctx: Context, obj: Pod, old: Pod) -> Pod:
        status = obj.status if obj.status.qosClass else obj.status.replace(qosClass=old.status.qosClass)
        return obj.replace(spec=old.spec, status=status)

    def validate(self, ctx: Context, obj: Pod) -> list[FieldError]:
        return rule("pod", "validate_pod")(obj)

    def validate_update(self, ctx: Context, obj: Pod, old: Pod) -> list[FieldError]:
        return rule("pod", "validate_pod_update")(obj, old) if obj.spec is not old.spec else []

    def validate_status(self, ctx: Context, obj: Pod, old: Pod) -> list[FieldError]:
        return rule("pod", "validate_pod_status_update")(obj, old)

    def grace(self, obj: Pod, asked: int | None) -> Grace:
        seconds = asked if asked is not None else obj.spec.terminationGracePeriodSeconds
        if not obj.spec.nodeName or obj.status.phase in ("Failed", "Succeeded"):
            return Grace(0)  # nobody has to stop anything
        return Grace(max(seconds or 0, 0))

    def warnings(self, ctx: Context, obj: Pod, old: Pod | None) -> list[str]:
        if ctx.subresource:
            return []
        said = [] if old is not None else hostname_warning(obj.metadata.name, "the Pod's hostname")
        return said + pod_warnings(obj, old)

    def row(self, obj: Pod, now: float) -> list[Any]:
        return row(obj, now)

    def selectable_fields(self, obj: Pod) -> Mapping[str, str]:
        return {
            "spec.nodeName": obj.spec.nodeName,
            "spec.restartPolicy": obj.spec.restartPolicy,
            "spec.schedulerName": obj.spec.schedulerName,
            "spec.serviceAccountName": obj.spec.serviceAccountName,
            "spec.hostNetwork": str(obj.spec.hostNetwork).lower(),
            "status.phase": obj.status.phase,
            "status.podIP": obj.status.podIP,
            "status.podIPs": obj.status.podIP,
            "status.nominatedNodeName": obj.status.nominatedNodeName,
        }


def qos_class(pod: Pod) -> str:
    """Guaranteed, Burstable or BestEffort. Source: `pkg/apis/core/v1/helper/qos`."""
    containers = (*pod.spec.containers, *pod.spec.initContainers)
    requests = [_compute(c.resources.requests) for c in containers]
    limits = [_compute(c.resources.limits) for c in containers]
    if not any(requests) and not any(limits):
        return "BestEffort"
    guaranteed = all(
        limit.keys() == {"cpu", "memory"} and all(quantity.compare(request.get(n, q), q) == 0 for n, q in limit.items())
        for request, limit in zip(requests, limits, strict=True)
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _compute(resources: Mapping[str, str]) -> dict[str, str]:
    return {name: q for name, q in resources.items() if name in ("cpu", "memory") and not quantity.is_zero(q)}
