"""Every built-in kind: its columns, names and selectable fields, and what its writes do to generation and status."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.api.resources import RESOURCES, Resource
from k8snb.apiserver import discovery
from k8snb.apiserver.conversion import storage_of
from k8snb.apiserver.registry import strategy_of
from tests.apiserver.face import TABLE, Face
from tests.apiserver.generation import attempts, body_of, kinds, path_of
from tests.apiserver.test_fuzz_objects import NAMES

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


def id_of(resource: Resource) -> str:
    return f"{resource.group_resource}/{resource.version}"


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    return cluster


@pytest.fixture
def face(prototype: Cluster) -> Face:
    return Face(prototype.fork())


# -- beside a real server's ------------------------------------------------------------------------------------------


@cache
def reference(name: str) -> Any:
    file = REFERENCE / name
    return json.loads(file.read_text()) if file.exists() else None


@pytest.mark.skipif(not REFERENCE.exists(), reason="no reference at hand")
@pytest.mark.parametrize("resource", [r for r in RESOURCES if "list" in r.verbs], ids=id_of)
def test_columns(face: Face, resource: Resource) -> None:
    root = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
    wanted = reference("table-columns.json")[f"{root}/{resource.plural}"]
    table = face.ok("GET", f"{root}/{resource.plural}", accept=TABLE)
    columns = [[c["name"], c["type"], c["format"], c["priority"]] for c in table["columnDefinitions"]]
    assert columns == wanted
    assert all(len(row["cells"]) == len(wanted) for row in table["rows"])


@pytest.mark.skipif(not REFERENCE.exists(), reason="no reference at hand")
def test_names_verbs_and_subresources(prototype: Cluster) -> None:
    for path, core in (("/api", True), ("/apis", False)):
        wanted = {group["metadata"].get("name", ""): group for group in reference("discovery.json")[path]["items"]}
        found = discovery.aggregated(prototype.server.catalogue, core)["items"]
        assert {group["metadata"].get("name", ""): group["versions"] for group in found} == {
            name: group["versions"] for name, group in wanted.items()
        }


# -- writes ----------------------------------------------------------------------------------------------------------

#: kinds whose objects count the changes of what they ask for (upstream: their strategies' PrepareForCreate)
GENERATION = {
    "pods",
    "replicationcontrollers",
    "daemonsets.apps",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "cronjobs.batch",
    "jobs.batch",
    "ingressclasses.networking.k8s.io",
    "ingresses.networking.k8s.io",
    "networkpolicies.networking.k8s.io",
    "poddisruptionbudgets.policy",
    "csidrivers.storage.k8s.io",
    "mutatingadmissionpolicies.admissionregistration.k8s.io",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "customresourcedefinitions.apiextensions.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "endpointslices.discovery.k8s.io",
    "deviceclasses.resource.k8s.io",
    "resourceslices.resource.k8s.io",
    "flowschemas.flowcontrol.apiserver.k8s.io",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
}
#: kinds whose updates must say what they update (upstream: AllowUnconditionalUpdate is false)
CONDITIONAL = {
    "apiservices.apiregistration.k8s.io",
    "csidrivers.storage.k8s.io",
    "csinodes.storage.k8s.io",
    "csistoragecapacities.storage.k8s.io",
    "customresourcedefinitions.apiextensions.k8s.io",
    "leases.coordination.k8s.io",
    "mutatingadmissionpolicies.admissionregistration.k8s.io",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "poddisruptionbudgets.policy",
    "runtimeclasses.node.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "volumeattachments.storage.k8s.io",
}


def made(face: Face, resource: Resource, **query: str) -> dict[str, Any]:
    """A small object of a kind, as the server stored it."""
    random = Random(1)
    body = body_of(resource, random, NAMES.get(resource.kind, "x"), 0.0)
    answer = None
    send = lambda sent: face.call("POST", path_of(resource), sent, query)  # noqa: E731
    for _, answer in attempts(resource, body, random, send):
        if answer.code != 201 and "this server does not" in answer.body["message"]:
            pytest.skip(answer.body["message"])
    assert answer is not None
    assert answer.code == 201, answer.body
    found: dict[str, Any] = answer.body
    return found


STORED = [r for r in kinds() if storage_of(r) is r]


@pytest.mark.parametrize("resource", STORED, ids=id_of)
def test_generation(face: Face, resource: Resource) -> None:
    stored = made(face, resource)
    counted = resource.group_resource in GENERATION
    assert stored["metadata"].get("generation") == (1 if counted else None)
    path = path_of(resource, stored["metadata"]["name"])
    labelled = {**stored, "metadata": {**stored["metadata"], "labels": {"a": "b"}}}
    updated = face.ok("PUT", path, labelled)
    assert updated["metadata"]["labels"]["a"] == "b"
    assert updated["metadata"].get("generation") == (1 if counted else None)


@pytest.mark.parametrize("resource", STORED, ids=id_of)
def test_an_update_that_does_not_say_of_what(face: Face, resource: Resource) -> None:
    stored = made(face, resource)
    meta = {name: value for name, value in stored["metadata"].items() if name != "resourceVersion"}
    path, name = path_of(resource, meta["name"]), meta["name"]
    body = {**stored, "metadata": {**meta, "labels": {"a": "b"}}}
    if resource.group_resource not in CONDITIONAL:
        assert face.call("PUT", path, body).code == 200
        return
    code, reason, message = face.refused("PUT", path, body)
    assert (code, reason) == (422, "Invalid")
    assert message == (
        f'{resource.group_resource} "{name}" is invalid: metadata.resourceVersion: Invalid value: 0: '
        "must be specified for an update"
    )
    stale = {**stored, "metadata": {**meta, "resourceVersion": "1"}}
    assert face.refused("PUT", path, stale)[:2] == (409, "Conflict")


@pytest.mark.parametrize("resource", STORED, ids=id_of)
def test_a_try_changes_nothing(face: Face, resource: Resource) -> None:
    revision = face.revision
    tried = made(face, resource, dryRun="All")
    assert tried["metadata"]["uid"]
    assert face.revision == revision
    path = path_of(resource, tried["metadata"]["name"])
    assert face.call("GET", path).code == 404
    stored = made(face, resource)
    revision = face.revision
    labelled = {**stored, "metadata": {**stored["metadata"], "labels": {"a": "b"}}}
    shown = face.ok("PUT", path, labelled, {"dryRun": "All"})
    assert shown["metadata"]["labels"]["a"] == "b"
    assert shown["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
    patch = {"metadata": {"annotations": {"c": "d"}}}
    merge = "application/merge-patch+json"
    shown = face.ok("PATCH", path, patch, {"dryRun": "All"}, kind=merge)
    assert shown["metadata"]["annotations"]["c"] == "d"
    assert face.call("DELETE", path, {"dryRun": ["All"]}).code == 200
    assert (face.ok("GET", path), face.revision) == (stored, revision)


#: kinds whose creator may also say how it stands
WITH_STATUS = {"nodes", "servicecidrs.networking.k8s.io"}


@pytest.mark.parametrize("resource", [r for r in STORED if r.subresource("status") is not None], ids=id_of)
def test_status_is_written_apart(face: Face, resource: Resource) -> None:
    stored = made(face, resource)
    name = stored["metadata"]["name"]
    path, condition = path_of(resource, name), {"labels": {"from": "status"}}
    body = {**stored, "metadata": {**stored["metadata"], **condition}}
    if "spec" in stored:
        body["spec"] = {}
    answer = face.call("PUT", path_of(resource, name, "status"), body)
    if answer.code == 200:
        assert answer.body.get("spec") == stored.get("spec")
    else:  # a status must make sense, whatever the spec says
        assert answer.code == 422, answer.body
        fields = [cause["field"] for cause in answer.body["details"]["causes"]]
        assert all(field.startswith(("status", "metadata")) for field in fields), fields
    before = face.ok("GET", path)
    if resource.group_resource not in WITH_STATUS:
        labelled = {**before, "metadata": {**before["metadata"], "labels": {"from": "main"}}, "status": {}}
        assert face.ok("PUT", path, labelled).get("status") == before.get("status")


@pytest.mark.parametrize("resource", [r for r in RESOURCES if "list" in r.verbs], ids=id_of)
def test_field_selectors(face: Face, resource: Resource) -> None:
    path = path_of(resource)
    if resource.api_version == "metrics.k8s.io/v1beta1" or "/" in resource.plural:
        pytest.skip("served by somebody else")
    selectable = strategy_of(storage_of(resource)).selectable
    for field in ("metadata.name", "metadata.namespace", *selectable):
        assert face.call("GET", path, None, {"fieldSelector": f"{field}=x"}).code == 200
    code, reason, message = face.refused("GET", path, None, {"fieldSelector": "spec.nothing=x"})
    assert (code, reason) == (400, "BadRequest")
    assert "spec.nothing" in message


#: what v1.36 lets clients select by beside name and namespace (upstream: AddFieldLabelConversionFunc, SelectableFields)
SELECTABLE = {
    "pods": {
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName",
    },
    "nodes": {"spec.unschedulable"},
    "namespaces": {"status.phase"},
    "secrets": {"type"},
    "services": {"spec.clusterIP", "spec.type"},
    "replicationcontrollers": {"status.replicas"},
    "replicasets.apps": {"status.replicas"},
    "jobs.batch": {"status.successful"},
    "certificatesigningrequests.certificates.k8s.io": {"spec.signerName"},
    "resourceslices.resource.k8s.io": {"spec.nodeName", "spec.driver"},
    "events": {
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    },
}


def test_what_can_be_selected_by() -> None:
    found = {r.group_resource: set(strategy_of(r).selectable) for r in RESOURCES if storage_of(r) is r}
    assert {name: fields for name, fields in found.items() if fields} == SELECTABLE


def test_the_control_plane_is_asked_when_somebody_looks(face: Face) -> None:
    path = "/api/v1/componentstatuses"
    assert face.names(path) == ["controller-manager", "scheduler", "etcd-0"]
    scheduler = face.ok("GET", f"{path}/scheduler")
    assert scheduler["conditions"] == [{"type": "Healthy", "status": "True", "message": "ok"}]
    face.cluster.stop_component("scheduler")
    assert face.ok("GET", f"{path}/scheduler")["conditions"][0]["status"] == "False"
    refused = 'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused'
    rows = face.ok("GET", path, accept=TABLE)["rows"]
    assert [row["cells"] for row in rows] == [
        ["controller-manager", "Healthy", "ok", ""],
        ["scheduler", "Unhealthy", refused, ""],
        ["etcd-0", "Healthy", "ok", ""],
    ]
    assert face.refused("GET", f"{path}/other")[:2] == (404, "NotFound")


def test_a_node_keeps_its_range(face: Face) -> None:
    face.ok("POST", "/api/v1/nodes", {"metadata": {"name": "n"}, "spec": {"podCIDR": "10.1.0.0/24"}})
    found = face.ok("GET", "/api/v1/nodes/n")
    assert found["spec"]["podCIDRs"] == ["10.1.0.0/24"]
    found["spec"]["podCIDR"] = "10.2.0.0/24"
    text = 'Node "n" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'
    assert face.refused("PUT", "/api/v1/nodes/n", found) == (422, "Invalid", text)
    face.ok("POST", "/api/v1/nodes", {"metadata": {"name": "m"}, "spec": {"podCIDRs": ["10.3.0.0/24"]}})
    assert face.ok("GET", "/api/v1/nodes/m")["spec"]["podCIDR"] == "10.3.0.0/24"
