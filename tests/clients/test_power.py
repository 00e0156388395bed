"""`minikube stop` as the client without a socket sees it: what a refused connection looks like."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from k8snb import Cluster

kubernetes = pytest.importorskip("kubernetes", reason="the official client is not installed")

from kubernetes import client, watch  # noqa: E402
from kubernetes.client import ApiException  # noqa: E402
from kubernetes.stream import stream  # noqa: E402
from urllib3.exceptions import MaxRetryError, NewConnectionError  # noqa: E402


def switch(cluster: Cluster, *, on: bool) -> None:
    for name in tuple(cluster.kubelet.nodes):
        cluster.kubelet.change_node(name, powered=on)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def core(cluster: Cluster) -> Any:
    return client.CoreV1Api(cluster.api_client())


def test_requests_are_refused_until_it_is_on_again(cluster: Cluster, core: Any) -> None:
    switch(cluster, on=False)
    with pytest.raises(MaxRetryError, match=r"Max retries exceeded with url: /api/v1/nodes\?limit=1 ") as caught:
        core.list_node(limit=1)
    assert isinstance(caught.value.reason, NewConnectionError)
    assert f"Failed to establish a new connection: [Errno {errno.ECONNREFUSED}] Connection refused" in str(caught.value)
    with pytest.raises(ApiException, match="Connection refused"):
        stream(core.connect_get_namespaced_pod_exec, "web", "default", command=["true"])
    switch(cluster, on=True)
    assert len(core.list_node().items) == 1


def test_a_watch_ends(cluster: Cluster, core: Any) -> None:
    seen = []
    for event in watch.Watch().stream(core.list_node, resource_version="0", timeout_seconds=600):
        seen.append(event["type"])
        switch(cluster, on=False)
        if len(seen) > 1:
            break
    assert seen == ["ADDED"]
