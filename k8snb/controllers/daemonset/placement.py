"""Placement: on which nodes a DaemonSet's Pods should be, and how a Pod is pinned to its node.

Source: `pkg/controller/daemon/daemon_controller.go` NodeShouldRunDaemonPod, `util/daemonset_util.go`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.core.pod import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    Pod,
    PodTemplateSpec,
    Toleration,
)
from k8snb.api.model import FrozenMap
from k8snb.scheduler.plugins.nodeaffinity import selects
from k8snb.scheduler.plugins.tainttoleration import tolerates

HASH_LABEL = "controller-revision-hash"
GENERATION_LABEL = "pod-template-generation"
GENERATION_ANNOTATION = "deprecated.daemonset.template.generation"

#: what every daemon Pod tolerates: its node being unwell is no reason to leave it
_TOLERATIONS = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_HOST_NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")


class Should(NamedTuple):
    """Whether a daemon Pod should start on a node, and whether one that is there may stay."""

    run: bool
    stay: bool


def should(template: PodTemplateSpec, node: Any) -> Should:
    """What a node's name, labels and taints say to a DaemonSet's template (made by `pinned_template`)."""
    spec, meta = template.spec, node.metadata
    if spec.nodeName and spec.nodeName != meta.name:
        return Should(False, False)
    if not selects(spec, meta.name, meta.labels):
        return Should(False, False)
    refused = [t for t in node.spec.taints if t.effect != "PreferNoSchedule" and not tolerates(spec.tolerations, t)]
    return Should(not refused, not any(taint.effect == "NoExecute" for taint in refused))


def daemon_template(owner: Any, revision_hash: str) -> PodTemplateSpec:
    """The template with what is added for all nodes: revision labels and tolerations."""
    template = owner.spec.template
    labels = {**template.metadata.labels, HASH_LABEL: revision_hash}
    generation = owner.metadata.annotations.get(GENERATION_ANNOTATION)
    if generation:
        labels[GENERATION_LABEL] = generation
    spec = template.spec
    wanted = (*_TOLERATIONS, _HOST_NETWORK) if spec.hostNetwork else _TOLERATIONS
    tolerations = list(spec.tolerations)
    for key, effect in wanted:
        toleration = Toleration(key=key, operator="Exists", effect=effect)
        if toleration not in tolerations:
            tolerations.append(toleration)
    made: PodTemplateSpec = template.replace(
        metadata=template.metadata.replace(labels=FrozenMap(labels)), spec=spec.replace(tolerations=tuple(tolerations))
    )
    return made


def pinned(template: PodTemplateSpec, node: str) -> PodTemplateSpec:
    """The template for one node: node affinity by name, in place of what the template itself requires of nodes."""
    requirement = NodeSelectorRequirement(key="metadata.name", operator="In", values=(node,))
    required = NodeSelector(nodeSelectorTerms=(NodeSelectorTerm(matchFields=(requirement,)),))
    affinity = template.spec.affinity or Affinity()
    rules = (affinity.nodeAffinity or NodeAffinity()).replace(requiredDuringSchedulingIgnoredDuringExecution=required)
    spec = template.spec.replace(affinity=affinity.replace(nodeAffinity=rules))
    return template.replace(spec=spec)


def target_node(pod: Pod) -> str:
    """The node a daemon Pod is on or pinned to; "" if it is pinned to none."""
    if pod.spec.nodeName:
        return pod.spec.nodeName
    affinity = pod.spec.affinity
    rules = affinity.nodeAffinity if affinity is not None else None
    required = rules.requiredDuringSchedulingIgnoredDuringExecution if rules is not None else None
    for term in required.nodeSelectorTerms if required is not None else ():
        for requirement in term.matchFields:
            if requirement.key == "metadata.name" and requirement.operator == "In" and len(requirement.values) == 1:
                return requirement.values[0]
    return ""


def is_updated(owner: Any, pod: Pod, revision_hash: str) -> bool:
    """Whether a Pod is of the present template."""
    labels = pod.metadata.labels
    generation = owner.metadata.annotations.get(GENERATION_ANNOTATION)
    same_generation = bool(generation) and labels.get(GENERATION_LABEL) == generation
    return labels.get(HASH_LABEL) == revision_hash or same_generation
