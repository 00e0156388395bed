"""Rolling updates of a real Deployment under load: which ones lose requests; and load that the autoscaler sees."""

from __future__ import annotations

import pytest

from k8snb import addons
from k8snb.cluster import Cluster
from k8snb.network.tally import Report

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: {grace}
      containers:
      - name: web
        image: nginx:1.27
        command: [sh, -c, "sleep 4; exec nginx -g 'daemon off;'"]
        ports: [{{containerPort: 80}}]
{extra}
"""
READINESS = "        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}"
PRE_STOP = "        lifecycle: {preStop: {exec: {command: [sleep, '5']}}}"


def rollout(extra: str, grace: int = 30) -> Report:
    """All Pods replaced under 100 requests a second, and what became of those."""
    cluster = Cluster(nodes=2)
    manifest = DEPLOYMENT.format(extra=extra, grace=grace)
    cluster.kubectl("apply -f -", stdin=manifest)
    cluster.kubectl("expose deployment web --port=80 --type=NodePort")
    cluster.settle()
    cluster.advance(10)
    port = cluster.client.get("services", "web", "default").spec.ports[0].nodePort
    traffic = cluster.network.traffic
    traffic.start("users", f"http://192.168.49.2:{port}/", 100)
    cluster.advance(5)
    assert traffic.report("users").failed == 0
    cluster.kubectl("set image deployment/web web=nginx:1.28")
    cluster.advance(120)
    status = cluster.client.get("deployments.apps", "web", "default").status
    assert (status.updatedReplicas, status.readyReplicas, status.replicas) == (3, 3, 3)
    before = traffic.report("users").failed
    cluster.advance(5)
    report = traffic.stop("users")
    assert report.failed == before, "the cluster is whole again"
    assert report.sent == sum(report.outcomes.values()) + report.in_flight
    assert sum(item.requests for item in report.journeys()) == sum(report.outcomes.values())
    return report


@pytest.mark.parametrize(
    ("extra", "grace", "loses"),
    [
        (f"{READINESS}\n{PRE_STOP}", 30, False),
        (PRE_STOP, 30, True),  # new Pods get requests before they listen
        (READINESS, 30, True),  # old Pods stop listening before everybody has heard that they go
        (f"{READINESS}\n{PRE_STOP}", 0, True),  # no grace: there is no time for the hook
    ],
)
def test_a_rolling_update_loses_requests_unless_it_is_made_well(extra: str, grace: int, loses: bool) -> None:
    report = rollout(extra, grace)
    assert (report.failed > 0) is loses, report.table()
    if loses:
        assert set(report.outcomes) <= {"200", "refused", "reset", "unreachable", "timeout"}


def test_the_autoscaler_sees_the_load() -> None:
    cluster = Cluster(nodes=2)
    cluster.kubectl("create deployment web --image=registry.k8s.io/hpa-example")
    cluster.kubectl("set resources deployment web --requests=cpu=200m --limits=cpu=500m")
    cluster.kubectl("expose deployment web --port=80")
    addons.install(cluster.client, "metrics-server")
    cluster.kubectl("autoscale deployment web --cpu=50% --min=1 --max=6")
    cluster.kubectl("run client --image=alpine --command -- sleep 1d")
    cluster.settle()
    cluster.advance(120)
    assert cluster.client.get("deployments.apps", "web", "default").spec.replicas == 1
    cluster.network.traffic.start("load", "http://web/", 20, "pod/client", 300)
    cluster.advance(240)
    assert cluster.client.get("deployments.apps", "web", "default").spec.replicas > 1
    cluster.advance(900)
    assert cluster.client.get("deployments.apps", "web", "default").spec.replicas == 1
