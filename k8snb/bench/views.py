"""What a picture costs, from the state of the cluster to the SVG that the browser gets.

Wall clock is read here and nowhere in the engine.
"""

from __future__ import annotations

import time
from typing import Final

from k8snb.bench.measurement import Measurement

_ROUNDS: Final = 7


def _picture(pods: int, command: str) -> float:
    """Milliseconds of the best of several pictures of 10 nodes with so many Pods; a command changes something before each."""
    from k8snb.cluster import Cluster
    from k8snb.views import render, topology
    from k8snb.views.source import ClusterSource

    render.warm()
    cluster = Cluster(nodes=10, profile="hollow")
    cluster.kubectl(f"create deployment web --image=nginx --replicas={pods}")
    cluster.kubectl("expose deployment web --port=80 --type=NodePort")
    cluster.settle()
    source, took = ClusterSource(lambda: cluster), []
    for number in range(_ROUNDS):
        cluster.kubectl(command.format(number))
        start = time.perf_counter()
        render.svg(topology.draw(source()[1]()).dot, live=True)
        took.append(time.perf_counter() - start)
    return 1000 * min(took)


def hundred() -> float:
    """10 nodes with 100 Pods, all of them changed."""
    return _picture(100, "label pods -l app=web round={} --overwrite")


def thousand() -> float:
    """1,000 Pods, which the picture counts by their owner."""
    return _picture(1000, "label service web round={} --overwrite")


ROWS: Final = (
    Measurement("picture-100", "a picture of 10 nodes and 100 Pods", "ms", 60, 0, hundred),
    Measurement("picture-1000", "a picture of 1,000 Pods", "ms", 150, 0, thousand),
)
