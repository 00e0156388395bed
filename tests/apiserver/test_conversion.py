"""Two served versions of one stored kind: autoscalers, and events."""

from typing import Any

import pytest

from tests.apiserver.face import Face

V1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
V2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
MERGE = "application/merge-patch+json"
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


@pytest.fixture
def face() -> Face:
    return Face()


def autoscaler(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"maxReplicas": 3, "scaleTargetRef": TARGET, **spec}}


def test_an_old_autoscaler_is_stored_as_a_new_one(face: Face) -> None:
    made = face.ok("POST", V1, autoscaler("a", targetCPUUtilizationPercentage=50))
    assert (made["apiVersion"], made["spec"]["targetCPUUtilizationPercentage"]) == ("autoscaling/v1", 50)
    (metric,) = face.ok("GET", f"{V2}/a")["spec"]["metrics"]
    assert metric["resource"]["target"] == {"type": "Utilization", "averageUtilization": 50}
    face.ok("PATCH", f"{V1}/a", {"spec": {"targetCPUUtilizationPercentage": 60}}, kind=MERGE)
    assert face.ok("GET", f"{V2}/a")["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 60
    assert [item["spec"]["targetCPUUtilizationPercentage"] for item in face.ok("GET", V1)["items"]] == [60]


def test_what_the_old_version_cannot_say_survives_a_round_trip(face: Face) -> None:
    metrics = [
        {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}},
        {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}}},
        {
            "type": "Object",
            "object": {
                "describedObject": TARGET,
                "metric": {"name": "hits", "selector": {"matchLabels": {"a": "b"}}},
                "target": {"type": "Value", "value": "5"},
            },
        },
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
    ]
    policy = {"type": "Pods", "value": 1, "periodSeconds": 60}
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 30, "policies": [policy]}}
    before = face.ok("POST", V2, autoscaler("a", metrics=metrics, behavior=behavior))
    old = face.ok("GET", f"{V1}/a")
    assert "autoscaling.alpha.kubernetes.io/metrics" in old["metadata"]["annotations"]
    face.ok("PUT", f"{V1}/a", {**old, "spec": {**old["spec"], "maxReplicas": 9}})
    after = face.ok("GET", f"{V2}/a")
    assert after["spec"] == {**before["spec"], "maxReplicas": 9}
    assert "annotations" not in after["metadata"]


def test_broken_annotations_do_no_harm(face: Face) -> None:
    body = autoscaler("a", targetCPUUtilizationPercentage=50)
    body["metadata"]["annotations"] = {
        "autoscaling.alpha.kubernetes.io/metrics": '[{"type":"Pods","pods":{"targetAverageValue":[]}}]',
        "autoscaling.alpha.kubernetes.io/behavior": "{",
    }
    face.ok("POST", V1, body)
    assert len(face.ok("GET", f"{V2}/a")["spec"]["metrics"]) == 1


def test_events_have_two_names(face: Face) -> None:
    core, modern = "/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events"
    event = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"},
        "reason": "Seen",
        "message": "hello",
        "type": "Normal",
        "count": 2,
    }
    face.ok("POST", core, event)
    shown = face.ok("GET", f"{modern}/e")
    assert (shown["apiVersion"], shown["note"], shown["deprecatedCount"]) == ("events.k8s.io/v1", "hello", 2)
    assert shown["regarding"]["name"] == "p"
    watch = face.watch(core)
    watch()
    face.ok("PATCH", f"{modern}/e", {"note": "goodbye"}, kind=MERGE)
    assert face.ok("GET", f"{core}/e")["message"] == "goodbye"
    assert watch() == [("MODIFIED", "e")]
    face.ok("DELETE", f"{modern}/e")
    assert face.refused("GET", f"{core}/e")[:2] == (404, "NotFound")
