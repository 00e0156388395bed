"""The pytest fixtures, in test runs of their own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:xdist", "-p", "no:cacheprovider", *options)


def test_every_test_has_a_cluster_of_its_own(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.mark.parametrize("turn", range(3))
        def test_fresh(k8s_cluster, turn):
            assert k8s_cluster.kubectl("create configmap a").exit_code == 0
            assert k8s_cluster.pacer is None

        def test_the_default_is_hollow_with_three_nodes(k8s_cluster):
            assert k8s_cluster.config.profile == "hollow"
            assert [node.metadata.name for node in k8s_cluster.nodes] == ["node-0", "node-1", "node-2"]

        @pytest.mark.k8s(nodes=5, seed=7)
        class TestMarked:
            def test_of_the_class(self, k8s_cluster):
                assert (len(k8s_cluster.nodes), k8s_cluster.config.seed) == (5, 7)

            @pytest.mark.k8s(profile="minikube", nodes=1)
            def test_of_its_own(self, k8s_cluster):
                assert (k8s_cluster.config.profile, len(k8s_cluster.nodes)) == ("minikube", 1)
                assert k8s_cluster.config.seed == 7

        @pytest.mark.k8s(pace="live", rate=200)
        def test_live(k8s_cluster):
            assert k8s_cluster.pacer.rate == 200
        """,
    )
    result.assert_outcomes(passed=7)


def test_the_client_is_the_librarys_default_only_during_the_test(pytester: pytest.Pytester) -> None:
    pytest.importorskip("kubernetes", reason="the official client is not installed")
    result = run(
        pytester,
        """
        from kubernetes import client

        def test_default(k8s_client, k8s_cluster):
            client.CoreV1Api().create_namespaced_config_map("default", {"metadata": {"name": "a"}})
            assert k8s_cluster.client.get("configmaps", "a", "default")

        def test_no_longer():
            assert client.ApiClient.get_default() is not client.ApiClient._default
        """,
    )
    result.assert_outcomes(passed=2)


def test_options_of_the_command_line(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        def test_it(k8s_cluster):
            assert (len(k8s_cluster.nodes), k8s_cluster.config.profile, k8s_cluster.config.seed) == (2, "minikube", 9)
        """
    run(pytester, source, "--k8s-nodes=2", "--k8s-profile=minikube", "--k8s-seed=9").assert_outcomes(passed=1)


def test_an_option_that_there_is_not(pytester: pytest.Pytester) -> None:
    result = run(pytester, "import pytest\n@pytest.mark.k8s(node=2)\ndef test_it(k8s_cluster): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.k8s does not know node; it takes nodes, seed*"])


def test_a_failure_shows_the_cluster(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_it(k8s_cluster):
            k8s_cluster.kubectl("create deployment web --image=nginx")
            assert False
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*k8s_cluster*", "*$ kubectl get all -A*", "*deployment.apps/web*", "*ScalingReplicaSet*"]
    )
    result.stdout.fnmatch_lines(["*$ kubectl get events -A*"])


def test_a_mistake_of_a_live_cluster_is_not_lost(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import time
        import pytest
        from k8snb.engine import Watch

        class Broken:
            name = "broken"
            watches = (Watch("configmaps"),)

            def reconcile(self, key):
                raise ZeroDivisionError(key)

        @pytest.mark.k8s(pace="live")
        def test_it(k8s_cluster):
            k8s_cluster.engine.add(Broken())
            with k8s_cluster.lock:
                k8s_cluster.engine.enqueue("broken", "default/a")
            for _ in range(100):
                if k8s_cluster.pacer.error:
                    break
                time.sleep(0.05)
        """,
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ComponentError: broken failed on 'default/a'*"])
