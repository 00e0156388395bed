"""A waiting Pod that is changed itself: it is only tried again if that may help."""

from __future__ import annotations

import pytest

from k8snb import Cluster

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: waiting}
spec:
  containers: [{name: web, image: nginx}]
  nodeSelector: {hardware: high-memory}
"""
SPREAD = """\
apiVersion: v1
kind: Pod
metadata: {name: waiting, labels: {app: web}}
spec:
  containers: [{name: web, image: nginx}]
  topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: nowhere, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
"""


def attempts(cluster: Cluster) -> int:
    events = cluster.kubectl("get events -o json").json()["items"]
    return sum(event.get("count", 1) for event in events if event["reason"] == "FailedScheduling")


@pytest.mark.parametrize(("manifest", "change", "tries"), [
    (POD, "label pod waiting hardware=high-memory", 1),
    (POD, "annotate pod waiting hardware=high-memory", 1),
    (POD, "label node minikube hardware=highmemory", 1),
    (SPREAD, "label pod waiting app=other --overwrite", 2),
])  # fmt: skip
def test_it_is_tried_again_only_if_that_may_help(manifest: str, change: str, tries: int) -> None:
    cluster = Cluster()
    cluster.apply(manifest)
    cluster.advance(20)
    assert attempts(cluster) == 1
    cluster.kubectl(change)
    cluster.advance(60)
    assert attempts(cluster) == tries


def test_the_machines_label_helps() -> None:
    cluster = Cluster()
    cluster.apply(POD)
    cluster.advance(20)
    cluster.kubectl("label pod waiting hardware=high-memory")
    cluster.kubectl("label node minikube hardware=high-memory")
    cluster.settle()
    assert cluster.kubectl("get pod waiting -o jsonpath={.status.phase}").stdout == "Running"


def test_a_copy_forgets_a_pod_that_has_left() -> None:
    cluster = Cluster()
    cluster.apply(POD)
    cluster.settle()
    copy = cluster.fork()
    copy.kubectl("delete pod waiting")
    copy.kubectl("label node minikube hardware=high-memory")
    copy.apply(POD)
    copy.settle()
    assert copy.kubectl("get pod waiting -o jsonpath={.status.phase}").stdout == "Running"
