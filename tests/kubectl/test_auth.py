"""auth reconcile and can-i --list: what they find out and say, recorded with a real kubectl on the same cluster."""

from __future__ import annotations

import json

import pytest

from k8snb.cluster import Cluster
from k8snb.kubectl.commands.auth.reconcile import uncovered

GROUP = "rbac.authorization.k8s.io"
ROLE = f"""\
apiVersion: {GROUP}/v1
kind: ClusterRole
metadata: {{name: cr, labels: {{"x": "1"}}}}
rules:
- {{apiGroups: [apps], resources: [deployments], verbs: [get, list]}}
- {{nonResourceURLs: [/x], verbs: [get]}}
"""
BINDING = f"""\
apiVersion: {GROUP}/v1
kind: ClusterRoleBinding
metadata: {{name: cb}}
roleRef: {{apiGroup: {GROUP}, kind: ClusterRole, name: cr}}
subjects: [{{kind: User, name: u, apiGroup: {GROUP}}}]
"""


@pytest.fixture
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    found.kubectl("auth reconcile -f -", stdin=f"{ROLE}---\n{BINDING}")
    return found


def _rule(verbs: str, groups: str, resources: str, urls: str = "") -> str:
    names = f"Verbs:[{verbs}] APIGroups:[{groups}] Resources:[{resources}] ResourceNames:[] NonResourceURLs:[{urls}]"
    return f"\t\t{{{names}}}\n"


def test_what_is_missing_is_created() -> None:
    cluster = Cluster(profile="hollow")
    answer = cluster.kubectl("auth reconcile -f -", stdin=f"{ROLE}---\n{BINDING}")
    assert answer.stdout == f"clusterrole.{GROUP}/cr reconciled\nclusterrolebinding.{GROUP}/cb reconciled\n"
    assert answer.stderr == (
        "\treconciliation required create\n\tmissing rules added:\n"
        + _rule("get list", "apps", "deployments")
        + _rule("get", "", "", "/x")
        + "\treconciliation required create\n\tmissing subjects added:\n"
        f"\t\t{{Kind:User APIGroup:{GROUP} Name:u Namespace:}}\n"
    )
    assert cluster.kubectl("auth reconcile -f -", stdin=f"{ROLE}---\n{BINDING}").stderr == ""


def test_a_role_gets_what_it_lacks(cluster: Cluster) -> None:
    other = ROLE.replace("[get, list]", "[watch]")
    told = "\treconciliation required update\n\tmissing rules added:\n" + _rule("watch", "apps", "deployments")
    dry = cluster.kubectl("auth reconcile --dry-run=client -f -", stdin=other)
    assert (dry.stdout, dry.stderr) == (f"clusterrole.{GROUP}/cr reconciled (dry run)\n", told)
    assert cluster.kubectl("auth reconcile -f -", stdin=other).stderr == told
    assert cluster.kubectl("auth reconcile --remove-extra-permissions -f -", stdin=other).stderr == (
        "\treconciliation required update\n\textra rules removed:\n"
        + _rule("get", "apps", "deployments")
        + _rule("list", "apps", "deployments")
    )
    rules = json.loads(cluster.kubectl("get clusterrole cr -o jsonpath={.rules}").stdout)
    assert [rule["verbs"] for rule in rules] == [["watch"], ["get"]]


def test_a_binding_to_another_role_is_made_anew(cluster: Cluster) -> None:
    answer = cluster.kubectl("auth reconcile -f -", stdin=BINDING.replace("name: cr}", "name: view}"))
    assert answer.stderr == "\treconciliation required recreate\n"
    assert cluster.kubectl("get clusterrolebinding cb -o jsonpath={.roleRef.name}").stdout == "view"


def test_who_opted_out_is_left_alone(cluster: Cluster) -> None:
    cluster.kubectl("annotate clusterrole cr rbac.authorization.kubernetes.io/autoupdate=false")
    answer = cluster.kubectl("auth reconcile -f -", stdin=ROLE.replace("[get, list]", "[watch]"))
    assert answer.stderr.startswith(
        "\treconciliation required update, but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)\n"
    )
    assert "watch" not in cluster.kubectl("get clusterrole cr -o jsonpath={.rules}").stdout


def test_namespaces_come_with_their_roles(cluster: Cluster) -> None:
    role = f"apiVersion: {GROUP}/v1\nkind: Role\nmetadata: {{name: r, namespace: new}}\nrules: []\n"
    assert cluster.kubectl("auth reconcile -f -", stdin=role).stdout == f"role.{GROUP}/r reconciled\n"
    assert cluster.kubectl("get ns new -o name").stdout == "namespace/new\n"
    homeless = role.replace(", namespace: new", "")
    assert cluster.kubectl("auth reconcile -f -", stdin=homeless).stderr == "error: resource name may not be empty\n"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("auth reconcile", "error: must specify one of -f and -k\n"),
        ("auth reconcile x -f -", "error: no arguments are allowed\n"),
        (
            "auth reconcile --dry-run=server -f -",
            "error: --dry-run=server for command reconcile is not supported yet\n",
        ),
        (
            "get pods --as-group=x",
            "error: requesting uid, groups or user-extra for hollow without impersonating a user\n",
        ),
    ],
)
def test_what_is_refused(cluster: Cluster, words: str, error: str) -> None:
    assert cluster.kubectl(words, stdin=ROLE).stderr == error


def _grant(verbs: str, resources: str, *, group: str = "", names: str = "") -> dict[str, list[str]]:
    found = {"verbs": verbs.split(), "apiGroups": [group], "resources": resources.split()}
    return found | ({"resourceNames": names.split()} if names else {})


def _reach(verbs: str, urls: str) -> dict[str, list[str]]:
    return {"verbs": verbs.split(), "nonResourceURLs": urls.split()}


@pytest.mark.parametrize(
    ("owner", "servant", "left"),
    [
        (_grant("*", "*", group="*"), _grant("get", "deployments", group="apps"), 0),
        (_grant("get", "pods"), _grant("get", "pods services"), 1),
        (_grant("get", "pods"), _grant("get list watch", "pods"), 2),
        (_grant("get", "*/scale"), _grant("get", "x/scale"), 0),
        (_grant("get", "pods", names="a"), _grant("get", "pods"), 1),
        (_grant("get", "pods"), _grant("get", "pods", names="a b"), 0),
        (_reach("get", "/a*"), _reach("get", "/ab /b"), 1),
        (_reach("*", "*"), _reach("get put", "/ab"), 0),
        (_reach("*", "*"), _grant("get", "pods"), 1),
    ],
)
def test_what_rules_cover(owner: dict[str, list[str]], servant: dict[str, list[str]], left: int) -> None:
    assert len(uncovered([owner], [servant])) == left


def test_everything_one_may_do_in_order() -> None:
    cluster = Cluster(profile="hollow")
    for name, words in {
        "one": "--verb=get,list --resource=pods,svc --resource-name=a --resource-name=b",
        "two": "--verb=watch,list --resource=pods",
        "three": "--verb=delete --resource=pods",
    }.items():
        cluster.kubectl(f"create role {name} {words}")
        cluster.kubectl(f"create rolebinding {name} --role={name} --user=jane")
    lines = cluster.kubectl("auth can-i --list --as=jane --no-headers").stdout.splitlines()
    shown = [" ".join(line.split()) for line in lines if not line.startswith(" ")]
    assert shown[3:] == [
        "pods [] [] [delete watch list]",
        "pods [] [a] [get list]",
        "pods [] [b] [get list]",
        "services [] [a] [get list]",
        "services [] [b] [get list]",
    ]
