"""A Pod calls the API server by its Service, with the token that is mounted into it."""

from __future__ import annotations

import json

import pytest

from k8snb import Cluster

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
CURL = f"curl -s --cacert {FOLDER}/ca.crt"
TOKEN = f'-H "Authorization: Bearer $(cat {FOLDER}/token)"'


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """A cluster with a Pod `c` that has curl; its account may list Pods."""
    found = Cluster()
    for command in (
        "run c --image=curlimages/curl --command -- sleep 1d",
        "create role reader --verb=list --resource=pods",
        "create rolebinding reader --role=reader --serviceaccount=default:default",
    ):
        assert found.kubectl(command).exit_code == 0
    found.settle()
    return found


def run(cluster: Cluster, line: str) -> str:
    result = cluster.kubectl(["exec", "c", "--", "sh", "-c", line])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_what_is_mounted(cluster: Cluster) -> None:
    assert sorted(run(cluster, f"ls {FOLDER}").split()) == ["ca.crt", "namespace", "token"]
    assert run(cluster, f"cat {FOLDER}/namespace") == "default"
    assert run(cluster, f"cat {FOLDER}/token").count(".") == 2


@pytest.mark.parametrize("host", ["kubernetes", "kubernetes.default.svc", "$KUBERNETES_SERVICE_HOST"])
def test_with_its_token_it_may_what_its_account_may(cluster: Cluster, host: str) -> None:
    pods = json.loads(run(cluster, f"{CURL} {TOKEN} https://{host}/api/v1/namespaces/default/pods"))
    assert [item["metadata"]["name"] for item in pods["items"]] == ["c"]
    status = json.loads(run(cluster, f"{CURL} {TOKEN} https://{host}/api/v1/namespaces/default/secrets"))
    assert status["code"] == 403
    assert 'User "system:serviceaccount:default:default" cannot list resource "secrets"' in status["message"]


def test_without_a_token_it_is_nobody(cluster: Cluster) -> None:
    status = json.loads(run(cluster, f"{CURL} https://kubernetes/api/v1/namespaces/default/pods"))
    assert status["code"] == 403
    assert 'User "system:anonymous" cannot list resource "pods"' in status["message"]


def test_a_bad_token_is_refused(cluster: Cluster) -> None:
    status = json.loads(run(cluster, f'{CURL} -H "Authorization: Bearer x.y.z" https://kubernetes/api'))
    assert (status["code"], status["message"]) == (401, "Unauthorized")


def test_http_to_the_https_port(cluster: Cluster) -> None:
    out = run(cluster, "curl -s http://kubernetes:443/")
    assert out == "Client sent an HTTP request to an HTTPS server.\n"
