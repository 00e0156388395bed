"""Values of a wrong type: what the decoder says of a body, and what the converter says of a strategic merge patch."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb import Cluster
from tests.apiserver.face import DEPLOYMENTS, Face

STRATEGIC = "application/strategic-merge-patch+json"
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}
BODY = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d"},
    "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
}


@pytest.fixture(scope="module")
def face() -> Face:
    face = Face(Cluster(profile="hollow"))
    face.ok("POST", DEPLOYMENTS, BODY)
    return face


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


@pytest.mark.parametrize(
    ("patch", "value", "problem"),
    [
        ({"spec": {"replicas": "x"}}, "map[spec:map[replicas:x]]", "unrecognized type: int32"),
        ({"spec": {"replicas": 1.5}}, "map[spec:map[replicas:1.5]]", "cannot convert float64 to int32"),
        ({"spec": {"replicas": True}}, "map[spec:map[replicas:true]]", "unrecognized type: int32"),
        ({"spec": {"paused": "x"}}, "map[spec:map[paused:x]]", "unrecognized type: bool"),
        ({"spec": {"paused": 1}}, "map[spec:map[paused:1]]", "unrecognized type: bool"),
        ({"spec": "x"}, "map[spec:x]", "cannot restore struct from: string"),
        ({"metadata": {"labels": {"a": 1}}}, "map[metadata:map[labels:map[a:1]]]", "cannot convert int64 to string"),
        ({"metadata": {"labels": {"a": True}}}, "map[metadata:map[labels:map[a:true]]]", "unrecognized type: string"),
        ({"metadata": {"labels": {"a": {}}}}, "map[metadata:map[labels:map[a:map[]]]]", "unrecognized type: string"),
        ({"metadata": {"labels": "a"}}, "map[metadata:map[labels:a]]", "cannot restore map from string"),
        (
            pod(containers="x"),
            "map[spec:map[template:map[spec:map[containers:x]]]]",
            "cannot restore slice from string",
        ),
        (
            pod(restartPolicy=1),
            "map[spec:map[template:map[spec:map[restartPolicy:1]]]]",
            "cannot convert int64 to v1.RestartPolicy",
        ),
    ],
)
def test_patches(face: Face, patch: dict[str, Any], value: str, problem: str) -> None:
    message = f' "" is invalid: patch: Invalid value: "{value}": {problem}'
    assert face.refused("PATCH", f"{DEPLOYMENTS}/d", patch, kind=STRATEGIC) == (422, "Invalid", message)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"spec": {"replicas": "x"}}, "string into Go struct field DeploymentSpec.spec.replicas of type int32"),
        ({"spec": 1}, "number into Go struct field Deployment.spec of type v1.DeploymentSpec"),
        (
            pod(restartPolicy=1),
            "number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy",
        ),
        (
            pod(containers=[{"imagePullPolicy": True}]),
            "bool into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy",
        ),
        (
            pod(containers={"a": 1}),
            "object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
    ],
)
def test_bodies(face: Face, body: dict[str, Any], problem: str) -> None:
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}
    message = 'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal '
    assert face.refused("POST", DEPLOYMENTS, {**head, **body}) == (400, "BadRequest", message + problem)


def test_types_of_another_package(face: Face) -> None:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": 1}}}
    body = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "x"},
        "spec": {"metrics": [metric]},
    }
    path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
    assert face.refused("POST", path, body)[2].endswith(
        "number into Go struct field MetricTarget.spec.metrics.resource.target.type of type v2.MetricTargetType"
    )
