"""What the cluster itself promises: how soon it is there, how fast it scales, how much it remembers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from k8snb.bench.measurement import Measurement

_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - {{name: web, image: "nginx:1.27", ports: [{{containerPort: 80}}]}}
"""


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _best(action: Callable[[], object], runs: int = 5) -> float:
    return min(_timed(action) for _ in range(runs))


def _resident_mib() -> float:
    with open("/proc/self/status", encoding="ascii") as status:
        kib = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return kib / 1024


def _cluster(replicas: int, nodes: int) -> Any:
    from k8snb.cluster import Cluster

    cluster = Cluster(nodes=nodes, profile="hollow")
    if replicas:
        cluster.kubectl(["apply", "-f", "-"], stdin=_DEPLOYMENT.format(replicas=replicas))
        cluster.settle()
        ready = cluster.client.get("deployments.apps", "web", "default").status.readyReplicas
        if ready != replicas:
            raise RuntimeError(f"only {ready} of {replicas} Pods became Ready")
    return cluster


def _nodes_for(replicas: int) -> int:
    return max(3, replicas // 50)  # a node takes 110 Pods at the most


def first_command() -> float:
    """Process start to `kubectl get nodes` printed."""
    command = [sys.executable, "-m", "k8snb.cli", "kubectl", "get", "nodes"]
    return min(_timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(3))


def kernel_start() -> float:
    """`%load_ext k8snb` and `%minikube start --nodes 3` in a running shell."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()

    def start() -> None:
        shell.run_line_magic("load_ext", "k8snb")
        shell.run_line_magic("minikube", "start --nodes 3")

    return _timed(start)


def scale_up() -> float:
    """A Deployment of 1,000 until all are Ready."""
    _cluster(5, 3)  # modules and caches, as in a process that has been in use
    return _timed(lambda: _cluster(1000, _nodes_for(1000)))


def rolling_update() -> float:
    """A new image for all 1,000."""
    cluster = _cluster(1000, _nodes_for(1000))

    def update() -> None:
        cluster.kubectl("set image deployment/web web=nginx:1.28")
        cluster.settle(timeout=7200)

    seconds = _timed(update)
    status = cluster.client.get("deployments.apps", "web", "default").status
    if status.updatedReplicas != 1000 or status.readyReplicas != 1000:
        raise RuntimeError(f"the rollout did not finish: {status}")
    return seconds


def get_pods() -> float:
    """`kubectl get pods` on 1,000."""
    cluster = _cluster(1000, _nodes_for(1000))
    return 1000 * _best(lambda: cluster.kubectl("get pods"))


def ten_thousand() -> float:
    """10,000 Pods on 200 nodes until all are Ready."""
    return _timed(lambda: _cluster(10_000, 200))


def ten_thousand_memory() -> float:
    """Memory of the whole process with them."""
    cluster = _cluster(10_000, 200)
    return _resident_mib() if cluster else 0.0


def growth() -> float:
    """Cost of a Pod at 10,000 over its cost at 1,000."""
    _cluster(5, 3)
    small = _timed(lambda: _cluster(1000, 20)) / 1000
    return _timed(lambda: _cluster(10_000, 200)) / 10_000 / small


def quiet_hour() -> float:
    """An hour of virtual time in which nothing happens to 10 Pods."""
    cluster = _cluster(10, 3)
    cluster.advance(3600)
    return 1000 * _best(lambda: cluster.advance(3600))


def small_memory() -> float:
    """The whole process with 3 nodes and 50 Pods."""
    cluster = _cluster(50, 3)
    return _resident_mib() if cluster else 0.0


def fork() -> float:
    """A copy of a cluster with 1,000 Pods."""
    cluster = _cluster(1000, _nodes_for(1000))
    return 1000 * _best(cluster.fork)


ROWS: Final = (
    Measurement("first-command", "process start to `kubectl get nodes` printed", "s", 1.0, 4.3, first_command),
    Measurement("kernel-start", "%load_ext k8snb + %minikube start --nodes 3", "s", 0.5, 0, kernel_start, 3),
    Measurement("scale-up", "Deployment of 1,000 to Ready", "s", 1.0, 26, scale_up, 3),
    Measurement("rolling-update", "rolling update of 1,000", "s", 3.0, 106, rolling_update),
    Measurement("get-pods", "kubectl get pods on 1,000", "ms", 30, 190, get_pods),
    Measurement("ten-thousand", "10,000 Pods on 200 nodes to Ready", "s", 12, 0, ten_thousand),
    Measurement("ten-thousand-memory", "memory with 10,000 Pods", "MiB", 400, 970, ten_thousand_memory),
    Measurement("growth", "cost of a Pod at 10,000 ÷ at 1,000", "×", 1.5, 0, growth),
    Measurement("quiet-hour", "an hour of a quiet 10-Pod cluster", "ms", 5, 3_600_000, quiet_hour),
    Measurement("small-memory", "whole process with 3 nodes + 50 Pods", "MiB", 120, 0, small_memory),
    Measurement("fork", "fork of a 1,000-Pod cluster", "ms", 20, 0, fork),
)
