"""The pytest fixtures; what goes wrong with them in a test run of its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from k8snb import Cluster

pytest_plugins = ["pytester"]

BAD = """
import time
import pytest
from k8snb.engine import Watch


@pytest.mark.k8s(node=2)
def test_an_option_that_there_is_not(k8s_cluster):
    pass


def test_a_failure(k8s_cluster):
    assert (len(k8s_cluster.nodes), k8s_cluster.config.profile, k8s_cluster.config.seed) == (2, "minikube", 9)
    k8s_cluster.kubectl("create deployment web --image=nginx")
    assert False


class Broken:
    name = "broken"
    watches = (Watch("configmaps"),)

    def reconcile(self, key):
        raise ZeroDivisionError(key)


@pytest.mark.k8s(pace="live")
def test_a_mistake_of_a_live_cluster(k8s_cluster):
    k8s_cluster.engine.add(Broken())
    with k8s_cluster.lock:
        k8s_cluster.engine.enqueue("broken", "default/a")
    for _ in range(200):
        if k8s_cluster.pacer.error:
            break
        time.sleep(0.05)
"""


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    quick = [word for name in ("xdist", "cacheprovider", "hypothesispytest", "anyio") for word in ("-p", f"no:{name}")]
    return pytester.runpytest_subprocess(*quick, *options)


@pytest.mark.parametrize("turn", range(3))
def test_every_test_has_a_cluster_of_its_own(k8s_cluster: Cluster, turn: int) -> None:
    assert k8s_cluster.kubectl("create configmap a").exit_code == 0
    assert k8s_cluster.pacer is None


def test_the_default_is_hollow_with_three_nodes(k8s_cluster: Cluster) -> None:
    assert k8s_cluster.config.profile == "hollow"
    assert [node.metadata.name for node in k8s_cluster.nodes] == ["node-0", "node-1", "node-2"]


@pytest.mark.k8s(nodes=5, seed=7)
class TestMarked:
    def test_of_the_class(self, k8s_cluster: Cluster) -> None:
        assert (len(k8s_cluster.nodes), k8s_cluster.config.seed) == (5, 7)

    @pytest.mark.k8s(profile="minikube", nodes=1)
    def test_of_its_own(self, k8s_cluster: Cluster) -> None:
        config = k8s_cluster.config
        assert (config.profile, len(k8s_cluster.nodes), config.seed) == ("minikube", 1, 7)


@pytest.mark.k8s(pace="live", rate=200)
def test_live(k8s_cluster: Cluster) -> None:
    assert k8s_cluster.pacer.rate == 200


@pytest.mark.skipif(find_spec("kubernetes") is None, reason="the official client is not installed")
class TestTheClient:
    client = None

    def test_is_the_librarys_default(self, k8s_client: Any, k8s_cluster: Cluster) -> None:
        from kubernetes import client

        TestTheClient.client = k8s_client
        client.CoreV1Api().create_namespaced_config_map("default", {"metadata": {"name": "a"}})
        assert k8s_cluster.client.get("configmaps", "a", "default")

    def test_only_during_the_test(self) -> None:
        from kubernetes import client

        assert TestTheClient.client is None or client.ApiClient._default is not TestTheClient.client


def test_what_goes_wrong_is_told(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD, "--k8s-nodes=2", "--k8s-profile=minikube", "--k8s-seed=9")
    result.assert_outcomes(passed=1, failed=1, errors=2)
    told = result.stdout.str()
    assert "@pytest.mark.k8s does not know node; it takes nodes, seed" in told
    shown = told[told.index("$ kubectl get all -A") :]
    assert "deployment.apps/web" in shown
    assert "ScalingReplicaSet" in shown[shown.index("$ kubectl get events -A") :]
    assert "ComponentError: broken failed on 'default/a'" in told
