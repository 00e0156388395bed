"""Nobody grants what he does not hold: roles, bindings, and the verbs that lift the check."""

from typing import Any

import pytest

from k8snb.apiserver.request import User
from tests.apiserver.face import Face

RBAC = "/apis/rbac.authorization.k8s.io/v1"
GROUP = "rbac.authorization.k8s.io"
JANE = User("jane", ("system:authenticated",))
ROLES, BINDINGS = f"{RBAC}/namespaces/default/roles", f"{RBAC}/namespaces/default/rolebindings"


def rule(verbs: list[str], resources: list[str], group: str = "") -> dict[str, Any]:
    return {"verbs": verbs, "apiGroups": [group], "resources": resources}


def grant(face: Face, *rules: dict[str, Any]) -> None:
    """Let Jane do this everywhere."""
    face.ok("POST", f"{RBAC}/clusterroles", {"metadata": {"name": "janes"}, "rules": list(rules)})
    subjects = [{"kind": "User", "name": "jane", "apiGroup": GROUP}]
    ref = {"kind": "ClusterRole", "name": "janes", "apiGroup": GROUP}
    face.ok(
        "POST", f"{RBAC}/clusterrolebindings", {"metadata": {"name": "janes"}, "roleRef": ref, "subjects": subjects}
    )


@pytest.fixture
def face() -> Face:
    return Face()


def role(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"name": "r"}, "rules": list(rules)}


def binding(name: str) -> dict[str, Any]:
    return {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": name, "apiGroup": GROUP}}


def test_a_role_beyond_ones_own_permissions(face: Face) -> None:
    grant(face, rule(["create"], ["roles"], GROUP), rule(["get"], ["pods"]))
    assert face.refused("POST", ROLES, role(rule(["get", "list"], ["pods", "secrets"])), user=JANE) == (
        403,
        "Forbidden",
        'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to '
        "grant RBAC permissions not currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    )
    face.ok("POST", ROLES, role(rule(["get"], ["pods"])), user=JANE)


def test_the_verb_escalate(face: Face) -> None:
    grant(face, rule(["create", "escalate"], ["roles"], GROUP))
    face.ok("POST", ROLES, role(rule(["*"], ["*"])), user=JANE)


def test_a_binding_to_more_than_one_holds(face: Face) -> None:
    grant(face, rule(["create"], ["rolebindings"], GROUP))
    code, reason, message = face.refused("POST", BINDINGS, binding("view"), user=JANE)
    assert (code, reason) == (403, "Forbidden")
    assert message.startswith('rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "jane"')
    assert face.refused("POST", BINDINGS, binding("none"), user=JANE) == (
        404,
        "NotFound",
        'clusterroles.rbac.authorization.k8s.io "none" not found',
    )


def test_the_verb_bind(face: Face) -> None:
    may_bind = {**rule(["bind"], ["clusterroles"], GROUP), "resourceNames": ["view"]}
    grant(face, rule(["create"], ["rolebindings"], GROUP), may_bind)
    face.ok("POST", BINDINGS, binding("view"), user=JANE)
    face.refused("POST", BINDINGS, {**binding("admin"), "metadata": {"name": "c"}}, user=JANE)


def test_an_aggregating_role_needs_everything(face: Face) -> None:
    grant(face, rule(["create"], ["clusterroles"], GROUP))
    body = {**role(), "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}
    assert face.refused("POST", f"{RBAC}/clusterroles", body, user=JANE)[2] == (
        'clusterroles.rbac.authorization.k8s.io "r" is forbidden: must have cluster-admin privileges to use the '
        "aggregationRule"
    )
