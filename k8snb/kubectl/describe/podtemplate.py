"""The Pod template of a workload. Source: kubectl `pkg/describe/describe.go` (DescribePodTemplate)."""

from __future__ import annotations

from k8snb.api.core.pod import PodSchedulingGroup, PodTemplateSpec
from k8snb.kubectl.describe import metadata, scheduling
from k8snb.kubectl.describe.containers import containers
from k8snb.kubectl.describe.volumes import volumes
from k8snb.kubectl.describe.writer import PrefixWriter

_INDENT = "  "


def template(w: PrefixWriter, found: PodTemplateSpec | None) -> None:
    """`Pod Template:`"""
    w.line(0, "Pod Template:")
    if found is None:
        w.write(1, "<unset>")
        return
    spec = found.spec
    metadata.labels(w, "  Labels", found.metadata.labels)
    if found.metadata.annotations:
        metadata.annotations(w, "  Annotations", found.metadata.annotations)
    if spec.serviceAccountName:
        w.field(1, "Service Account", spec.serviceAccountName)
    if spec.initContainers:
        containers(w, "Init Containers", spec.initContainers, indent=_INDENT)
    containers(w, "Containers", spec.containers, indent=_INDENT)
    volumes(w, spec.volumes, _INDENT)
    scheduling.spread(w, spec.topologySpreadConstraints, _INDENT)
    if spec.priorityClassName:
        w.field(1, "Priority Class Name", spec.priorityClassName)
    metadata.labels(w, "  Node-Selectors", spec.nodeSelector)
    scheduling.tolerations(w, "  Tolerations", spec.tolerations)
    if spec.schedulingGroup is not None:
        group(w, spec.schedulingGroup, _INDENT)


def group(w: PrefixWriter, found: PodSchedulingGroup, indent: str = "") -> None:
    """The gang that Pods are scheduled with."""
    w.line(0, f"{indent}SchedulingGroup:")
    w.field(1, "PodGroupName", found.podGroupName)
