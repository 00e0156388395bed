"""Evictions: which a budget refuses and in which words, and what those that it allows leave in the Pod's status."""

from typing import Any

import pytest

from k8snb.api.decode import read
from k8snb.api.policy.poddisruptionbudget import PodDisruptionBudgetStatus
from tests.apiserver.face import PODS, Face, pod

BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."


@pytest.fixture
def face() -> Face:
    found = Face()
    found.ok("POST", PODS, pod("a", labels={"app": "a"}))
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    found.ok("PATCH", f"{PODS}/a/status", {"status": status}, kind="application/strategic-merge-patch+json")
    return found


def budget(face: Face, name: str = "b", **status: Any) -> None:
    """A budget with a status that nobody else writes."""
    face.ok(
        "POST",
        BUDGETS,
        {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": "a"}}, "minAvailable": 1}},
    )
    given = {"currentHealthy": 1, "desiredHealthy": 1, "disruptionsAllowed": 0, "observedGeneration": 1, **status}
    stored = face.cluster.store.get("poddisruptionbudgets.policy", "default", name)
    assert stored is not None
    face.cluster.store.put(
        "poddisruptionbudgets.policy",
        stored.replace(status=read(PodDisruptionBudgetStatus, given)),
        face.cluster.clock.now,
    )


def evict(face: Face, query: dict[str, str] | None = None, **body: Any) -> Any:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}, **body}
    return face.call("POST", f"{PODS}/a/eviction", body, query)


def condition(reason: str, message: str, status: str = "False") -> dict[str, Any]:
    return {"type": "DisruptionAllowed", "status": status, "reason": reason, "message": message}


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"observedGeneration": 0}, 10, "The disruption budget b is still being processed by the server."),
    ({}, 0, "The disruption budget b needs 1 healthy pods and has 1 currently"),
    (
        {"conditions": [condition("SyncFailed", "found no controllers for pod")]},
        0,
        "The disruption budget b does not allow evicting pods currently because it failed sync: found no controllers for pod",
    ),
    (
        {"conditions": [condition("SyncFailed", "long ago", "True")]},
        0,
        "The disruption budget b needs 1 healthy pods and has 1 currently",
    ),
    (
        {"currentHealthy": 2, "conditions": [condition("Other", "no")]},
        0,
        "The disruption budget b does not allow evicting pods currently (Other): no",
    ),
    ({"currentHealthy": 2}, 0, "The disruption budget b does not allow evicting pods currently"),
]


@pytest.mark.parametrize(("status", "later", "why"), REFUSALS)
def test_refusals(face: Face, status: dict[str, Any], later: int, why: str) -> None:
    budget(face, **status)
    answer = evict(face)
    assert (answer.code, answer.body["reason"], answer.body["message"]) == (429, "TooManyRequests", VIOLATED)
    assert answer.body["details"]["causes"] == [{"reason": "DisruptionBudget", "message": why}]
    assert answer.body["details"].get("retryAfterSeconds", 0) == later
    assert "DisruptionTarget" not in str(face.ok("GET", f"{PODS}/a")["status"])


def test_budgets_that_went_wrong(face: Face) -> None:
    budget(face, disruptionsAllowed=-1)
    answer = evict(face)
    text = 'poddisruptionbudget.policy "b" is forbidden: pdb disruptions allowed is negative'
    assert (answer.code, answer.body["message"]) == (403, text)
    face.ok("DELETE", f"{BUDGETS}/b")
    late = {f"p{index}": "2026-01-01T00:00:00Z" for index in range(2001)}
    budget(face, disruptionsAllowed=1, disruptedPods=late)
    text = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
    assert evict(face).body["message"] == f'poddisruptionbudget.policy "b" is forbidden: {text}'
    budget(face, "c")
    answer = evict(face)
    text = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    assert (answer.code, answer.body["message"]) == (500, text)


def test_an_eviction_is_noted(face: Face) -> None:
    budget(face, disruptionsAllowed=1)
    assert evict(face, {"dryRun": "All"}).code == 201
    assert evict(face, deleteOptions={"dryRun": ["All"]}).code == 201
    assert "DisruptionTarget" not in str(face.ok("GET", f"{PODS}/a")["status"])
    assert face.ok("GET", f"{BUDGETS}/b")["status"]["disruptionsAllowed"] == 1
    face.ok("PATCH", f"{PODS}/a", {"metadata": {"finalizers": ["a/b"]}}, kind="application/merge-patch+json")
    assert evict(face).code == 201
    found = face.ok("GET", f"{PODS}/a")
    assert "deletionTimestamp" in found["metadata"]
    noted = [c for c in found["status"]["conditions"] if c["type"] == "DisruptionTarget"]
    assert [(c["status"], c["reason"], c["message"]) for c in noted] == [
        ("True", "EvictionByEvictionAPI", "Eviction API: evicting")
    ]
    status = face.ok("GET", f"{BUDGETS}/b")["status"]
    assert status["disruptionsAllowed"] == 0
    assert list(status["disruptedPods"]) == ["a"]


def test_an_eviction_names_its_pod_and_may_name_its_version(face: Face) -> None:
    answer = evict(face, metadata={"name": "b"})
    assert (answer.code, answer.body["message"]) == (400, "name in URL does not match name in Eviction object")
    answer = evict(face, deleteOptions={"preconditions": {"resourceVersion": "1"}})
    assert (answer.code, answer.body["reason"]) == (409, "Conflict")
    version = face.ok("GET", f"{PODS}/a")["metadata"]["resourceVersion"]
    assert evict(face, deleteOptions={"preconditions": {"resourceVersion": version}}).code == 201
