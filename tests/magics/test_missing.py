"""`%check` shows what is missing: the part of the cluster that the first thing that does not hold is about."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from k8snb import Cluster
from k8snb.grading.check import Finding
from k8snb.grading.lesson import find
from k8snb.grading.text import Text
from k8snb.grading.world import World
from k8snb.magics.missing import picture


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    made.kubectl("run my-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=webserver")
    made.kubectl("run bystander --image=nginx")
    made.kubectl("expose pod my-pod --type=NodePort --name=door")
    made.kubectl(["set", "selector", "service", "door", "app=web-server"])
    made.settle()
    yield made
    made.close()


def test_the_door_that_leads_nowhere(cluster: Cluster) -> None:
    outcome = find("D05-E1")[1][0](World(cluster))
    assert outcome.earned == 4
    picture(cluster, outcome.findings)  # imports and Graphviz
    begun = time.perf_counter()
    shown = picture(cluster, outcome.findings)
    assert time.perf_counter() - begun < 0.6  # 0.2 s; the machine may be shared
    assert shown is not None
    svg, text = shown
    assert svg.startswith("<?xml") or svg.lstrip().startswith("<svg")
    assert "door" in text
    assert "bystander" not in text


@pytest.mark.parametrize("about", ["pod/nobody", "secret/x", "", "pod", "deployment/none"])
def test_nothing_to_show(cluster: Cluster, about: str) -> None:
    assert picture(cluster, [Finding(2, 0, Text("no", "否"), about)]) is None


def test_what_holds_is_not_shown(cluster: Cluster) -> None:
    assert picture(cluster, [Finding(2, 2, Text("yes", "是"), "pod/my-pod")]) is None
