"""`minikube stop`: nobody listens on the port while the control plane's machine is off, and clients are told as always."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from k8snb import Cluster
from tests.apiserver.face import PODS
from tests.apiserver.test_http_semantics import Wire


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    found.serve()
    yield found
    found.close()


def switch(cluster: Cluster, *, on: bool) -> None:
    with cluster.lock:
        for name in tuple(cluster.kubelet.nodes):
            cluster.kubelet.change_node(name, powered=on)
    assert cluster.is_reachable() == on


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return False
    return True


def test_the_port_is_closed_while_the_machine_is_off(cluster: Cluster) -> None:
    server = cluster.serve()
    wire, port = Wire(server), server.port
    stream, answer = wire.open("GET", f"{PODS}?watch=true")
    switch(cluster, on=False)
    assert eventually(lambda: not listens(port))
    assert answer.read() == b""  # a proper end
    stream.close()
    switch(cluster, on=True)
    assert eventually(lambda: listens(port))
    assert wire.call("GET", PODS).code == 200  # the same port, authority and token
    stream, answer = wire.open("GET", "/api/v1/nodes?watch=true")
    assert json.loads(answer.readline())["type"] == "ADDED"
    stream.close()


def test_stopping_a_server_whose_machine_is_off(cluster: Cluster) -> None:
    port = cluster.serve().port
    switch(cluster, on=False)
    assert eventually(lambda: not listens(port))
    cluster.unserve()
    switch(cluster, on=True)
    assert not listens(port)


def test_the_port_may_have_been_taken_meanwhile(cluster: Cluster) -> None:
    server = cluster.serve()
    switch(cluster, on=False)
    assert eventually(lambda: not listens(server.port))
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.port))
        other.listen()
        switch(cluster, on=True)
        time.sleep(0.3)
    assert eventually(lambda: listens(server.port))
    assert Wire(server).call("GET", "/version").code == 200
