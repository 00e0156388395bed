"""The picture below `%check`: the part of the cluster that the first thing that does not hold is about.

A check says what it is about as kubectl would name it (`service/my-service`). Shown are a Service with the Pods behind it, a
workload with its Pods, a Pod with the Services that lead to it; of what does not exist, or of other kinds, there is no picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8snb.cluster import Cluster
    from k8snb.grading.check import Finding

#: kubectl's name -> (kind that pictures are narrowed to, view)
_PICTURED = {
    "pod": ("", "topology"),
    "service": ("Service", "topology"),
    "deployment": ("Deployment", "ownership"),
    "replicaset": ("ReplicaSet", "ownership"),
    "replicationcontroller": ("ReplicationController", "ownership"),
    "statefulset": ("StatefulSet", "ownership"),
    "daemonset": ("DaemonSet", "ownership"),
    "job": ("Job", "ownership"),
}


def picture(cluster: Cluster, findings: Iterable[Finding]) -> tuple[str, str] | None:
    """(SVG, the same in words) for the first finding that does not hold and can be shown; None if there is none."""
    from k8snb.grading.world import World

    world = World(cluster)
    for finding in findings:
        kind, _, name = finding.about.partition("/")
        if not finding.held and kind in _PICTURED and world.obj(kind, name) is not None:
            return _drawn(cluster, *_PICTURED[kind], name)
    return None


def _drawn(cluster: Cluster, kind: str, view: str, name: str) -> tuple[str, str]:
    from k8snb.views.filter import Filter
    from k8snb.views.source import ClusterSource
    from k8snb.views.widget import ClusterView

    source = ClusterSource(lambda: cluster)
    shown = ClusterView(source, view=view, filter=Filter(namespace="default", kind=kind, name=name), live=False)
    return shown.svg(), shown.text()
