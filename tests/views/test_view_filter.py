"""Smaller pictures of the same cluster."""

from __future__ import annotations

import pytest
import views_demo as demo

from k8snb.api.selector import SelectorError
from k8snb.views.filter import Filter, select
from k8snb.views.model import ClusterPicture, Flow


def names(picture: ClusterPicture) -> set[str]:
    return {pod.name for pod in picture.pods}


def two_spaces() -> ClusterPicture:
    world = demo.small()
    world.pods.append(demo.pod("dns", "minikube", namespace="kube-system", app="dns"))
    world.pods.append(demo.pod("other", "minikube", namespace="shop", app="hello"))
    return world.picture()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), {"x2k4p", "9bzwq", "mm7tc", "other"}),
        (Filter(system=True), {"x2k4p", "9bzwq", "mm7tc", "other", "dns"}),
        (Filter(namespace="kube-system"), {"dns"}),
        (Filter(namespace="shop"), {"other"}),
        (Filter(selector="app=hello"), {"x2k4p", "9bzwq", "mm7tc", "other"}),
        (Filter(selector="app!=hello", system=True), {"dns"}),
        (Filter(kind="Pod"), {"other"}),
        (Filter(kind="Deployment"), {"x2k4p", "9bzwq", "mm7tc"}),
        (Filter(kind="Deployment", name="hello-deployment"), {"x2k4p", "9bzwq", "mm7tc"}),
        (Filter(kind="Deployment", name="x"), set()),
        (Filter(kind="Service"), {"x2k4p", "9bzwq", "mm7tc"}),
        (Filter(kind="Service", name="hello-service"), {"x2k4p", "9bzwq", "mm7tc"}),
    ],
)
def test_which_pods_stay(wanted: Filter, expected: set[str]) -> None:
    assert {name.rpartition("-")[2] for name in names(select(two_spaces(), wanted))} == expected


def test_nodes_stay_with_all_their_requests() -> None:
    picture = two_spaces()
    assert select(picture, Filter(namespace="nowhere")).nodes == picture.nodes


def test_services_stay_that_lead_somewhere_or_match() -> None:
    picture = demo.busy().picture()
    assert [s.name for s in select(picture, Filter(selector="app=web")).services] == ["web"]
    assert [s.name for s in select(picture, Filter(kind="Service")).services] == ["db", "typo", "web"]
    assert [s.name for s in select(picture, Filter()).services] == ["db", "typo", "web"]


def test_workloads_stay_that_own_what_stays() -> None:
    picture = demo.busy().picture()
    kept = select(picture, Filter(selector="app=web")).workloads
    assert [work.name for work in kept] == ["web", "web-58f7d6c9b8", "web-6b8d9c7f54"]
    assert select(picture, Filter(selector="app=db")).workloads == ()


def test_flows_go_with_their_service() -> None:
    flows = [Flow("host", "default/web", rate=1), Flow("host", "default/db", rate=1)]
    picture = demo.busy().picture(flows=flows)
    assert [f.service for f in select(picture, Filter(selector="app=web")).flows] == ["default/web"]


def test_a_selector_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SelectorError):
        select(demo.small().picture(), Filter(selector="app in ("))
