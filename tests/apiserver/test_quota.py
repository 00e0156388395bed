"""ResourceQuota and LimitRange at the door: which keys and scopes count what, and in which words is refused."""

from typing import Any

import pytest

from k8snb.cluster import Cluster
from tests.apiserver.face import PODS, Face, pod

NAMESPACE = "/api/v1/namespaces/default"
CLAIMS = f"{NAMESPACE}/persistentvolumeclaims"


@pytest.fixture
def face() -> Face:
    return Face(Cluster())


def quota(face: Face, hard: dict[str, str], **spec: Any) -> None:
    body = {"metadata": {"name": "q"}, "spec": {"hard": hard, **spec}}
    face.ok("POST", f"{NAMESPACE}/resourcequotas", body)
    face.cluster.advance(5)


def container(name: str, **resources: Any) -> dict[str, Any]:
    return {"name": name, "image": "nginx", "resources": resources}


def with_containers(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    body = pod("a")
    body["spec"] |= {"containers": list(containers), **spec}
    return body


CPU = {"cpu": "100m"}
AWAY = {"topologyKey": "zone", "namespaces": ["other"], "labelSelector": {"matchLabels": {"a": "b"}}}
REQUIRED = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [AWAY]}}
PREFERRED = {
    "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": AWAY}]}
}


def test_every_container_must_say(face: Face) -> None:
    quota(face, {"requests.cpu": "1", "limits.memory": "1Gi", "pods": "9"})
    body = with_containers(container("b"), container("a", requests=CPU), container("c", limits={"memory": "1Mi"}))
    text = 'pods "a" is forbidden: failed quota: q: must specify limits.memory for: a,b; requests.cpu for: b,c'
    assert face.refused("POST", PODS, body) == (403, "Forbidden", text)
    face.ok(
        "POST", PODS, {**body, "spec": {**body["spec"], "resources": {"requests": CPU, "limits": {"memory": "8Mi"}}}}
    )


@pytest.mark.parametrize("affinity", [REQUIRED, PREFERRED])
def test_terms_about_other_namespaces(face: Face, affinity: dict[str, Any]) -> None:
    scope = {"matchExpressions": [{"scopeName": "CrossNamespacePodAffinity", "operator": "Exists"}]}
    quota(face, {"pods": "0"}, scopeSelector=scope)
    face.ok("POST", PODS, pod("fine"))
    body = with_containers(container("a"), affinity=affinity)
    text = 'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0'
    assert face.refused("POST", PODS, body) == (403, "Forbidden", text)


def test_huge_pages_count_twice(face: Face) -> None:
    quota(face, {"hugepages-2Mi": "2Mi", "requests.hugepages-2Mi": "4Mi"})
    amounts = {"hugepages-2Mi": "4Mi", **CPU}
    over = "requested: hugepages-2Mi=4Mi, used: hugepages-2Mi=0, limited: hugepages-2Mi=2Mi"
    text = f'pods "a" is forbidden: exceeded quota: q, {over}'
    body = with_containers(container("a", limits=amounts, requests=amounts))
    assert face.refused("POST", PODS, body) == (403, "Forbidden", text)


def test_claims_by_their_attributes(face: Face) -> None:
    scope = {"scopeName": "VolumeAttributesClass", "operator": "In", "values": ["gold"]}
    quota(face, {"requests.storage": "1Gi"}, scopeSelector={"matchExpressions": [scope]})
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    face.ok("POST", CLAIMS, {"metadata": {"name": "plain"}, "spec": spec})
    face.ok("POST", CLAIMS, {"metadata": {"name": "silver"}, "spec": {**spec, "volumeAttributesClassName": "silver"}})
    text = (
        'persistentvolumeclaims "c" is forbidden: exceeded quota: q, requested: requests.storage=2Gi, '
        "used: requests.storage=0, limited: requests.storage=1Gi"
    )
    body = {"metadata": {"name": "c"}, "spec": {**spec, "volumeAttributesClassName": "gold"}}
    assert face.refused("POST", CLAIMS, body) == (403, "Forbidden", text)


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ({}, "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0"),
        (
            {"requests": {"cpu": "0"}, "limits": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
        ),
        (
            {"requests": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
        ),
        (
            {"requests": {"cpu": "1"}, "limits": {"cpu": "3"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
    ],
)
def test_ratios(face: Face, resources: dict[str, Any], why: str) -> None:
    limits = [{"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}]
    face.ok("POST", f"{NAMESPACE}/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": limits}})
    body = with_containers(container("a", **resources))
    assert face.refused("POST", PODS, body) == (403, "Forbidden", f'pods "a" is forbidden: {why}')
