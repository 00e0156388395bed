"""Groups that a cluster is born with: registrations of APIs, priorities of requests, devices; and what is refused outright."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from k8snb import Cluster
from tests.apiserver.face import Face

CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
APISERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
FLOWS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas"
LEVELS = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations"
DEVICES = "/apis/resource.k8s.io/v1"


@pytest.fixture(scope="module")
def settled() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(settled: Cluster) -> Iterator[Cluster]:
    copy = settled.fork()
    yield copy
    copy.close()


def table(cluster: Cluster, line: str) -> list[list[str]]:
    """The cells of what `kubectl get` prints, without the age."""
    result = cluster.kubectl(line)
    assert result.exit_code == 0, result.stderr
    return [row.split() for row in result.stdout.splitlines()]


# -- apiregistration.k8s.io --------------------------------------------------------------------------------------------------


def test_every_group_is_registered(cluster: Cluster) -> None:
    rows = table(cluster, "get apiservices")
    assert rows[0] == ["NAME", "SERVICE", "AVAILABLE", "AGE"]
    names = [row[0] for row in rows[1:]]
    assert names == sorted(names)
    served = cluster.kubectl("api-versions").stdout.splitlines()
    expected = {f"{version.rpartition('/')[2]}.{version.rpartition('/')[0]}" for version in served}
    assert set(names) == expected - {"v1.apiregistration.k8s.io"}
    assert {tuple(row[1:3]) for row in rows[1:]} == {("Local", "True")}


def test_custom_kinds_are_registered_while_they_are_served(cluster: Cluster) -> None:
    face = Face(cluster)
    face.ok("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD)
    cluster.settle(quiet=1, timeout=10)
    found = face.ok("GET", f"{APISERVICES}/v1.example.com")
    assert found["spec"] == {
        "group": "example.com",
        "version": "v1",
        "groupPriorityMinimum": 1000,
        "versionPriority": 100,
    }
    assert found["metadata"]["labels"] == {"kube-aggregator.kubernetes.io/automanaged": "true"}
    assert found["status"]["conditions"][0]["message"] == "Local APIServices are always available"
    assert cluster.kubectl("delete crd widgets.example.com").exit_code == 0
    cluster.settle(quiet=1, timeout=10)
    assert face.call("GET", f"{APISERVICES}/v1.example.com").code == 404


# -- flowcontrol.apiserver.k8s.io --------------------------------------------------------------------------------------------


def test_what_priorities_there_are(cluster: Cluster) -> None:
    rows = table(cluster, "get flowschemas")
    assert rows[0] == ["NAME", "PRIORITYLEVEL", "MATCHINGPRECEDENCE", "DISTINGUISHERMETHOD", "AGE", "MISSINGPL"]
    assert [row[:4] for row in rows[1:]] == [
        ["exempt", "exempt", "1", "<none>"],
        ["probes", "exempt", "2", "<none>"],
        ["system-leader-election", "leader-election", "100", "ByUser"],
        ["system-node-high", "node-high", "400", "ByUser"],
        ["system-nodes", "system", "500", "ByUser"],
        ["kube-controller-manager", "workload-high", "800", "ByNamespace"],
        ["kube-scheduler", "workload-high", "800", "ByNamespace"],
        ["kube-system-service-accounts", "workload-high", "900", "ByNamespace"],
        ["service-accounts", "workload-low", "9000", "ByUser"],
        ["global-default", "global-default", "9900", "ByUser"],
        ["catch-all", "catch-all", "10000", "ByUser"],
    ]
    assert {row[-1] for row in rows[1:]} == {"False"}
    levels = table(cluster, "get prioritylevelconfigurations")
    assert [row[0] for row in levels[1:]] == [
        "catch-all",
        "exempt",
        "global-default",
        "leader-election",
        "node-high",
        "system",
        "workload-high",
        "workload-low",
    ]


def test_a_flow_without_its_level_dangles(cluster: Cluster) -> None:
    face = Face(cluster)
    flow = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "FlowSchema",
        "metadata": {"name": "mine"},
        "spec": {"priorityLevelConfiguration": {"name": "mine"}},
    }
    assert face.ok("POST", FLOWS, flow)["spec"]["matchingPrecedence"] == 1000
    cluster.run_ready()
    condition = face.ok("GET", f"{FLOWS}/mine")["status"]["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == ("Dangling", "True", "NotFound")
    assert condition["message"] == (
        'This FlowSchema references the PriorityLevelConfiguration object named "mine" but there is no such object'
    )
    level = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "PriorityLevelConfiguration",
        "metadata": {"name": "mine"},
        "spec": {"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}}},
    }
    face.ok("POST", LEVELS, level)
    cluster.run_ready()
    condition = face.ok("GET", f"{FLOWS}/mine")["status"]["conditions"][0]
    assert (condition["status"], condition["reason"]) == ("False", "Found")


def test_the_servers_own_objects_come_back(cluster: Cluster) -> None:
    face = Face(cluster)
    face.ok("DELETE", f"{FLOWS}/catch-all")
    assert face.refused(
        "PATCH", f"{FLOWS}/exempt", {"spec": {"matchingPrecedence": 7}}, kind="application/merge-patch+json"
    )[:2] == (422, "Invalid")
    cluster.advance(61)
    assert face.call("GET", f"{FLOWS}/catch-all").code == 200


# -- admissionregistration.k8s.io --------------------------------------------------------------------------------------------

MATCH = {"resourceRules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}]}
HOOK = {
    "name": "a.example.com",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "clientConfig": {"url": "https://example.com/x"},
}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        {"webhooks": [HOOK]},
        "run admission webhooks",
    ),
    ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", {"webhooks": [HOOK]}, "run admission webhooks"),
    (
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        {"spec": {"matchConstraints": MATCH, "validations": [{"expression": "true"}]}},
        "evaluate admission policies",
    ),
    (
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        {"spec": {"policyName": "p", "validationActions": ["Deny"]}},
        "evaluate admission policies",
    ),
    (
        "MutatingAdmissionPolicyBinding",
        "mutatingadmissionpolicybindings",
        {"spec": {"policyName": "p"}},
        "evaluate admission policies",
    ),
]


@pytest.mark.parametrize(("kind", "plural", "body", "what"), REFUSED)
def test_what_would_not_be_done_is_not_kept(
    cluster: Cluster, kind: str, plural: str, body: dict[str, Any], what: str
) -> None:
    face, path = Face(cluster), f"/apis/admissionregistration.k8s.io/v1/{plural}"
    sent = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "x"}, **body}
    assert face.refused("POST", path, sent) == (
        403,
        "Forbidden",
        f'{plural}.admissionregistration.k8s.io "x" is forbidden: this server does not {what} yet, and would ignore it',
    )
    assert face.ok("GET", path)["items"] == []


def test_what_is_wrong_is_said_first(cluster: Cluster) -> None:
    sent = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    body = {**sent, "metadata": {"name": "x"}, "webhooks": [{"name": "short"}]}
    path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    assert Face(cluster).refused("POST", path, body)[:2] == (422, "Invalid")


# -- resource.k8s.io ---------------------------------------------------------------------------------------------------------


def made(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "resource.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


WISH = {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com"}}]}}


def test_devices(cluster: Cluster) -> None:
    face = Face(cluster)
    selector = {"cel": {"expression": 'device.driver == "gpu.example.com"'}}
    face.ok("POST", f"{DEVICES}/deviceclasses", made("DeviceClass", "gpu.example.com", {"selectors": [selector]}))
    claim = face.ok("POST", f"{DEVICES}/namespaces/default/resourceclaims", made("ResourceClaim", "one", WISH))
    assert claim["spec"]["devices"]["requests"][0]["exactly"] == {
        "deviceClassName": "gpu.example.com",
        "allocationMode": "ExactCount",
        "count": 1,
    }
    template = made("ResourceClaimTemplate", "many", {"spec": WISH})
    face.ok("POST", f"{DEVICES}/namespaces/default/resourceclaimtemplates", template)
    pool = {"name": "node-0", "generation": 1, "resourceSliceCount": 1}
    slice_ = {"driver": "gpu.example.com", "nodeName": "node-0", "pool": pool, "devices": [{"name": "gpu-0"}]}
    face.ok("POST", f"{DEVICES}/resourceslices", made("ResourceSlice", "node-0-gpu", slice_))
    assert [row[:-1] for row in table(cluster, "get deviceclasses")] == [["NAME"], ["gpu.example.com"]]
    assert [row[:-1] for row in table(cluster, "get resourceclaims")] == [["NAME", "STATE"], ["one", "pending"]]
    assert [row[:-1] for row in table(cluster, "get resourceclaimtemplates")] == [["NAME"], ["many"]]
    assert [row[:-1] for row in table(cluster, "get resourceslices")] == [
        ["NAME", "NODE", "DRIVER", "POOL"],
        ["node-0-gpu", "node-0", "gpu.example.com", "node-0"],
    ]
    for line in ("describe deviceclass", "describe resourceclaim", "describe resourceslice"):
        assert cluster.kubectl(line).stdout.startswith("Name: ")
    assert face.refused(
        "PATCH",
        f"{DEVICES}/namespaces/default/resourceclaims/one",
        {"spec": {"devices": {"requests": None}}},
        kind="application/merge-patch+json",
    )[:2] == (422, "Invalid")
