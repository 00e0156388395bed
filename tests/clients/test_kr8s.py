"""kr8s: its objects, conditions, exec, logs and port-forwards, over TLS."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.clients.manifests import configmap, deployment, pod, web, widgets

kr8s = pytest.importorskip("kr8s", reason="kr8s is not installed")

from kr8s.objects import ConfigMap, CustomResourceDefinition, Deployment, Namespace, Pod, new_class  # noqa: E402

#: kr8s names the versions it was tested with
pytestmark = pytest.mark.filterwarnings("ignore:Kubernetes version v1.36.2 is not supported:UserWarning")


@pytest.fixture
def api(kubeconfig: Path, namespace: str) -> Any:
    found = kr8s.api(kubeconfig=str(kubeconfig))
    found.namespace = namespace
    return found


def test_verbs(api: Any, namespace: str) -> None:
    made = ConfigMap(configmap("a", x="1"), namespace=namespace, api=api)
    made.create()
    assert made.exists()
    made.patch({"data": {"x": "2"}})
    made.refresh()
    assert made.data == {"x": "2"}
    made.label({"tier": "web"})
    assert [item.name for item in api.get("configmaps", namespace=namespace, label_selector={"tier": "web"})] == ["a"]
    made.delete()
    assert not made.exists()
    with pytest.raises(kr8s.NotFoundError):
        ConfigMap.get("a", namespace=namespace, api=api)
    assert api.version()["gitVersion"] == "v1.36.2"
    assert {node.name for node in api.get("nodes")} == {"minikube", "minikube-m02"}
    assert Namespace.get(namespace, api=api).status.phase == "Active"


def test_a_deployment_becomes_ready_and_is_scaled(api: Any, namespace: str) -> None:
    found = Deployment(deployment("web"), namespace=namespace, api=api)
    found.create()
    found.wait("condition=Available", timeout=20)
    assert len(found.pods()) == 2
    found.scale(1)
    found.refresh()
    assert found.replicas == 1


def test_a_watch(api: Any, namespace: str) -> None:
    seen = []
    made = ConfigMap({**configmap("a", x="1")}, namespace=namespace, api=api)
    made.create()
    for event, item in api.watch("configmaps", namespace=namespace, field_selector="metadata.name=a"):
        seen.append(event)
        if event == "ADDED":
            item.patch({"data": {"x": "2"}})
        elif event == "MODIFIED":
            item.delete()
        else:
            break
    assert seen == ["ADDED", "MODIFIED", "DELETED"]


def test_logs_and_exec(api: Any, namespace: str) -> None:
    found = Pod(pod("box", "echo hello; sleep infinity"), namespace=namespace, api=api)
    found.create()
    found.wait("condition=Ready", timeout=20)
    assert list(found.logs()) == ["hello"]
    done = found.exec(["sh", "-c", "echo out; echo err >&2; exit 3"], check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 3)


def test_port_forward(api: Any, namespace: str) -> None:
    found = Pod(web("web"), namespace=namespace, api=api)
    found.create()
    found.wait("condition=Ready", timeout=20)
    with (
        found.portforward(remote_port=80, local_port="auto") as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert (answer.status, b"Welcome to nginx!" in answer.read()) == (200, True)


def test_custom_resources(api: Any, namespace: str) -> None:
    definition = CustomResourceDefinition(widgets("kr8s.example.com"), api=api)
    definition.create()
    try:
        definition.wait("condition=Established", timeout=20)
        Widget = new_class(kind="Widget", version="kr8s.example.com/v1", namespaced=True)
        made = Widget({"metadata": {"name": "w"}, "spec": {"size": 2}}, namespace=namespace, api=api)
        made.create()
        assert [item.spec.size for item in api.get("widgets.kr8s.example.com", namespace=namespace)] == [2]
        made.delete()
    finally:
        definition.delete()
