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
from k8snb.controllers.autoscaling.metrics import MetricsError, pod_usage
from k8snb.controllers.autoscaling.pace import Memory, decide
from k8snb.controllers.autoscaling.replicas import TOLERANCE, Proposal, Tolerances, by_average, by_utilization
from k8snb.controllers.fields import nonzero
from k8snb.engine import After, Watch, split_key

AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
PERIOD = 15.0
_SYNC = "sync "
_UNABLE = "the HPA was unable to compute the replica count: "
#: what is missing when a target is, for kinds whose scale says so itself
_SCALES = {
    "deployments.apps": "deployments/scale.apps",
    "replicasets.apps": "replicasets/scale.apps",
    "replicationcontrollers": "replicationcontrollers/scale",
}


class _Target(NamedTuple):
    """What is scaled: its resource, the object, how many replicas it is to have, the selector of its Pods."""

    resource: str
    object: Any
    replicas: int
    selector: str


class _Result(NamedTuple):
    """What the metrics call for, which of them called loudest, and what was measured."""

    replicas: int
    metric: str
    statuses: tuple[MetricStatus, ...]


class _Unknown(Exception):
    """The metrics do not say how many replicas; conditions and events have been told."""

    def __init__(self, message: str, statuses: tuple[MetricStatus, ...] = ()) -> None:
        super().__init__(message)
        self.statuses = statuses


class _Look:
    """One look at an autoscaler: its status as it grows."""

    def __init__(self, hpa: Any, now: str) -> None:
        self.hpa, self._now = hpa, now
        self._conditions = {condition.type: condition for condition in hpa.status.conditions}

    def say(self, type: str, status: str, reason: str, message: str) -> None:
        """Set a condition; the time of its last transition stays while its status does."""
        known = self._conditions.get(type)
        same = known is not None and known.status == status
        self._conditions[type] = HorizontalPodAutoscalerCondition.of(
            {
                "type": type,
                "status": status,
                "lastTransitionTime": known.lastTransitionTime if known and same else self._now,
                **nonzero(reason=reason, message=message),
            }
        )

    def conditions(self) -> HorizontalPodAutoscalerStatus:
        """The status with nothing but new conditions."""
        status: HorizontalPodAutoscalerStatus = self.hpa.status
        return status.replace(conditions=tuple(self._conditions.values()))

    def status(
        self, current: int, desired: int, metrics: tuple[MetricStatus, ...], rescaled: bool = False
    ) -> HorizontalPodAutoscalerStatus:
        """The whole status anew."""
        last = self._now if rescaled else self.hpa.status.lastScaleTime
        return HorizontalPodAutoscalerStatus.of(
            {
                **({"lastScaleTime": last} if last else {}),
                **nonzero(currentReplicas=current),
                "desiredReplicas": desired,
                "currentMetrics": metrics or None,  # upstream writes null
                "conditions": tuple(self._conditions.values()),
            }
        )


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
        self._sync(_Look(hpa, self.client.clock.timestamp()), key)
        return After(PERIOD)

    # -- one look -----------------------------------------------------------------------------------------------------

    def _sync(self, look: _Look, key: str) -> None:
        hpa = look.hpa
        target = self._target(hpa)
        if isinstance(target, str):
            self.events.event(hpa, "Warning", "FailedGetScale", target)
            text = f"the HPA controller was unable to get the target's current scale: {target}"
            look.say("AbleToScale", "False", "FailedGetScale", text)
            self._write(hpa, look.conditions())
            return
        text = "the HPA controller was able to get the target's current scale"
        look.say("AbleToScale", "True", "SucceededGetScale", text)
        current = target.replicas
        now, memory = self.client.clock.now, self.memories.get(key)
        if memory is None:
            memory = self.memories[key] = Memory().recommended(now, current)
        least = 1 if hpa.spec.minReplicas is None else hpa.spec.minReplicas
        statuses: tuple[MetricStatus, ...] = ()
        if current == 0 and least != 0:
            text = "scaling is disabled since the replica count of the target is zero"
            look.say("ScalingActive", "False", "ScalingDisabled", text)
            self._write(hpa, look.status(current, current, ()))
            return
        reason, desired = _out_of_bounds(hpa, current, least)
        if not reason:
            try:
                found = self._measure(look, target)
            except _Unknown as error:
                self._write(hpa, look.status(current, hpa.status.desiredReplicas, error.statuses))
                self.events.event(hpa, "Warning", "FailedComputeMetricsReplicas", str(error))
                return
            statuses = found.statuses
            reason = f"{found.metric} above target" if found.replicas > current else "All metrics below target"
            decision = decide(hpa.spec, memory, current, found.replicas, now)
            self.memories[key] = memory.recommended(now, found.replicas)
            look.say("AbleToScale", *decision.able)
            look.say("ScalingLimited", *decision.limited)
            desired = decision.replicas
        if desired == current:
            self._write(hpa, look.status(current, current, statuses))
            return
        self._scale(look, key, target, desired, reason, statuses)

    def _scale(
        self, look: _Look, key: str, target: _Target, desired: int, reason: str, statuses: tuple[MetricStatus, ...]
    ) -> None:
        hpa, current = look.hpa, target.replicas
        try:
            changed = with_replicas(target.object, self.client.resource(target.resource), desired)
            self.client.update(changed, target.resource)
        except StatusError as error:
            text = f"New size: {desired}; reason: {reason}; error: {error.message}"
            self.events.event(hpa, "Warning", "FailedRescale", text)
            message = f"the HPA controller was unable to update the target scale: {error.message}"
            look.say("AbleToScale", "False", "FailedUpdateScale", message)
            self._write(hpa, look.status(current, hpa.status.desiredReplicas, statuses))
            return
        text = f"the HPA controller was able to update the target scale to {desired}"
        look.say("AbleToScale", "True", "SucceededRescale", text)
        self.events.event(hpa, "Normal", "SuccessfulRescale", f"New size: {desired}; reason: {reason}")
        self.memories[key] = self.memories[key].changed(self.client.clock.now, current, desired)
        self._write(hpa, look.status(current, desired, statuses, rescaled=True))

    # -- the target ---------------------------------------------------------------------------------------------------

    def _target(self, hpa: Any) -> _Target | str:
        """What is to be scaled, or why that is not known. Any version of the kind will do."""
        reference = hpa.spec.scaleTargetRef
        group = reference.apiVersion.rpartition("/")[0]
        rows = [row for row in self.client.server.catalogue if (row.group, row.kind) == (group, reference.kind)]
        if not rows:
            return f'no matches for kind "{reference.kind}" in group "{group}"'
        row = rows[0]
        if row.subresource("scale") is None:
            return "the server could not find the requested resource"
        obj = self.client.find(row.group_resource, reference.name, hpa.metadata.namespace)
        if obj is None:
            return f'{_SCALES.get(row.group_resource, row.group_resource)} "{reference.name}" not found'
        try:
            scale = scale_of(obj, row)
        except StatusError as error:
            return error.message
        return _Target(row.group_resource, obj, scale.spec.replicas, scale.status.selector)

    def _selector(self, look: _Look, text: str) -> Selector:
        """The selector of the target's Pods: there must be one, and no other autoscaler may look at the same Pods."""
        hpa = look.hpa
        if not text:
            self.events.event(hpa, "Warning", "SelectorRequired", "selector is required")
            message = "the HPA target's scale is missing a selector"
            look.say("ScalingActive", "False", "InvalidSelector", message)
            raise _Unknown("selector is required")
        found = parse_selector(text)
        pods = self._pods(hpa, found)
        rivals = sorted(other.metadata.name for other in self._others(hpa) if self._selects(other, pods))
        if rivals:
            namespace = hpa.metadata.namespace
            listed = " ".join(f"{{{name} {namespace}}}" for name in sorted([hpa.metadata.name, *rivals]))
            message = f"pods by selector {text} are controlled by multiple HPAs: [{listed}]"
            self.events.event(hpa, "Warning", "AmbiguousSelector", message)
            look.say("ScalingActive", "False", "AmbiguousSelector", message)
            raise _Unknown(message)
        return found

    def _pods(self, hpa: Any, selector: Selector) -> list[Any]:
        pods = self.client.list("pods", hpa.metadata.namespace).items
        return [pod for pod in pods if selector.matches(pod.metadata.labels)]

    def _others(self, hpa: Any) -> list[Any]:
        found = self.client.list(AUTOSCALERS, hpa.metadata.namespace).items
        return [other for other in found if other.metadata.uid != hpa.metadata.uid]

    def _selects(self, hpa: Any, pods: list[Any]) -> bool:
        target = self._target(hpa)
        if isinstance(target, str) or not target.selector:
            return False
        selector = parse_selector(target.selector)
        return any(selector.matches(pod.metadata.labels) for pod in pods)

    # -- metrics ------------------------------------------------------------------------------------------------------

    def _measure(self, look: _Look, target: _Target) -> _Result:
        """The most that any metric calls for. _Unknown if none can be read, or if the others would shrink the target."""
        hpa, current = look.hpa, target.replicas
        selector = self._selector(look, target.selector)
        best, metric = 0, ""
        statuses: list[MetricStatus] = []
        failures: list[tuple[str, str, str]] = []
        for spec in hpa.spec.metrics:
            try:
                proposal, name, status = self._metric(hpa, spec, selector, current)
            except MetricsError as error:
                reason = f"FailedGet{spec.type}Metric"
                self.events.event(hpa, "Warning", reason, str(error))
                failures.append((reason, str(error), _subject(spec)))
                statuses.append(MetricStatus(type=""))
                continue
            statuses.append(status)
            if not best or proposal.replicas > best:
                best, metric = proposal.replicas, name
        if failures and (len(failures) == len(hpa.spec.metrics) or best < current):
            reason, message, subject = failures[0]
            look.say("ScalingActive", "False", reason, _UNABLE + message)
            count = f"{len(failures)} invalid out of {len(hpa.spec.metrics)}"
            text = f"invalid metrics ({count}), first error is: failed to get {subject} value: {message}"
            raise _Unknown(text, tuple(statuses))
        text = f"the HPA was able to successfully calculate a replica count from {metric}"
        look.say("ScalingActive", "True", "ValidMetricFound", text)
        return _Result(best, metric, tuple(statuses))

    def _metric(self, hpa: Any, spec: Any, selector: Selector, current: int) -> tuple[Proposal, str, MetricStatus]:
        if spec.type not in ("Resource", "ContainerResource"):
            raise MetricsError(_not_served(hpa, spec))
        whole = spec.type == "Resource"
        source = spec.resource if whole else spec.containerResource
        container = "" if whole else source.container
        relative = source.target.averageValue is None
        try:
            proposal = self._proposal(hpa, source, container, selector, current)
        except MetricsError as error:
            what = "utilization" if relative else "usage"
            raise MetricsError(f"failed to get {source.name} {what}: {error}") from None
        value = MetricValueStatus(averageValue=quantity.of_milli(proposal.average))
        if relative:
            value = value.replace(averageUtilization=proposal.utilization)
        name = f"{source.name} resource"
        if relative:
            name = f"{source.name}{'' if whole else ' container'} resource utilization (percentage of request)"
        if whole:
            measured = MetricStatus(type=spec.type, resource=ResourceMetricStatus(name=source.name, current=value))
            return proposal, name, measured
        status = ContainerResourceMetricStatus(name=source.name, container=container, current=value)
        return proposal, name, MetricStatus(type=spec.type, containerResource=status)

    def _proposal(self, hpa: Any, source: Any, container: str, selector: Selector, current: int) -> Proposal:
        try:
            usage = pod_usage(self.client, hpa.metadata.namespace, selector, source.name, container)
        except MetricsError as error:
            raise MetricsError(f"unable to get metrics for resource {source.name}: {error}") from None
        pods, now, tolerances = self._pods(hpa, selector), self.client.clock.unix, _tolerances(hpa)
        if source.target.averageValue is not None:
            target = quantity.milli_value(source.target.averageValue)
            return by_average(pods, usage, source.name, target, current, now, tolerances)
        wanted = source.target.averageUtilization
        return by_utilization(pods, usage, source.name, container, wanted, current, now, tolerances)

    # -- status -------------------------------------------------------------------------------------------------------

    def _write(self, hpa: Any, status: HorizontalPodAutoscalerStatus) -> None:
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


def _subject(spec: Any) -> str:
    """What could not be read, as the summary of failures calls it."""
    if spec.type == "Resource":
        return f"{spec.resource.name} resource metric"
    if spec.type == "ContainerResource":
        return f"{spec.containerResource.container} container metric"
    if spec.type == "External":
        return f"{spec.external.metric.name} external metric"
    return f"{spec.type.lower()} metric"


def _not_served(hpa: Any, spec: Any) -> str:
    """Nobody serves custom or external metrics: the client finds no such API."""
    namespace = hpa.metadata.namespace
    if spec.type == "External":
        name = spec.external.metric.name
        missing = f"the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
        failure = f"unable to fetch metrics from external metrics API: {missing}"
        return f"unable to get external metric {namespace}/{name}/nil: {failure}"
    failure = "unable to fetch metrics from custom metrics API: no known available metric versions found"
    if spec.type == "Pods":
        return f"unable to get metric {spec.pods.metric.name}: {failure}"
    about = spec.object.describedObject
    return f"unable to get metric {spec.object.metric.name}: {about.kind} on {namespace} {about.name}/{failure}"


def _tolerances(hpa: Any) -> Tolerances:
    behavior = hpa.spec.behavior
    found = []
    for rules in (behavior.scaleDown, behavior.scaleUp) if behavior is not None else (None, None):
        given = rules.tolerance if rules is not None else None
        found.append(TOLERANCE if given is None else quantity.number(given))
    return Tolerances(*found)
