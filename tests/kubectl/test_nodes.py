"""taint, cordon and drain: what they say, recorded with a real kubectl on the same cluster."""

from __future__ import annotations

import pytest

from k8snb.cluster import Cluster

USAGE = "See 'kubectl taint -h' for help and examples\n"


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    found.kubectl("taint node node-1 have=it:NoSchedule")
    return found


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("", "error: one or more resources must be specified as <resource> <name>\n"),
        ("nodes", "error: at least one taint update is required\n"),
        ("nodes node-0", "error: at least one taint update is required\n"),
        (
            "nodes x=y:NoSchedule",
            "error: at least one resource name must be specified since 'all' parameter is not set\n",
        ),
        ("nodes x=y:NoSchedule node-0", "error: all resources must be specified before taint changes: node-0\n"),
        ("pods web a=b:NoSchedule", "error: invalid resource type pods, only node types are supported\n"),
        ("nopes web a=b:NoSchedule", 'the server doesn\'t have a resource type "nopes"\n'),
        ("nodes node-0 a=b:Foo", f"error: invalid taint effect: Foo, unsupported taint effect\n{USAGE}"),
        ("nodes node-0 a", "error: at least one taint update is required\n"),
        ("nodes node-0 x:y:NoSchedule", f"error: invalid taint spec: x:y:NoSchedule\n{USAGE}"),
        ("nodes node-0 x=y=z:NoSchedule", f"error: invalid taint spec: x=y=z:NoSchedule\n{USAGE}"),
        (
            "nodes node-0 a=b:NoSchedule a=c:NoSchedule",
            f"error: duplicated taints with the same key and effect: {{a c NoSchedule <nil>}}\n{USAGE}",
        ),
        (
            "nodes node-0 a=b:NoSchedule a-",
            "error: can not both modify and remove the following taint(s) in the same command: a=\n",
        ),
        (
            "nodes --all -l a=b x=y:NoSchedule",
            "error: setting 'all' parameter with a non empty selector is prohibited\n",
        ),
        ("nodes node-0 q- r:NoExecute-", 'taint "q" not found\ntaint "r:NoExecute" not found\n'),
        (
            "nodes node-1 have=that:NoSchedule",
            "error: node node-1 already has have taint(s) with same effect(s) and --overwrite is false\n",
        ),
    ],
)
def test_taints_that_are_refused(cluster: Cluster, words: str, error: str) -> None:
    answer = cluster.kubectl(f"taint {words}")
    assert (answer.exit_code, answer.stderr) == (1, error)


def test_taints_come_and_go(cluster: Cluster) -> None:
    def taint(words: str) -> str:
        return cluster.kubectl(f"taint node node-0 {words}").stdout

    def present() -> str:
        return cluster.kubectl("get node node-0 -o jsonpath={.spec.taints[*].key}").stdout

    assert taint("one=1:NoSchedule two:PreferNoSchedule") == "node/node-0 tainted\n"
    assert taint("one=1:NoSchedule --dry-run=client --overwrite") == "node/node-0 modified\n"
    assert taint("one- three:NoSchedule") == "node/node-0 modified\n"
    assert set(present().split()) == {"two", "three"}
    assert taint("two- three:NoSchedule-") == "node/node-0 untainted\n"
    assert present() == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "cordon node-0 -l a=b",
            "error: cannot specify both a node name and a --selector option\n"
            "See 'kubectl cordon -h' for help and examples\n",
        ),
        ("drain node-0 --pod-selector='a b'", "error: --pod-selector=<pod_selector> must be a valid label selector\n"),
        ("cordon services/kubernetes", 'error: expected resource of type node, got "/v1, Resource=services"\n'),
    ],
)
def test_nodes_that_are_not_meant(cluster: Cluster, words: str, error: str) -> None:
    answer = cluster.kubectl(words)
    assert (answer.exit_code, answer.stderr) == (1, error)


class TestDrain:
    """Bare Pods on two nodes, two Pods with a budget on one of them."""

    REFUSED = "cannot delete cannot delete Pods that declare no controller (use --force to override): default/"

    @pytest.fixture
    def cluster(self) -> Cluster:
        found = Cluster(profile="hollow")
        found.kubectl("create deploy web --image=nginx --replicas=2")
        where = '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"node-0"}}}}}'
        found.kubectl(["patch", "deploy", "web", "-p", where])
        for index in (0, 1):
            place = f'{{"spec":{{"nodeName":"node-{index}"}}}}'
            found.kubectl(["run", f"bare{index}", "--image=nginx", f"--overrides={place}"])
        found.settle(quiet=2, timeout=25)
        return found

    def test_every_node_gets_its_turn(self, cluster: Cluster) -> None:
        answer = cluster.kubectl("drain node-0 node-1 node-2")
        assert answer.exit_code == 1
        assert answer.stdout == "".join(f"node/node-{i} cordoned\n" for i in range(3)) + "node/node-2 drained\n"
        assert answer.stderr == (
            f'error: unable to drain node "node-0" due to error: {self.REFUSED}bare0, continuing command...\n'
            f'error: unable to drain node "node-1" due to error: {self.REFUSED}bare1, continuing command...\n'
            "There are pending nodes to be drained:\n node-0\n node-1\n"
            f"{self.REFUSED}bare0\n{self.REFUSED}bare1\n"
        )

    def test_budgets_hold_up_only_their_own_pods(self, cluster: Cluster) -> None:
        cluster.kubectl("create pdb web --selector=app=web --min-available=2")
        cluster.settle(quiet=2, timeout=25)
        answer = cluster.kubectl("drain node-0 --force --timeout=7s")
        names = cluster.kubectl("get pods -l app=web -o jsonpath={.items[*].metadata.name}").stdout.split()
        assert answer.exit_code == 1
        assert "pod/bare0 evicted\n" in answer.stdout
        assert all(answer.stdout.count(f"evicting pod default/{name}\n") == 3 for name in names)
        refused = "Cannot evict pod as it would violate the pod's disruption budget."
        late = [f'error when evicting pods/"{name}" -n "default": global timeout reached: 7s' for name in names]
        assert answer.stderr.count(f"(will retry after 5s): {refused}\n") == 4
        assert answer.stderr.endswith(
            f'There are pending pods in node "node-0" when an error occurred: [{", ".join(late)}]\n'
            + "".join(f"pod/{name}\n" for name in names)
            + f'error: unable to drain node "node-0" due to error: [{", ".join(late)}], continuing command...\n'
            + "There are pending nodes to be drained:\n node-0\n"
            + "".join(f"{text}\n" for text in late)
        )

    def test_without_evictions(self, cluster: Cluster) -> None:
        answer = cluster.kubectl("drain node-1 --force --disable-eviction")
        assert answer.stdout == "node/node-1 cordoned\npod/bare1 deleted\nnode/node-1 drained\n"
        assert answer.stderr == "Warning: deleting Pods that declare no controller: default/bare1\n"

    def test_a_pod_that_does_not_go(self, cluster: Cluster) -> None:
        cluster.kubectl(["patch", "pod", "bare1", "-p", '{"metadata":{"finalizers":["a.b/c"]}}'])
        answer = cluster.kubectl("drain node-1 --force --timeout=4s")
        why = 'error when waiting for pod "bare1" in namespace "default" to terminate: context deadline exceeded'
        assert answer.stderr.endswith(f"There are pending nodes to be drained:\n node-1\n{why}\n")
        skipped = cluster.kubectl("drain node-1 --force --timeout=4s --skip-wait-for-delete-timeout=1")
        assert skipped.stdout == "node/node-1 already cordoned\nnode/node-1 drained\n"

    def test_dry_runs_take_nothing_away(self, cluster: Cluster) -> None:
        answer = cluster.kubectl("drain node-1 --force --dry-run=server")
        assert answer.stdout == (
            "node/node-1 cordoned (server dry run)\nevicting pod default/bare1 (server dry run)\n"
            "node/node-1 drained (server dry run)\n"
        )
        assert cluster.kubectl("get pod bare1 -o name").stdout == "pod/bare1\n"
