"""nslookup in a Pod: busybox' searches for short names only, and asks for every search domain (busybox 1.37)."""

from __future__ import annotations

import pytest

from k8snb import Cluster


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster()
    found.kubectl("run alpine --image=alpine -- sleep 3600")
    found.kubectl("create service clusterip kitchen --tcp=80 --clusterip=10.96.7.7")
    found.settle()
    return found


@pytest.mark.parametrize(
    ("name", "answers", "code"),
    [
        ("kitchen.default.svc.cluster.local", ["kitchen.default.svc.cluster.local"], 0),
        ("kitchen", ["kitchen.default.svc.cluster.local"], 1),
        ("kitchen.default", [], 1),
        ("nope", [], 1),
    ],
)
def test_busybox(cluster: Cluster, name: str, answers: list[str], code: int) -> None:
    result = cluster.kubectl(["exec", "alpine", "--", "nslookup", name])
    lines = result.stdout.splitlines()
    assert lines[:3] == ["Server:\t\t10.96.0.10", "Address:\t10.96.0.10:53", ""]
    assert [line.removeprefix("Name:\t") for line in lines if line.startswith("Name:")] == answers
    assert result.exit_code == code


def test_what_is_not_found_is_named_in_full(cluster: Cluster) -> None:
    out = cluster.kubectl("exec alpine -- nslookup kitchen").stdout
    assert out.count("** server can't find kitchen.cluster.local: NXDOMAIN\n") == 2  # A and AAAA
    assert "can't find kitchen.default" not in out
