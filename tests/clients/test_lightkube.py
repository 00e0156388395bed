"""lightkube: typed and generic resources, patches, apply, watch, wait, logs, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from tests.clients.manifests import configmap, deployment, pod, widgets

lightkube = pytest.importorskip("lightkube", reason="lightkube is not installed")

from lightkube import ApiError, Client, KubeConfig, codecs  # noqa: E402
from lightkube.generic_resource import create_namespaced_resource  # noqa: E402
from lightkube.models.meta_v1 import ObjectMeta  # noqa: E402
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition  # noqa: E402
from lightkube.resources.apps_v1 import Deployment  # noqa: E402
from lightkube.resources.core_v1 import ConfigMap, Namespace, Node, Pod  # noqa: E402
from lightkube.types import PatchType  # noqa: E402


@pytest.fixture
def client(kubeconfig: Path, namespace: str) -> Iterator[Any]:
    found = Client(config=KubeConfig.from_file(kubeconfig), namespace=namespace, field_manager="lightkube")
    yield found
    found.close()


def loaded(body: dict[str, Any]) -> Any:
    return codecs.from_dict(body)


def test_verbs(client: Any, namespace: str) -> None:
    made = client.create(loaded(configmap("a", x="1")))
    assert (made.metadata.namespace, made.data) == (namespace, {"x": "1"})
    made.data = {"x": "2"}
    assert client.replace(made).data == {"x": "2"}
    with pytest.raises(ApiError) as stale:
        client.replace(made)
    assert (stale.value.status.code, stale.value.status.reason) == (409, "Conflict")
    assert "a" in [item.metadata.name for item in client.list(ConfigMap)]
    client.delete(ConfigMap, "a")
    with pytest.raises(ApiError) as gone:
        client.get(ConfigMap, "a")
    assert (gone.value.status.code, gone.value.status.message) == (404, 'configmaps "a" not found')
    assert len(list(client.list(Node))) == 2
    assert client.get(Namespace, namespace).status.phase == "Active"


def test_selectors_and_pages(client: Any) -> None:
    for number in range(5):
        body = configmap(f"c{number}")
        body["metadata"]["labels"] = {"even": str(number % 2 == 0).lower()}
        client.create(loaded(body))
    names = [item.metadata.name for item in client.list(ConfigMap, labels={"even": "true"}, chunk_size=2)]
    assert names == ["c0", "c2", "c4"]
    assert [item.metadata.name for item in client.list(ConfigMap, fields={"metadata.name": "c3"})] == ["c3"]


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        (PatchType.MERGE, {"data": {"b": "2", "a": None}}),
        (PatchType.STRATEGIC, {"data": {"b": "2", "a": None}}),
        (PatchType.JSON, [{"op": "move", "from": "/data/a", "path": "/data/b"}]),
        (PatchType.JSON, [{"op": "test", "path": "/data/a", "value": "0"}]),
    ],
)
def test_patches(client: Any, kind: Any, patch: Any) -> None:
    client.create(loaded(configmap("a", a="2")))
    if isinstance(patch, list) and patch[0]["op"] == "test":
        with pytest.raises(ApiError) as caught:
            client.patch(ConfigMap, "a", patch, patch_type=kind)
        assert caught.value.status.code == 422
    else:
        assert client.patch(ConfigMap, "a", patch, patch_type=kind).data == {"b": "2"}


def test_apply_takes_and_is_refused(client: Any) -> None:
    assert client.apply(loaded(configmap("a", key="1"))).data == {"key": "1"}
    with pytest.raises(ApiError) as caught:
        client.apply(loaded(configmap("a", key="2")), field_manager="other")
    assert caught.value.status.code == 409
    assert [cause.reason for cause in caught.value.status.details.causes] == ["FieldManagerConflict"]
    assert client.apply(loaded(configmap("a", key="2")), field_manager="other", force=True).data == {"key": "2"}


def test_a_deployment_is_waited_for_scaled_and_watched(client: Any) -> None:
    client.create(loaded(deployment("web")))
    done = client.wait(Deployment, "web", for_conditions=["Available"])
    assert done.status.availableReplicas == 2
    scale = client.get(Deployment.Scale, "web")
    scale.spec.replicas = 1
    client.replace(scale, "web")
    for _, item in client.watch(Deployment, fields={"metadata.name": "web"}, server_timeout=20):
        if item.status.replicas == 1:
            break
    else:
        pytest.fail("the watch ended first")


def test_logs(client: Any) -> None:
    client.create(loaded(pod("talker", "echo one; echo two; echo three")))
    for _, item in client.watch(Pod, fields={"metadata.name": "talker"}, server_timeout=20):
        if item.status.phase == "Succeeded":
            break
    assert [line.strip() for line in client.log("talker")] == ["one", "two", "three"]
    assert [line.strip() for line in client.log("talker", follow=True, tail_lines=2)] == ["two", "three"]


def test_custom_resources(client: Any, namespace: str) -> None:
    client.create(loaded(widgets("lightkube.example.com")))
    try:
        client.wait(CustomResourceDefinition, "widgets.lightkube.example.com", for_conditions=["Established"])
        Widget = create_namespaced_resource("lightkube.example.com", "v1", "Widget", "widgets")
        made = client.create(Widget(metadata=ObjectMeta(name="w"), spec={"size": 2}))
        made["status"] = {"phase": "Good"}
        assert client.replace(made).status is None
        with pytest.raises(ApiError) as caught:
            client.create(Widget(metadata=ObjectMeta(name="x"), spec={"size": 0}))
        assert caught.value.status.code == 422
        assert [item.spec["size"] for item in client.list(Widget)] == [2]
    finally:
        client.delete(CustomResourceDefinition, "widgets.lightkube.example.com")


def test_a_service_account_is_forbidden_what_it_is_not_allowed(served: Cluster, kubeconfig: Path) -> None:
    impersonating = KubeConfig.from_file(kubeconfig)
    client = Client(config=impersonating)
    client._client._client.headers["Impersonate-User"] = "system:serviceaccount:default:default"
    with pytest.raises(ApiError) as caught:
        list(client.list(Node))
    assert caught.value.status.code == 403
    assert 'User "system:serviceaccount:default:default" cannot list resource "nodes"' in caught.value.status.message
