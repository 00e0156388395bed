"""Who may do what: nothing by default, exactly what is bound, and never more than one has."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.apiserver.request import ANONYMOUS, User
from tests.apiserver.face import CONFIGMAPS, PODS, Face, configmap

RBAC = "/apis/rbac.authorization.k8s.io/v1"
ROLES, BINDINGS = f"{RBAC}/namespaces/default/roles", f"{RBAC}/namespaces/default/rolebindings"
NAME = "system:serviceaccount:default:bot"
BOT = User(NAME, ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"))
SUBJECT = {"kind": "ServiceAccount", "name": "bot", "namespace": "default"}


def rule(resources: str, verbs: str, group: str = "", **more: Any) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split(), **more}


def binding(name: str, role: str, kind: str = "Role", subject: dict[str, str] = SUBJECT) -> dict[str, Any]:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}
    return {"metadata": {"name": name}, "subjects": [subject], "roleRef": ref}


@pytest.fixture
def face() -> Face:
    found = Face()
    for name in "ab":
        found.ok("POST", CONFIGMAPS, configmap(name))
    return found


def grant(face: Face, *rules: dict[str, Any], subject: dict[str, str] = SUBJECT) -> None:
    face.ok("POST", ROLES, {"metadata": {"name": "some"}, "rules": list(rules)})
    face.ok("POST", BINDINGS, binding("some", "some", subject=subject))


IN_DEFAULT = 'in API group "" in the namespace "default"'
NOTHING = [
    ("GET", PODS, f'pods is forbidden: User "{NAME}" cannot list resource "pods" {IN_DEFAULT}'),
    ("GET", f"{PODS}/x", f'pods "x" is forbidden: User "{NAME}" cannot get resource "pods" {IN_DEFAULT}'),
    ("GET", f"{PODS}/x/log", f'pods "x" is forbidden: User "{NAME}" cannot get resource "pods/log" {IN_DEFAULT}'),
    ("DELETE", PODS, f'pods is forbidden: User "{NAME}" cannot deletecollection resource "pods" {IN_DEFAULT}'),
    (
        "GET",
        "/api/v1/nodes",
        f'nodes is forbidden: User "{NAME}" cannot list resource "nodes" in API group "" at the cluster scope',
    ),
    ("GET", "/metrics", f'forbidden: User "{NAME}" cannot get path "/metrics"'),
]


@pytest.mark.parametrize(("method", "path", "message"), NOTHING)
def test_a_service_account_may_nothing_by_default(face: Face, method: str, path: str, message: str) -> None:
    assert face.refused(method, path, user=BOT) == (403, "Forbidden", message)


@pytest.mark.parametrize("path", ["/version", "/healthz", "/api", "/apis/apps/v1", "/openapi/v3"])
def test_everybody_signed_in_may_discover(face: Face, path: str) -> None:
    assert face.call("GET", path, user=BOT).code == 200


def test_nobody_in_particular_sees_health_and_version_only(face: Face) -> None:
    assert face.call("GET", "/version", user=ANONYMOUS).code == 200
    message = 'forbidden: User "system:anonymous" cannot get path "/api"'
    assert face.refused("GET", "/api", user=ANONYMOUS) == (403, "Forbidden", message)


def test_a_binding_opens_exactly_its_rules(face: Face) -> None:
    grant(face, rule("configmaps", "get list"))
    allowed = {
        (method, path): face.call(method, path, configmap("n") if method == "POST" else None, user=BOT).code
        for method, path in (
            ("GET", CONFIGMAPS),
            ("GET", f"{CONFIGMAPS}/a"),
            ("POST", CONFIGMAPS),
            ("DELETE", f"{CONFIGMAPS}/a"),
            ("GET", "/api/v1/configmaps"),
            ("GET", CONFIGMAPS.replace("default", "kube-system")),
            ("GET", PODS),
        )
    }
    assert list(allowed.values()) == [200, 200, 403, 403, 403, 403, 403]
    assert face.call("GET", CONFIGMAPS, None, {"watch": "true"}, user=BOT).code == 403
    face.ok("DELETE", f"{BINDINGS}/some")
    assert face.call("GET", CONFIGMAPS, user=BOT).code == 403


def test_resource_names_and_subresources(face: Face) -> None:
    grant(face, rule("configmaps", "get", resourceNames=["a"]), rule("pods/log", "get"))
    codes = [face.call("GET", f"{CONFIGMAPS}/{name}", user=BOT).code for name in "ab"]
    assert codes == [200, 403]
    assert face.call("GET", f"{PODS}/x/log", user=BOT).code == 404
    assert face.call("GET", f"{PODS}/x", user=BOT).code == 403


GROUP = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io"}


@pytest.mark.parametrize(
    ("subject", "allowed"),
    [
        ({"kind": "User", "name": NAME, "apiGroup": "rbac.authorization.k8s.io"}, True),
        ({**GROUP, "name": "system:serviceaccounts:default"}, True),
        ({**GROUP, "name": "system:serviceaccounts:kube-system"}, False),
        ({**SUBJECT, "name": "bob"}, False),
        ({**SUBJECT, "namespace": "kube-system"}, False),
    ],
)
def test_subjects(face: Face, subject: dict[str, str], allowed: bool) -> None:
    grant(face, rule("configmaps", "list"), subject=subject)
    assert (face.call("GET", CONFIGMAPS, user=BOT).code == 200) == allowed


def test_a_role_binding_of_a_cluster_role_stays_in_its_namespace(face: Face) -> None:
    face.ok("POST", BINDINGS, binding("view", "view", "ClusterRole"))
    assert face.call("GET", PODS, user=BOT).code == 200
    assert face.call("GET", "/api/v1/pods", user=BOT).code == 403
    assert face.call("GET", "/api/v1/namespaces/default/secrets", user=BOT).code == 403
    face.ok("POST", f"{RBAC}/clusterrolebindings", binding("view", "view", "ClusterRole"))
    assert face.call("GET", "/api/v1/pods", user=BOT).code == 200


GRANTING = (
    f'user "{NAME}" (groups=["system:serviceaccounts" "system:serviceaccounts:default" "system:authenticated"]) is '
    "attempting to grant RBAC permissions not currently held:\n"
)


def test_nobody_grants_what_he_has_not(face: Face) -> None:
    grant(
        face,
        rule("roles rolebindings", "create update", "rbac.authorization.k8s.io"),
        rule("configmaps", "get list"),
    )
    role = {"metadata": {"name": "more"}, "rules": [rule("secrets", "get")]}
    message = f'roles.rbac.authorization.k8s.io "more" is forbidden: {GRANTING}'
    message += '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'
    assert face.refused("POST", ROLES, role, user=BOT) == (403, "Forbidden", message)
    message = f'rolebindings.rbac.authorization.k8s.io "adm" is forbidden: {GRANTING}'
    message += '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}'
    found = face.refused("POST", BINDINGS, binding("adm", "cluster-admin", "ClusterRole"), user=BOT)
    assert found == (403, "Forbidden", message)
    face.ok("POST", ROLES, {"metadata": {"name": "same"}, "rules": [rule("configmaps", "get")]}, user=BOT)


def test_acting_as_somebody_else(face: Face) -> None:
    grant(face, rule("configmaps", "list"))
    bot = User(NAME)
    assert face.call("GET", CONFIGMAPS, impersonate=bot).code == 200
    assert face.call("GET", PODS, impersonate=bot).code == 403
    admin = User("admin", ("system:masters",))
    code, _, message = face.refused("GET", PODS, user=BOT, impersonate=admin)
    assert (code, message.partition(": User")[0]) == (403, 'users "admin" is forbidden')


@pytest.mark.parametrize(("names", "code"), [(["bot"], 200), (["bob"], 403)])
def test_acting_as_a_service_account_is_a_permission_of_its_own(face: Face, names: list[str], code: int) -> None:
    subject = {"kind": "User", "name": "ann", "apiGroup": "rbac.authorization.k8s.io"}
    grant(face, rule("serviceaccounts", "impersonate", resourceNames=names), subject=subject)
    face.ok("POST", BINDINGS, binding("bot", "view", "ClusterRole"))
    ann = User("ann", ("system:authenticated",))
    assert face.call("GET", PODS, user=ann, impersonate=User(NAME)).code == code


def test_a_review_says_what_would_be(face: Face) -> None:
    grant(face, rule("configmaps", "list"))
    found = []
    for verb in ("list", "delete"):
        attributes = {"verb": verb, "resource": "configmaps", "namespace": "default"}
        body = {"spec": {"resourceAttributes": attributes}}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        found.append(face.ok("POST", path, body, user=BOT)["status"]["allowed"])
    assert found == [True, False]
