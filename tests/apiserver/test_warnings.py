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
    (
        changed({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)"}]}),
        ('spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',),
    ),
    (
        changed(
            {"ports": [{"containerPort": 80, "name": "a", "hostIP": "10.0.0.1"}]},
            initContainers=[
                {"name": "b", "image": "x", "ports": [{"containerPort": 80, "name": "b", "hostPort": 8080}]},
                {
                    "name": "c",
                    "image": "x",
                    "ports": [{"containerPort": 80, "name": "c", "hostPort": 8080, "hostIP": "10.0.0.1"}],
                },
            ],
        ),
        (
            "spec.initContainers[1].ports[0]: dangerously ambiguous port definition with spec.initContainers[0].ports[0]",
            "spec.containers[0].ports[0]: hostIP set without hostPort: "
            "{Name:a HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}",
            "spec.containers[0].ports[0]: overlapping port definition with spec.initContainers[0].ports[0]",
            "spec.containers[0].ports[0]: overlapping port definition with spec.initContainers[1].ports[0]",
        ),
    ),
    (
        changed(
            volumes=[
                {
                    "name": "v",
                    "configMap": {"name": "m", "items": [{"key": "a", "path": "x"}, {"key": "b", "path": "x/y"}]},
                },
                {
                    "name": "p",
                    "projected": {
                        "sources": [
                            {"secret": {"name": "s", "items": [{"key": "a", "path": "t"}]}},
                            {"configMap": {"name": "m", "items": [{"key": "b", "path": "t/u"}]}},
                        ]
                    },
                },
                {"name": "q", "quobyte": {"registry": "a:1", "volume": "v"}},
            ]
        ),
        (
            "spec.volumes[2].quobyte: deprecated in v1.22, non-functional in v1.25+",
            'volume "v" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
            'volume "p" (Projected ConfigMap "m"): overlapping paths: "t/u" with "t"',
        ),
    ),
    (
        changed(hostAliases=[{"ip": "2001:DB8::1"}, {"ip": "2001:DB8::1"}]),
        (
            'spec.hostAliases[1].ip: duplicate ip "2001:DB8::1"',
            'spec.hostAliases[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
            'spec.hostAliases[1].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
        ),
    ),
    (
        changed(
            affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a"}]}}
        ),
        (
            "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: "
            "a null labelSelector results in matching no pod",
        ),
    ),
]


@pytest.mark.parametrize(("body", "expected"), REMARKS)
def test_remarks_on_pods(face: Face, body: dict[str, Any], expected: tuple[str, ...]) -> None:
    answer = face.call("POST", PODS, body)
    assert (answer.code, answer.warnings) == (201, expected)


SERVICE = {"ports": [{"port": 80}]}
CLASS = "volume.beta.kubernetes.io/storage-class"
OTHERS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("/api/v1/namespaces/default/services", {"spec": {**SERVICE, "clusterIP": "None"}}, ()),
    (
        "/api/v1/namespaces/default/services",
        {"spec": {**SERVICE, "clusterIP": "None", "sessionAffinity": "ClientIP"}},
        ("spec.SessionAffinity is ignored for headless services",),
    ),
    (
        "/api/v1/namespaces/default/services",
        {"spec": {**SERVICE, "externalName": "a.example.com", "trafficDistribution": "PreferClose"}},
        (
            'spec.externalName is ignored when spec.type is not "ExternalName"',
            'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
        ),
    ),
    (
        "/api/v1/namespaces/default/services",
        {
            "metadata": {"annotations": {"service.kubernetes.io/topology-aware-hints": "auto"}},
            "spec": {**SERVICE, "externalIPs": ["192.0.2.1"]},
        },
        (
            "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
            "service.kubernetes.io/topology-mode instead",
            "spec.externalIPs is deprecated",
        ),
    ),
    (
        "/api/v1/persistentvolumes",
        {
            "metadata": {"annotations": {CLASS: "a", "volume.beta.kubernetes.io/mount-options": "b"}},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "cephfs": {"monitors": ["a"]},
                "persistentVolumeReclaimPolicy": "Recycle",
            },
        },
        (
            f'metadata.annotations[{CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead',
            "metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; "
            'use "mountOptions" attribute instead',
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended "
            "approach is to use dynamic provisioning.",
            "spec.cephfs: deprecated in v1.28, non-functional in v1.31+",
        ),
    ),
    (
        "/api/v1/namespaces/default/persistentvolumeclaims",
        {
            "metadata": {"annotations": {CLASS: "a"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1500m"}}},
        },
        (
            f'metadata.annotations[{CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead',
            'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
        ),
    ),
    (
        "/apis/storage.k8s.io/v1/storageclasses",
        {
            "provisioner": "a.example.com",
            "allowedTopologies": [
                {"matchLabelExpressions": [{"key": "failure-domain.beta.kubernetes.io/zone", "values": ["a"]}]}
            ],
        },
        (
            "allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; "
            'use "topology.kubernetes.io/zone" instead',
        ),
    ),
    (
        "/apis/node.k8s.io/v1/runtimeclasses",
        {"handler": "a", "scheduling": {"nodeSelector": {"beta.kubernetes.io/os": "linux"}}},
        ('scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead',),
    ),
    (
        "/api/v1/nodes",
        {"spec": {"externalID": "x"}},
        ("spec.externalID: this field is deprecated, and is unused by Kubernetes",),
    ),
    (
        "/api/v1/namespaces/default/serviceaccounts",
        {"metadata": {"annotations": {"kubernetes.io/enforce-mountable-secrets": "true"}}},
        (
            "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate "
            "namespaces to isolate access to mounted secrets",
        ),
    ),
    (
        "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        {"spec": {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "2001:DB8::/32"}}]}]}},
        (
            'spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format '
            '("2001:db8::/32")',
        ),
    ),
    (
        JOBS,
        {
            "spec": {
                "completionMode": "Indexed",
                "completions": 100_001,
                "parallelism": 10_001,
                "template": {"spec": {**pod("a")["spec"], "restartPolicy": "Never"}},
            }
        },
        (
            "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "
            "Kubernetes might not be able to track completedIndexes when a big number of indexes fail",
        ),
    ),
    (
        "/apis/apps/v1/namespaces/default/statefulsets",
        {
            "spec": {
                "revisionHistoryLimit": -1,
                "selector": {"matchLabels": {"app": "a"}},
                "template": {"metadata": {"labels": {"app": "a"}}, "spec": pod("a")["spec"]},
            }
        },
        ("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",),
    ),
]


@pytest.mark.parametrize(("where", "body", "expected"), OTHERS)
def test_remarks_on_other_kinds(face: Face, where: str, body: dict[str, Any], expected: tuple[str, ...]) -> None:
    answer = face.call("POST", where, {**body, "metadata": {"name": "x", **body.get("metadata", {})}})
    assert (answer.code, answer.warnings) == (201, expected), answer.body


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
