"""Clusters that client libraries connect to: one served on the loopback interface, one in this very process."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from k8snb import Cluster

#: virtual seconds a wall second, where libraries wait by the wall clock
RATE = 50.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Some libraries leave their connections to the collector."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


@pytest.fixture(scope="module", autouse=True)
def _collect_connections() -> Iterator[None]:
    """What a module's clients have left is not to be found in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def served() -> Iterator[Cluster]:
    """A cluster with containers that run, served over TLS, its time 50 times as fast as ours."""
    cluster = Cluster(2)
    cluster.settle()
    cluster.set_pace("live", RATE)
    cluster.serve()
    yield cluster
    error = cluster.pacer.error
    cluster.close()
    if error is not None:
        raise error


@pytest.fixture(scope="session")
def kubeconfig(served: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kube") / "config"
    served.serve().write_kubeconfig(path)
    return path


@pytest.fixture
def namespace(served: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one test on the served cluster."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower())[:60].strip("-")
    assert served.kubectl(["create", "namespace", name]).exit_code == 0
    served.run_ready()  # its service account is there
    yield name
    served.kubectl(["delete", "namespace", name, "--wait=false"])
