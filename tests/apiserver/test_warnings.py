"""What the server remarks on objects that it takes, and what only some callers may write."""

import base64
from typing import Any

import pytest

from k8snb.apiserver.request import User
from tests.apiserver.face import PODS, Face, pod

JOBS = "/apis/batch/v1/namespaces/default/jobs"
CRONJOBS = "/apis/batch/v1/namespaces/default/cronjobs"
REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CAKES = "/apis/example.com/v1/namespaces/default/cakes"


@pytest.fixture
def face() -> Face:
    return Face()


def changed(container: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    body = pod("a")
    body["spec"]["containers"][0] |= container or {}
    body["spec"] |= spec
    return body


REMARKS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (pod("a"), ()),
    (
        pod("a.b"),
        (
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
            "recommended: [must not contain dots]",
        ),
    ),
    (
        changed(nodeSelector={"beta.kubernetes.io/os": "linux"}),
        ('spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',),
    ),
    (
        changed({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}, {"name": "A", "value": "$(A)3"}]}),
        ('spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',),
    ),
    (
        changed({"resources": {"requests": {"memory": "100m"}}}),
        ('spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',),
    ),
    (
        changed({"ports": [{"containerPort": 80, "name": "a"}, {"containerPort": 80, "name": "b"}]}),
        ("spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",),
    ),
    (
        changed(imagePullSecrets=[{"name": "s"}, {"name": "s"}]),
        ('spec.imagePullSecrets[1].name: duplicate name "s"',),
    ),
]


@pytest.mark.parametrize(("body", "expected"), REMARKS)
def test_remarks_on_pods(face: Face, body: dict[str, Any], expected: tuple[str, ...]) -> None:
    answer = face.call("POST", PODS, body)
    assert (answer.code, answer.warnings) == (201, expected)


def test_remarks_on_templates_come_once(face: Face) -> None:
    template = {"spec": {**changed(nodeSelector={"beta.kubernetes.io/os": "linux"})["spec"], "restartPolicy": "Never"}}
    body = {"metadata": {"name": "a"}, "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}}}
    answer = face.call("POST", CRONJOBS, body)
    key = "spec.jobTemplate.spec.template.spec.nodeSelector[beta.kubernetes.io/os]"
    assert answer.warnings == (f'{key}: deprecated since v1.14; use "kubernetes.io/os" instead',)
    patch = {"spec": {"suspend": True}}
    assert face.call("PATCH", f"{CRONJOBS}/a", patch, kind="application/merge-patch+json").warnings == ()


def test_a_job_takes_the_labels_of_its_pods(face: Face) -> None:
    spec = {"template": {"spec": {**pod("a")["spec"], "restartPolicy": "Never"}}}
    labels = face.ok("POST", JOBS, {"metadata": {"name": "a"}, "spec": spec})["metadata"]["labels"]
    assert labels["batch.kubernetes.io/job-name"] == "a"


def cakes(face: Face) -> None:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"flavor": {"type": "string"}}}},
    }
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "selectableFields": [{"jsonPath": ".spec.flavor"}],
    }
    spec = {"group": "example.com", "scope": "Namespaced", "names": {"plural": "cakes", "kind": "Cake"}}
    face.ok("POST", DEFINITIONS, {"metadata": {"name": "cakes.example.com"}, "spec": {**spec, "versions": [version]}})
    face.cluster.settle(quiet=1, timeout=10)


def cake(name: str, flavor: str, **metadata: Any) -> dict[str, Any]:
    kind = {"apiVersion": "example.com/v1", "kind": "Cake"}
    return {**kind, "metadata": {"name": name, **metadata}, "spec": {"flavor": flavor}}


def test_custom_resources_are_selected_by_their_fields(face: Face) -> None:
    cakes(face)
    face.ok("POST", CAKES, cake("a", "lemon"))
    face.ok("POST", CAKES, cake("b", "nut"))
    assert face.names(CAKES, fieldSelector="spec.flavor=nut") == ["b"]
    assert face.refused("GET", CAKES, None, {"fieldSelector": "spec.size=1"})[:2] == (400, "BadRequest")


def test_finalizers_of_custom_resources_should_have_a_domain(face: Face) -> None:
    cakes(face)
    answer = face.call("POST", CAKES, cake("a", "lemon", finalizers=["mine", "example.com/fine"]))
    assert answer.warnings == (
        'metadata.finalizers: "mine": prefer a domain-qualified finalizer name including a path (/) to avoid accidental '
        "conflicts with other finalizer writers",
    )


def request(organization: str = "devs") -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, None)
    return base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()


def csr(**spec: Any) -> dict[str, Any]:
    signer = "kubernetes.io/kube-apiserver-client"
    whole = {"request": request(), "signerName": signer, "usages": ["client auth"], **spec}
    return {"metadata": {"name": "jane"}, "spec": whole}


def decision(kind: str) -> dict[str, Any]:
    return {"status": {"conditions": [{"type": kind, "status": "True", "reason": "Test"}]}}


def test_who_may_decide_about_a_certificate(face: Face) -> None:
    made = face.ok("POST", REQUESTS, csr())
    approved = {**made, **decision("Approved")}
    jane = User("jane", ("system:authenticated",))
    rules = [
        {
            "verbs": ["update"],
            "apiGroups": ["certificates.k8s.io"],
            "resources": ["certificatesigningrequests/approval"],
        }
    ]
    role = {"metadata": {"name": "deciders"}, "rules": rules}
    face.ok("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", role)
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "deciders"}
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}]
    binding = {"metadata": {"name": "deciders"}, "roleRef": ref, "subjects": subjects}
    face.ok("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)
    assert face.refused("PUT", f"{REQUESTS}/jane/approval", approved, user=jane)[2] == (
        'certificatesigningrequests.certificates.k8s.io "jane" is forbidden: user not permitted to approve requests with '
        'signerName "kubernetes.io/kube-apiserver-client"'
    )
    stored = face.ok("PUT", f"{REQUESTS}/jane/approval", approved)
    assert stored["status"]["conditions"][0]["lastUpdateTime"]
    denied = {**stored, **decision("Denied")}
    assert face.refused("PUT", f"{REQUESTS}/jane/approval", denied)[2].endswith(
        'status.conditions: Forbidden: updates may not remove a condition of type "Approved"'
    )
    assert face.refused("PUT", f"{REQUESTS}/jane/status", {**stored, "status": {}})[0] == 422


def test_no_certificates_for_the_masters(face: Face) -> None:
    assert face.refused("POST", REQUESTS, csr(request=request("system:masters")))[2] == (
        'certificatesigningrequests.certificates.k8s.io "jane" is forbidden: use of kubernetes.io/kube-apiserver-client '
        "signer with system:masters group is not allowed"
    )


def test_a_runtime_class_completes_its_pods(face: Face) -> None:
    runtime = {
        "metadata": {"name": "sandbox"},
        "handler": "kata",
        "overhead": {"podFixed": {"memory": "64Mi"}},
        "scheduling": {"nodeSelector": {"sandbox": "yes"}},
    }
    face.ok("POST", "/apis/node.k8s.io/v1/runtimeclasses", runtime)
    spec = face.ok("POST", PODS, changed(runtimeClassName="sandbox"))["spec"]
    assert (spec["overhead"], spec["nodeSelector"]) == ({"memory": "64Mi"}, {"sandbox": "yes"})
    other = {**changed(runtimeClassName="none"), "metadata": {"name": "b"}}
    assert face.refused("POST", PODS, other)[2] == 'pods "b" is forbidden: pod rejected: RuntimeClass "none" not found'
