"""The horizontal Pod autoscaler: every 15 seconds compares what Pods use with what they should, and sets their number.

Reads HorizontalPodAutoscalers, their targets, Pods and the resource metrics API; writes the target's replicas and the
autoscaler's status. Source: `pkg/controller/podautoscaler/horizontal.go`. Simplification: no custom or external metrics
API.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from k8snb.api import quantity
from k8snb.api.autoscaling.horizontalpodautoscaler import (
    ContainerResourceMetricStatus,
    HorizontalPodAutoscalerCondition,
    HorizontalPodAutoscalerStatus,
    MetricStatus,
    MetricValueStatus,
    ResourceMetricStatus,
)
from k8snb.api.errors import StatusError
from k8snb.api.selector import Selector
from k8snb.api.selector import parse as parse_selector
from k8snb.apiserver.subresources.scale import scale_of, with_replicas
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.autoscaling.metrics import MetricsError, Proposal, by_average, by_utilization, pod_usage
from k8snb.controllers.autoscaling.pace import Memory, decide
from k8snb.controllers.fields import nonzero
from k8snb.controllers.podstate import condition_of
from k8snb.engine import After, Watch, split_key

AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
PERIOD = 15.0
_SYNC = "sync "


class _Result(NamedTuple):
    """What the metrics call for; which of them called loudest; what was measured; the first thing that went wrong."""

    replicas: int
    metric: str
    statuses: tuple[MetricStatus, ...]
    problem: tuple[str, str] | None
    failed: bool


class HorizontalController:
    """Keys are autoscalers; the timer of `sync NAMESPACE/NAME` is when each is looked at next."""

    name: ClassVar[str] = "horizontal-pod-autoscaler"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.memories: dict[str, Memory] = {}
        self.watches = (Watch(AUTOSCALERS),)

    def reconcile(self, key: str) -> After | None:
        if not key.startswith(_SYNC):
            timer = f"{_SYNC}{key}"
            if self.client.find(AUTOSCALERS, *reversed(split_key(key))) is None:
                self.client.clock.cancel(self.name, timer)
                self.memories.pop(key, None)
            elif self.client.clock.due(self.name, timer) is None:
                self.client.clock.after(PERIOD, self.name, timer)
            return None
        key = key.removeprefix(_SYNC)
        namespace, name = split_key(key)
        hpa = self.client.find(AUTOSCALERS, name, namespace)
        if hpa is None or hpa.metadata.deletionTimestamp is not None:
            return None
        self._sync(hpa, key)
        return After(PERIOD)

    # -- one look -----------------------------------------------------------------------------------------------------

    def _sync(self, hpa: Any, key: str) -> None:
        target = self._target(hpa)
        if isinstance(target, str):
            self.events.event(hpa, "Warning", "FailedGetScale", target)
            text = f"the HPA controller was unable to get the target's current scale: {target}"
            self._write(hpa, hpa.status, ("AbleToScale", "False", "FailedGetScale", text))
            return
        resource, obj = target
        conditions = [
            (
                "AbleToScale",
                "True",
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale",
            )
        ]
        scale = scale_of(obj, self.client.resource(resource))
        current = scale.spec.replicas
        status = hpa.status.replace(currentReplicas=scale.status.replicas or None)
        status = status.replace(observedGeneration=hpa.metadata.generation)
        least = hpa.spec.minReplicas if hpa.spec.minReplicas is not None else 1
        if current == 0 and least != 0:
            text = "scaling is disabled since the replica count of the target is zero"
            self._write(hpa, status, *conditions, ("ScalingActive", "False", "ScalingDisabled", text))
            return
        reason, desired = _out_of_bounds(hpa, current, least)
        if not reason:
            found = self._measure(hpa, parse_selector(scale.status.selector), current)
            status = status.replace(currentMetrics=found.statuses or None)
            if found.problem is not None and (found.failed or found.replicas < current):
                text = f"the HPA was unable to compute the replica count: {found.problem[1]}"
                self.events.event(hpa, "Warning", found.problem[0], found.problem[1])
                self.events.event(hpa, "Warning", "FailedComputeMetricsReplicas", _invalid(hpa, found.problem[1]))
                self._write(hpa, status, *conditions, ("ScalingActive", "False", found.problem[0], text))
                return
            text = f"the HPA was able to successfully calculate a replica count from {found.metric}"
            reason, desired, more = self._decide(hpa, key, current, found)
            conditions = [more[0], ("ScalingActive", "True", "ValidMetricFound", text), more[1]]
        self._scale(hpa, status, conditions, key, (resource, obj), current, desired, reason)

    def _decide(
        self, hpa: Any, key: str, current: int, found: _Result
    ) -> tuple[str, int, list[tuple[str, str, str, str]]]:
        now = self.client.clock.now
        memory = self.memories.get(key, Memory())
        decision = decide(hpa.spec, memory, current, found.replicas, now)
        self.memories[key] = memory.recommended(now, found.replicas)
        reason = f"{found.metric} above target" if decision.replicas > current else "All metrics below target"
        return reason, decision.replicas, [("AbleToScale", *decision.able), ("ScalingLimited", *decision.limited)]

    def _scale(
        self,
        hpa: Any,
        status: HorizontalPodAutoscalerStatus,
        conditions: list[tuple[str, str, str, str]],
        key: str,
        target: tuple[str, Any],
        current: int,
        desired: int,
        reason: str,
    ) -> None:
        if desired != current:
            resource, obj = target
            try:
                self.client.update(with_replicas(obj, self.client.resource(resource), desired), resource)
            except StatusError as error:
                text = f"New size: {desired}; reason: {reason}; error: {error.message}"
                self.events.event(hpa, "Warning", "FailedRescale", text)
                message = f"the HPA controller was unable to update the target scale: {error.message}"
                self._write(hpa, status, ("AbleToScale", "False", "FailedUpdateScale", message))
                raise
            self.events.event(hpa, "Normal", "SuccessfulRescale", f"New size: {desired}; reason: {reason}")
            text = f"the HPA controller was able to update the target scale to {desired}"
            conditions = [c for c in conditions if c[0] != "AbleToScale"]
            conditions.insert(0, ("AbleToScale", "True", "SucceededRescale", text))
            now = self.client.clock.now
            self.memories[key] = self.memories.get(key, Memory()).changed(now, current, desired)
            status = status.replace(lastScaleTime=self.client.clock.timestamp())
        self._write(hpa, status.replace(desiredReplicas=desired), *conditions)

    # -- the target ---------------------------------------------------------------------------------------------------

    def _target(self, hpa: Any) -> tuple[str, Any] | str:
        """The object to scale and its resource, or why there is none."""
        reference = hpa.spec.scaleTargetRef
        group, _, version = reference.apiVersion.rpartition("/")
        row = self.client.server.catalogue.of_kind(group, version, reference.kind)
        if row is None:
            return f'no matches for kind "{reference.kind}" in group "{group}"'
        obj = self.client.find(row.group_resource, reference.name, hpa.metadata.namespace)
        if obj is None:
            return f'{row.group_resource} "{reference.name}" not found'
        if row.subresource("scale") is None:
            return "the server could not find the requested resource"
        return row.group_resource, obj

    # -- metrics ------------------------------------------------------------------------------------------------------

    def _measure(self, hpa: Any, selector: Selector, current: int) -> _Result:
        """The most that any metric calls for."""
        best, metric = 0, ""
        statuses: list[MetricStatus] = []
        problem: tuple[str, str] | None = None
        failures = 0
        for spec in hpa.spec.metrics:
            try:
                proposal, name, status = self._metric(hpa, spec, selector, current)
            except MetricsError as error:
                failures += 1
                problem = problem or (f"FailedGet{spec.type}Metric", str(error))
                continue
            statuses.append(status)
            if not metric or proposal.replicas > best:
                best, metric = proposal.replicas, name
        return _Result(best, metric, tuple(statuses), problem, failures == len(hpa.spec.metrics))

    def _metric(self, hpa: Any, spec: Any, selector: Selector, current: int) -> tuple[Proposal, str, MetricStatus]:
        if spec.type not in ("Resource", "ContainerResource"):
            kind = {"Pods": "pods", "Object": "object", "External": "external"}.get(spec.type, spec.type)
            api = "external" if spec.type == "External" else "custom"
            raise MetricsError(f"unable to get {kind} metric: no {api} metrics API (get {api}.metrics.k8s.io)")
        source = spec.resource if spec.type == "Resource" else spec.containerResource
        container = "" if spec.type == "Resource" else source.container
        what = "utilization" if source.target.averageUtilization is not None else "usage"
        try:
            proposal = self._proposal(hpa, source, container, selector, current)
        except MetricsError as error:
            raise MetricsError(f"failed to get {source.name} {what}: {_wrapped(source.name, error)}") from None
        value = MetricValueStatus(averageValue=quantity.of_milli(proposal.average))
        if proposal.utilization is not None:
            value = value.replace(averageUtilization=proposal.utilization)
        name = f"{source.name} resource" + (" utilization (percentage of request)" if what == "utilization" else "")
        if spec.type == "Resource":
            measured = MetricStatus(type=spec.type, resource=ResourceMetricStatus(name=source.name, current=value))
            return proposal, name, measured
        status = ContainerResourceMetricStatus(name=source.name, container=container, current=value)
        measured = MetricStatus(type=spec.type, containerResource=status)
        return proposal, name.replace("resource", "container resource", 1), measured

    def _proposal(self, hpa: Any, source: Any, container: str, selector: Selector, current: int) -> Proposal:
        namespace, now = hpa.metadata.namespace, self.client.clock.unix
        usage = pod_usage(self.client, namespace, selector, source.name, container)
        pods = [pod for pod in self.client.list("pods", namespace).items if selector.matches(pod.metadata.labels)]
        if source.target.averageUtilization is not None:
            wanted = source.target.averageUtilization
            return by_utilization(pods, usage, source.name, container, wanted, current, now)
        target = quantity.milli_value(source.target.averageValue or "0")
        return by_average(pods, usage, source.name, max(target, 1), current, now)

    # -- status -------------------------------------------------------------------------------------------------------

    def _write(self, hpa: Any, status: HorizontalPodAutoscalerStatus, *said: tuple[str, str, str, str]) -> None:
        conditions = {condition.type: condition for condition in status.conditions}
        for type, value, reason, message in said:
            known = condition_of(hpa, type)
            same = known is not None and known.status == value
            conditions[type] = HorizontalPodAutoscalerCondition.of(
                {
                    "type": type,
                    "status": value,
                    "lastTransitionTime": known.lastTransitionTime if known and same else self.client.clock.timestamp(),
                    **nonzero(reason=reason, message=message),
                }
            )
        status = status.replace(conditions=tuple(conditions.values()))
        if "desiredReplicas" not in status.__dict__:
            status = status.replace(desiredReplicas=0)
        if status != hpa.status:
            self.client.update_status(hpa.replace(status=status))

    def dump(self) -> dict[str, Memory]:
        return dict(self.memories)

    def load(self, state: dict[str, Memory]) -> None:
        self.memories = dict(state)


def _out_of_bounds(hpa: Any, current: int, least: int) -> tuple[str, int]:
    """Why the number has to change whatever the metrics say, and to what; no reason if it is within its bounds."""
    if current > hpa.spec.maxReplicas:
        return "Current number of replicas above Spec.MaxReplicas", hpa.spec.maxReplicas
    if current < least:
        return "Current number of replicas below Spec.MinReplicas", least
    return "", current


def _wrapped(resource: str, error: MetricsError) -> str:
    text = str(error)
    if text.startswith(("unable to fetch", "no metrics returned from")):
        return f"unable to get metrics for resource {resource}: {text}"
    return text


def _invalid(hpa: Any, message: str) -> str:
    count = len(hpa.spec.metrics)
    return f"invalid metrics ({count} invalid out of {count}), first error is: {message}"
