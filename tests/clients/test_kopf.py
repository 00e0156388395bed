"""kopf runs a small operator against a served cluster: discovery, watches, finalizers, status, events, owned objects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from tests.clients.manifests import widgets

kopf = pytest.importorskip("kopf", reason="kopf is not installed")
kubernetes = pytest.importorskip("kubernetes", reason="the official client is not installed")

from kopf.testing import KopfRunner  # noqa: E402

OPERATOR = Path(__file__).with_name("widgetoperator.py")


@pytest.fixture
def operator(served: Cluster, kubeconfig: Path, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    assert served.kubectl("create -f -", stdin=json.dumps(widgets("kopf.example.com"))).exit_code == 0
    served.run_ready()
    kubernetes.config.load_kube_config(str(kubeconfig))
    with KopfRunner(["run", "--standalone", "-n", namespace, str(OPERATOR)], timeout=30) as runner:
        yield runner
    served.kubectl("delete crd widgets.kopf.example.com --wait=false")


def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
    """What a function gives once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def test_an_operator_looks_after_its_widgets(served: Cluster, operator: Any, namespace: str) -> None:
    def read(path: str, where: str) -> str:
        return served.kubectl(f"get {path} -n {namespace} -o jsonpath={{{where}}} --ignore-not-found").stdout

    widget = {"apiVersion": "kopf.example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}}
    assert served.kubectl(["create", "-n", namespace, "-f", "-"], stdin=json.dumps(widget)).exit_code == 0
    until(lambda: read("widget/w", ".status.create.configmap") == "w-size")
    assert read("configmap/w-size", ".data.size") == "3"
    assert read("configmap/w-size", ".metadata.ownerReferences[0].kind") == "Widget"
    assert "kopf.example.com/here" in read("widget/w", ".metadata.finalizers")
    served.kubectl(["patch", "widget", "w", "-n", namespace, "--type=merge", "-p", '{"spec":{"size":5}}'])
    until(lambda: read("configmap/w-size", ".data.size") == "5")
    served.kubectl(["delete", "widget", "w", "-n", namespace, "--wait=false"])
    until(lambda: read("configmap/w-was-here", ".metadata.name"))
    until(lambda: not read("widget/w", ".metadata.name"))
    until(lambda: not read("configmap/w-size", ".metadata.name"))  # the garbage collector's part
    until(lambda: "Sized" in read("events", ".items[*].reason"))
