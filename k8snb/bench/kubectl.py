"""What kubectl's commands cost in process, and what loading the command line adds.

Wall clock is read here and nowhere in the engine.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final

from k8snb.bench.measurement import Measurement

_ROUNDS: Final = 20


def _command(line: str) -> float:
    """Milliseconds of the best run of a command on a cluster with a Pod."""
    from k8snb.cluster import Cluster

    cluster = Cluster(nodes=3)
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    took = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        if cluster.kubectl(line).exit_code:
            raise RuntimeError(f"{line} has failed")
        took.append(time.perf_counter() - start)
    return 1000 * min(took)


def describe() -> float:
    """`kubectl describe pod`."""
    return _command("describe pod web")


def trivial() -> float:
    """`kubectl get pod`, one of them."""
    return _command("get pod web")


def loading() -> float:
    """Milliseconds that importing the command line adds to a process that has the cluster."""
    code = (
        "import time, k8snb.cluster; start = time.perf_counter(); "
        "import k8snb.kubectl.cli; print(time.perf_counter() - start)"
    )
    runs = (subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(5))
    return 1000 * min(float(done.stdout) for done in runs)


ROWS: Final = (
    Measurement("describe-pod", "kubectl describe pod", "ms", 10, 0, describe),
    Measurement("trivial-command", "kubectl get pod NAME", "ms", 3, 0, trivial),
    Measurement("kubectl-import", "loading kubectl into a process with a cluster", "ms", 50, 0, loading),
)
