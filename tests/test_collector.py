"""Clusters that nobody holds any more are given back, however fast they come."""

from __future__ import annotations

import weakref

import pytest

from k8snb import Cluster
from k8snb.sim import collector


def test_clusters_that_are_dropped_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector._survivors, "allowed", 100_000)
    monkeypatch.setattr(collector._survivors, "count", 0)
    dropped: list[weakref.ref[Cluster]] = []
    while all(alive() is not None for alive in dropped):  # a new cluster looks back at those that were dropped
        assert len(dropped) < 20
        cluster = Cluster(1, len(dropped))
        cluster.kubectl("create deployment web --image=nginx --replicas=20")
        cluster.settle()
        dropped.append(weakref.ref(cluster))
        del cluster
