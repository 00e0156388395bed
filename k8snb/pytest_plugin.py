"""pytest fixtures: a cluster for each test, forked in milliseconds from one that was booted once a session.

    @pytest.mark.k8s(nodes=5, seed=1)
    def test_it(k8s_cluster, k8s_client): ...

`k8s_cluster` is a `k8snb.Cluster`, `k8s_client` a `kubernetes.client.ApiClient` on it that is also the library's default, so
code under test that builds its own `CoreV1Api()` meets the same cluster. Every run of a test sees the same names, UIDs and
times. The report of a test that failed shows what the cluster looked like. Loaded by pytest through its entry point.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

    from k8snb.cluster import Cluster

_OPTIONS = ("nodes", "seed", "profile", "epoch", "version", "node_ports", "pace", "rate")
_MARKER = (
    "k8s(nodes=3, seed=0, profile='hollow', epoch=…, version=…, node_ports=…, pace='jump', rate=1.0):"
    " what the k8s_cluster of this test is like; the options of k8snb.Cluster"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The defaults of all clusters."""
    group = parser.getgroup("k8snb", "embedded Kubernetes clusters")
    group.addoption(
        "--k8s-profile", default="hollow", help="hollow (default) or minikube: add-ons, containers that run"
    )
    group.addoption("--k8s-nodes", type=int, default=3, help="number of nodes (default: 3)")
    group.addoption("--k8s-seed", type=int, default=0, help="where names, UIDs and addresses come from (default: 0)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


class Prototypes:
    """Clusters that have been booted and have come to rest, by what they were made from."""

    def __init__(self) -> None:
        self._booted: dict[tuple[tuple[str, Any], ...], Cluster] = {}

    def fork(self, options: dict[str, Any]) -> Cluster:
        """A cluster of its own that goes on from there."""
        from k8snb.cluster import Cluster

        key = tuple(sorted(options.items()))
        found = self._booted.get(key)
        if found is None:
            found = self._booted[key] = Cluster(**options)
            found.settle()
        return found.fork()


@pytest.fixture(scope="session")
def k8s_prototypes() -> Prototypes:
    """What the clusters of a session are forked from."""
    return Prototypes()


@pytest.fixture
def k8s_cluster(request: pytest.FixtureRequest, k8s_prototypes: Prototypes) -> Iterator[Cluster]:
    """A cluster that nobody else has touched; `@pytest.mark.k8s(...)` says what it is like."""
    options = _wanted(request)
    pace, rate = options.pop("pace", "jump"), options.pop("rate", 1.0)
    cluster = k8s_prototypes.fork(options)
    if pace == "live":
        cluster.set_pace("live", rate)
    yield cluster
    error = cluster.pacer.error if cluster.pacer is not None else None
    cluster.close()
    if error is not None:
        raise error


@pytest.fixture
def k8s_client(k8s_cluster: Cluster) -> Iterator[ApiClient]:
    """The official Python client on `k8s_cluster`, without a socket; the default of the library during the test."""
    client: Any = k8s_cluster.api_client()
    before = getattr(type(client), "_default", None)
    type(client)._default = client
    try:
        yield client
    finally:
        type(client)._default = before
        client.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show the cluster of a test that failed."""
    report = yield
    cluster = getattr(item, "funcargs", {}).get("k8s_cluster")
    if report.when == "call" and report.failed and cluster is not None:
        shown = [_shown(cluster, command) for command in ("get all -A", "get events -A --sort-by=.lastTimestamp")]
        report.sections.append(("k8s_cluster", "\n".join(shown)))
    return report


def _wanted(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Options of the command line, of the markers from the module inwards. UsageError for one that there is not."""
    config = request.config
    options = {name: config.getoption(f"--k8s-{name}") for name in ("profile", "nodes", "seed")}
    for mark in reversed(list(request.node.iter_markers("k8s"))):
        unknown = sorted(set(mark.kwargs) - set(_OPTIONS))
        if mark.args or unknown:
            problem = unknown[0] if unknown else repr(mark.args[0])
            raise pytest.UsageError(f"@pytest.mark.k8s does not know {problem}; it takes {', '.join(_OPTIONS)}")
        options |= mark.kwargs
    return options


def _shown(cluster: Cluster, command: str) -> str:
    from k8snb.engine import ComponentError, DoesNotSettleError

    try:
        return f"$ kubectl {command}\n{cluster.kubectl(command)}"
    except (ComponentError, DoesNotSettleError) as error:
        return f"$ kubectl {command}\n{error}"
