"""rollout and its kin on kinds that have none, dry runs of undo, and other words recorded with a real kubectl."""

from __future__ import annotations

import json

import pytest

from k8snb.cluster import Cluster


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    found.kubectl("create deploy web --image=nginx")
    found.kubectl("run pod --image=nginx")
    found.settle(quiet=2, timeout=25)
    found.kubectl("set image deploy web nginx=nginx:2")
    found.settle(quiet=2, timeout=25)
    return found


@pytest.mark.parametrize(
    ("words", "error"),
    [
        *((f"rollout {what}", "required resource not specified") for what in ("history", "status", "undo", "pause", "restart")),
        ("rollout undo -l app=web", "required resource not specified"),
        ("rollout history pod/pod", 'no history viewer has been implemented for "Pod"'),
        ("rollout undo pod/pod", 'no rollbacker has been implemented for "Pod"'),
        ("rollout status pod/pod", "no status viewer has been implemented for Pod"),
        ("rollout restart pod/pod", 'pods "pod" restarting is not supported'),
        ("rollout pause pod/pod", 'pods "pod" pausing is not supported'),
        ("rollout resume deploy/web", 'deployments.apps "web" is not paused'),
        (
            "rollout history svc/kubernetes",
            'error retrieving history for "Service", no visitor method exists for { Service}',
        ),
        (
            "rollout undo svc/kubernetes",
            'error retrieving rollbacker for "Service", no visitor method exists for { Service}',
        ),
        ("rollout undo deploy/web --to-revision=9", "unable to find specified revision 9 in history"),
        ("explain .spec", "invalid jsonpath syntax, first node must be field node"),
        ("explain pods.spec.containers[0]", "invalid jsonpath syntax, first node must be field node"),
        ("explain pods,svc", "unrecognized character in action: U+002C ','"),
        ("explain .", "a resource must be present, got: /, Resource="),
        ("logs pod --since-time=foo", 'parsing time "foo" as "2006-01-02T15:04:05Z07:00": cannot parse "foo" as "2006"'),
        (
            "port-forward svc/kubernetes 443",
            "cannot attach to *v1.Service: invalid service 'kubernetes': Service is defined without a selector",
        ),
        (
            "edit cm kube-root-ca.crt -o name",
            'unable to match a printer suitable for the output format "name", allowed formats are: json,kyaml,yaml',
        ),
        (
            "apply -k nope",
            "must build at directory: not a valid directory: evalsymlink failure on 'nope' : lstat /nope: no such file or "
            "directory",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(cluster: Cluster, words: str, error: str) -> None:
    answer = cluster.kubectl(words, cwd="/")
    assert (answer.exit_code, answer.stderr) == (1, f"error: {error}\n")


def test_several_that_have_no_rollout(cluster: Cluster) -> None:
    lines = cluster.kubectl("rollout restart rs").stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith('error: replicasets.apps "web-') for line in lines)


def test_undoing_shows_what_would_be(cluster: Cluster) -> None:
    shown = cluster.kubectl("rollout undo deploy/web --dry-run=client").stdout
    assert shown.startswith("deployment.apps/web Pod Template:\n  Labels:\tapp=web\n")
    assert "    Image:\tnginx\n" in shown
    assert shown.endswith("\n (dry run)\n")
    assert cluster.kubectl("rollout undo deploy/web --dry-run=server").stdout == (
        "deployment.apps/web rolled back (server dry run)\n"
    )


def test_what_a_typed_client_read_keeps_gos_order(cluster: Cluster) -> None:
    shown = cluster.kubectl("rollout history deploy web --revision=2 -o json").stdout
    assert list(json.loads(shown)) == ["kind", "apiVersion", "metadata", "spec", "status"]
    events = cluster.kubectl("events -o json").json()
    assert list(events) == ["kind", "apiVersion", "metadata", "items"]
    assert list(events["items"][0])[:4] == ["kind", "apiVersion", "metadata", "involvedObject"]
    assert events["items"][0]["eventTime"] is None
    token = cluster.kubectl("create token default -o json").json()
    assert list(token["spec"]) == ["audiences", "expirationSeconds", "boundObjectRef"]
    dump = cluster.kubectl("cluster-info dump --namespaces=kube-public").stdout
    nodes, _ = json.JSONDecoder().raw_decode(dump)
    assert list(nodes) == ["kind", "apiVersion", "metadata", "items"]
    assert list(nodes["items"][0]) == ["metadata", "spec", "status"]


def test_a_last_label_is_taken_off_twice(cluster: Cluster) -> None:
    cluster.kubectl("create cm bare")
    assert cluster.kubectl("label cm bare a-").stdout == 'label "a" not found.\nconfigmap/bare labeled\n'
    cluster.kubectl("label cm bare a=b")
    assert cluster.kubectl("label cm bare a-").stdout == "configmap/bare unlabeled\n"


def test_the_same_annotation_again(cluster: Cluster) -> None:
    cluster.kubectl("create cm noted")
    cluster.kubectl("annotate cm noted a=b")
    assert cluster.kubectl("annotate cm noted a=b").stdout == "configmap/noted annotated\n"
    assert cluster.kubectl("annotate cm noted a=c").exit_code == 1


def test_groups_that_answer_with_their_help(cluster: Cluster) -> None:
    answer = cluster.kubectl("certificate nope")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("Modify certificate resources.\n")
    assert cluster.kubectl("alpha").stderr == "No alpha commands are available in this version of kubectl\n"


def test_raw_bodies_go_as_they_are(cluster: Cluster) -> None:
    answer = cluster.kubectl("create --raw /api/v1/namespaces/default/configmaps -f -", stdin="apiVersion: v1\n")
    assert answer.stderr == (
        "Error from server (BadRequest): the object provided is unrecognized (must be of type ConfigMap): couldn't get "
        "version/kind; json parse error: invalid character 'a' looking for beginning of value "
        "(61706956657273696f6e3a2076310a)\n"
    )
