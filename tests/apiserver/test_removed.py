"""Old versions of the API: what the notes of 2018 were written for works on a cluster of their time, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.api.removed import removed_resources, removed_since
from k8snb.apiserver.request import ADMIN
from tests.apiserver.face import TABLE, Face

NOTES = Path(__file__).parent / "notes"
FILES = sorted(NOTES.glob("*.yaml"))
LABELS = {"app": "hello"}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}}


@pytest.fixture(scope="module")
def old() -> Cluster:
    return Cluster(profile="hollow", kubernetes_version="v1.8.0")


@pytest.fixture
def face(old: Cluster) -> Face:
    return Face(old.fork())


def path(api_version: str, plural: str, name: str = "") -> str:
    return f"/apis/{api_version}/namespaces/default/{plural}" + (f"/{name}" if name else "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_manifests_of_the_notes_apply_unmodified(old: Cluster, file: Path) -> None:
    cluster = old.fork()
    created = cluster.kubectl(f"apply -f {file}")
    documents = file.read_text().count("\nkind: ") + file.read_text().startswith("kind: ")
    assert created.exit_code == 0, created.stderr
    assert created.stdout.count(" created\n") == documents
    again = cluster.kubectl(f"apply -f {file}")
    assert (again.exit_code, again.stdout.count(" created\n")) == (0, 0)
    for line in again.stderr.splitlines():
        assert "unavailable in v1." in line
    cluster.settle()
    for pod in cluster.kubectl("get deploy,rs -A --no-headers").stdout.splitlines():
        assert "0/0" not in pod
    assert cluster.kubectl(f"delete -f {file} --wait=false").exit_code == 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_today_they_have_no_match(file: Path) -> None:
    result = Cluster(profile="hollow").kubectl(f"apply -f {file}")
    assert result.exit_code == 1
    found = [line for line in result.stderr.splitlines() if "no matches for kind" in line]
    assert found
    text = file.read_text()
    for word in ("apps/v1beta2", "extensions/v1beta1", "batch/v1beta1"):
        written = text.count(f"\napiVersion: {word}\n")
        assert sum(f'in version "{word}"' in line for line in found) == written


def test_one_manifest_says_it_in_one_error(tmp_path: Path) -> None:
    file = tmp_path / "my-deployment.yaml"
    file.write_text("apiVersion: apps/v1beta2\nkind: Deployment\nmetadata:\n  name: hello-deployment\n")
    assert Cluster(profile="hollow").kubectl(f"create -f {file}").stderr == (
        f'error: resource mapping not found for name: "hello-deployment" namespace: "" from "{file}": '
        'no matches for kind "Deployment" in version "apps/v1beta2"\nensure CRDs are installed first\n'
    )


@pytest.mark.parametrize("resource", removed_resources(), ids=lambda r: f"{r.api_version}/{r.plural}")
def test_every_use_warns(face: Face, resource: Any) -> None:
    where = f"/apis/{resource.api_version}/{resource.plural}"
    answer = face.call("GET", where)
    assert answer.code == 200
    assert answer.body["apiVersion"] == resource.api_version
    assert len(answer.warnings) == 1
    assert answer.warnings[0].startswith(f"{resource.api_version} {resource.kind} is deprecated in v1.")
    assert face.call("GET", where, accept=TABLE).body["kind"] == "Table"


def test_the_words_of_the_warnings(face: Face) -> None:
    said = {r.api_version + " " + r.kind: r.deprecation for r in removed_resources()}
    assert said["apps/v1beta2 Deployment"] == (
        "apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment"
    )
    assert said["extensions/v1beta1 Ingress"] == (
        "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress"
    )
    assert said["batch/v1beta1 CronJob"] == (
        "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob"
    )
    assert said["storage.k8s.io/v1beta1 StorageClass"] == (
        "storage.k8s.io/v1beta1 StorageClass is deprecated in v1.19+, unavailable in v1.22+; "
        "use storage.k8s.io/v1 StorageClass"
    )


def test_versions_go_when_they_went() -> None:
    def served(minor: int) -> set[str]:
        return {r.api_version for r in removed_since(minor)}

    assert {"apps/v1beta1", "apps/v1beta2", "extensions/v1beta1", "batch/v1beta1"} <= served(8)
    assert "apps/v1beta2" not in served(16)
    assert "extensions/v1beta1" in served(21)
    assert "extensions/v1beta1" not in served(22)
    assert served(25) == {"autoscaling/v2beta2"}
    assert served(36) == set()


DEFAULTS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "extensions/v1beta1",
        "deployments",
        "Deployment",
        {"template": TEMPLATE},
        {
            "selector": {"matchLabels": LABELS},
            "replicas": 1,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}},
            "revisionHistoryLimit": 2147483647,
            "progressDeadlineSeconds": 2147483647,
        },
    ),
    (
        "apps/v1beta1",
        "deployments",
        "Deployment",
        {"template": TEMPLATE, "strategy": {"type": "Recreate"}},
        {
            "selector": {"matchLabels": LABELS},
            "strategy": {"type": "Recreate"},
            "revisionHistoryLimit": 2,
            "progressDeadlineSeconds": 600,
        },
    ),
    (
        "apps/v1beta2",
        "deployments",
        "Deployment",
        {"template": TEMPLATE, "selector": {"matchLabels": LABELS}},
        {
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
            "revisionHistoryLimit": 10,
        },
    ),
    (
        "extensions/v1beta1",
        "daemonsets",
        "DaemonSet",
        {"template": TEMPLATE},
        {"selector": {"matchLabels": LABELS}, "updateStrategy": {"type": "OnDelete"}, "revisionHistoryLimit": 10},
    ),
    (
        "extensions/v1beta1",
        "replicasets",
        "ReplicaSet",
        {"template": TEMPLATE},
        {"selector": {"matchLabels": LABELS}, "replicas": 1},
    ),
    (
        "apps/v1beta1",
        "statefulsets",
        "StatefulSet",
        {"template": TEMPLATE, "serviceName": "db"},
        {"selector": {"matchLabels": LABELS}, "updateStrategy": {"type": "OnDelete"}},
    ),
]


@pytest.mark.parametrize(("version", "plural", "kind", "spec", "wanted"), DEFAULTS)
def test_defaults_of_their_time(
    face: Face, version: str, plural: str, kind: str, spec: dict[str, Any], wanted: dict[str, Any]
) -> None:
    made = face.ok("POST", path(version, plural), {"metadata": {"name": "x"}, "spec": spec})
    assert (made["apiVersion"], made["kind"]) == (version, kind)
    modern = face.ok("GET", path("apps/v1", plural, "x"))
    assert modern["apiVersion"] == "apps/v1"
    assert {name: modern["spec"].get(name) for name in wanted} == wanted
    if version != "apps/v1beta2":
        assert modern["metadata"]["labels"] == LABELS


def test_a_selector_is_not_guessed_where_it_never_was(face: Face) -> None:
    code, reason, message = face.refused(
        "POST", path("apps/v1beta2", "deployments"), {"metadata": {"name": "x"}, "spec": {"template": TEMPLATE}}
    )
    assert (code, reason) == (422, "Invalid")
    assert "spec.selector: Required value" in message


def test_an_ingress_in_both_shapes(face: Face) -> None:
    backend = {"serviceName": "web", "servicePort": "http"}
    rules = [{"host": "a.example.com", "http": {"paths": [{"backend": {"serviceName": "api", "servicePort": 80}}]}}]
    spec = {"backend": backend, "rules": rules}
    made = face.ok("POST", path("extensions/v1beta1", "ingresses"), {"metadata": {"name": "x"}, "spec": spec})
    assert made["spec"] == spec
    modern = face.ok("GET", path("networking.k8s.io/v1", "ingresses", "x"))
    assert modern["spec"] == {
        "defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}},
        "rules": [
            {
                "host": "a.example.com",
                "http": {
                    "paths": [
                        {
                            "pathType": "ImplementationSpecific",
                            "backend": {"service": {"name": "api", "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ],
    }
    patch = {"spec": {"rules": [{"host": "b.example.com"}]}}
    patched = face.ok(
        "PATCH",
        path("networking.k8s.io/v1beta1", "ingresses", "x"),
        patch,
        kind="application/strategic-merge-patch+json",
    )
    assert patched["spec"] == {"backend": backend, "rules": [{"host": "b.example.com"}]}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({}, {"matchExpressions": [{"key": "K", "operator": "Exists"}]}),
        ({"matchExpressions": [{"key": "K", "operator": "DoesNotExist"}]}, {}),
        ({"matchLabels": LABELS}, {"matchLabels": LABELS}),
    ],
)
def test_a_budgets_empty_selector_means_another_thing(face: Face, given: Any, stored: Any) -> None:
    label = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match"

    def spelled(selector: Any) -> Any:
        expressions = selector.get("matchExpressions")
        return selector if not expressions else {"matchExpressions": [{**expressions[0], "key": label}]}

    body = {"metadata": {"name": "x"}, "spec": {"minAvailable": 1, "selector": spelled(given)}}
    made = face.ok("POST", path("policy/v1beta1", "poddisruptionbudgets"), body)
    assert made["spec"]["selector"] == spelled(given)
    kept = face.ok("GET", path("policy/v1", "poddisruptionbudgets", "x"))
    assert kept["spec"]["selector"] == spelled(stored)


def test_an_autoscaler_in_its_older_shape(face: Face) -> None:
    metrics = [
        {"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 50}},
        {"type": "Pods", "pods": {"metricName": "hits", "targetAverageValue": "10"}},
        {
            "type": "Object",
            "object": {
                "target": {"kind": "Service", "name": "web", "apiVersion": "v1"},
                "metricName": "load",
                "targetValue": "5",
            },
        },
        {"type": "External", "external": {"metricName": "queue", "targetValue": "30"}},
    ]
    target = {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}
    spec = {"scaleTargetRef": target, "maxReplicas": 5, "metrics": metrics}
    where = path("autoscaling/v2beta1", "horizontalpodautoscalers")
    made = face.ok("POST", where, {"metadata": {"name": "x"}, "spec": spec})
    assert made["spec"] == {**spec, "minReplicas": 1}
    modern = face.ok("GET", path("autoscaling/v2", "horizontalpodautoscalers", "x"))
    assert modern["spec"]["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 50}
    assert face.ok("GET", path("autoscaling/v2beta2", "horizontalpodautoscalers", "x"))["spec"] == modern["spec"]


def test_watch_and_scale_speak_the_version_of_the_request(face: Face) -> None:
    where = path("extensions/v1beta1", "deployments")
    stream = face.ok("GET", where, None, {"watch": "true", "resourceVersion": str(face.revision)})
    face.ok("POST", path("apps/v1", "deployments"), {
        "metadata": {"name": "x"}, "spec": {"selector": {"matchLabels": LABELS}, "template": TEMPLATE},
    })  # fmt: skip
    assert [event["object"]["apiVersion"] for event in stream.poll()] == ["extensions/v1beta1"]
    scaled = face.ok("PUT", f"{where}/x/scale", {"metadata": {"name": "x"}, "spec": {"replicas": 3}})
    assert scaled["spec"] == {"replicas": 3}
    assert face.ok("GET", f"{where}/x")["spec"]["replicas"] == 3


def test_server_side_apply_in_an_old_version(face: Face) -> None:
    body = {
        "apiVersion": "extensions/v1beta1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": TEMPLATE},
    }
    where = path("extensions/v1beta1", "deployments", "x")
    face.ok("PATCH", where, body, {"fieldManager": "me"}, kind="application/apply-patch+yaml")
    again = face.ok("PATCH", where, body, {"fieldManager": "me"}, kind="application/apply-patch+yaml")
    entry = again["metadata"]["managedFields"][0]
    assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("me", "Apply", "extensions/v1beta1")


def test_documents_of_old_versions(face: Face) -> None:
    document = face.ok("GET", "/openapi/v3/apis/extensions/v1beta1")
    schemas = document["components"]["schemas"]
    assert "serviceName" in schemas["io.k8s.api.networking.v1beta1.IngressBackend"]["properties"]
    kinds = {
        kind["kind"]
        for schema in schemas.values()
        for kind in schema.get("x-kubernetes-group-version-kind", ())
        if kind["group"] == "extensions"
    }
    assert {"DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"} <= kinds
    assert face.cluster.kubectl("explain cronjob.spec.schedule --api-version=batch/v1beta1").exit_code == 0


def test_who_may_read_one_name_may_not_read_the_other(face: Face) -> None:
    from k8snb.apiserver.request import User

    jane = User("jane", ("system:authenticated",))
    rule = {"verbs": ["list"], "apiGroups": ["extensions"], "resources": ["deployments"]}
    rbac = "/apis/rbac.authorization.k8s.io/v1beta1/clusterroles"
    face.ok("POST", rbac, {"metadata": {"name": "old"}, "rules": [rule]}, user=ADMIN)
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "old"}
    subject = {"kind": "User", "name": "jane"}
    face.ok(
        "POST",
        "/apis/rbac.authorization.k8s.io/v1beta1/clusterrolebindings",
        {"metadata": {"name": "old"}, "roleRef": ref, "subjects": [subject]},
    )
    assert face.call("GET", path("extensions/v1beta1", "deployments"), user=jane).code == 200
    assert face.call("GET", path("apps/v1", "deployments"), user=jane).code == 403


def test_a_fork_and_a_snapshot_keep_their_version(old: Cluster) -> None:
    other = Cluster(profile="hollow")
    other.restore(old.snapshot())
    assert "extensions/v1beta1\n" in other.kubectl("api-versions").stdout
    assert "extensions/v1beta1\n" in old.fork().kubectl("api-versions").stdout
    assert old.kubectl("get nodes").stdout.count("v1.8.0") == 3


@pytest.mark.parametrize("wanted", ["v1.37.0", "v2.0.0", "latest", "v1", "1.x"])
def test_versions_that_never_were(wanted: str) -> None:
    with pytest.raises(ValueError, match=r"no Kubernetes version up to v1\.36"):
        Cluster(profile="hollow", kubernetes_version=wanted)
