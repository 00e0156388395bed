"""The kubeconfig as minikube sees it: `status` says that it is wrong, `update-context` and `start` put it right."""

from __future__ import annotations

import pytest

from k8snb import Cluster
from k8snb.grading.play import minikube


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def test_a_wrong_address_is_seen_and_corrected(cluster: Cluster) -> None:
    cluster.kubectl("config set-cluster minikube --server=https://192.168.49.2:30839")
    status = minikube(cluster, "status")
    assert "kubeconfig: Misconfigured\n\n\nWARNING: Your kubectl is pointing to stale minikube-vm.\n" in status.stdout
    assert status.exit_code == 4
    said = minikube(cluster, "update-context").stdout
    assert said == (
        '🎉  "minikube" context has been updated to point to 192.168.49.2:8443\n💗  Current context is "minikube"\n'
    )
    assert cluster.kubectl("get nodes").exit_code == 0
    assert minikube(cluster, "status").exit_code == 0


def test_nothing_to_correct(cluster: Cluster) -> None:
    said = minikube(cluster, "update-context").stdout
    assert said == '🙄  No changes required for the "minikube" context\n💗  Current context is "minikube"\n'


def test_a_deleted_entry_comes_back_and_others_stay(cluster: Cluster) -> None:
    cluster.kubectl("config set-cluster office --server=https://10.0.0.1:6443")
    cluster.kubectl("config delete-cluster minikube")
    assert minikube(cluster, "status").exit_code == 4
    minikube(cluster, "update-context")
    names = [entry["name"] for entry in cluster.session().config.data["clusters"]]
    assert sorted(names) == ["minikube", "office"]
    assert cluster.kubectl("get nodes").exit_code == 0


def test_another_current_context_is_no_fault_but_start_comes_back(cluster: Cluster) -> None:
    cluster.kubectl("config set-context market --cluster=minikube --user=minikube --namespace=market")
    cluster.kubectl("config use-context market")
    assert minikube(cluster, "status").exit_code == 0
    minikube(cluster, "start")
    assert cluster.kubectl("config current-context").stdout == "minikube\n"
    assert cluster.session().config.namespace("market") == "market"
