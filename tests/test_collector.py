"""Clusters that nobody holds any more are given back, however fast they come."""

from __future__ import annotations

import gc
import weakref

from k8snb import Cluster
from k8snb.sim import collector


def test_clusters_that_are_dropped_are_collected() -> None:
    dropped: list[weakref.ref[Cluster]] = []
    enough = max(collector._survivors.allowed, len(gc.get_objects())) // 1_000
    while all(alive() is not None for alive in dropped):
        cluster = Cluster(1, len(dropped))
        cluster.kubectl("create deployment web --image=nginx --replicas=20")
        cluster.settle()
        dropped.append(weakref.ref(cluster))
        del cluster
        assert len(dropped) < enough
