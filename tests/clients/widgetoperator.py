"""A small operator: every Widget gets a ConfigMap of its size, and says in its status that it has one. Run by kopf."""

from __future__ import annotations

from typing import Any

import kopf


@kopf.on.login()
def login(**options: Any) -> Any:
    return kopf.login_with_kubeconfig(**options)


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    settings.persistence.finalizer = "kopf.example.com/here"


@kopf.on.create("kopf.example.com", "v1", "widgets")
def create(spec: Any, body: Any, name: str, namespace: str, **_: Any) -> dict[str, str]:
    import kubernetes

    owned = {"metadata": {"name": f"{name}-size"}, "data": {"size": str(spec["size"])}}
    kopf.adopt(owned)
    kubernetes.client.CoreV1Api().create_namespaced_config_map(namespace, owned)
    kopf.info(body, reason="Sized", message=f"its size is {spec['size']}")
    return {"configmap": f"{name}-size"}


@kopf.on.field("kopf.example.com", "v1", "widgets", field="spec.size")
def resize(old: Any, new: Any, name: str, namespace: str, **_: Any) -> None:
    import kubernetes

    if old is not None and new is not None:
        patch = {"data": {"size": str(new)}}
        kubernetes.client.CoreV1Api().patch_namespaced_config_map(f"{name}-size", namespace, patch)


@kopf.on.delete("kopf.example.com", "v1", "widgets")
def delete(name: str, namespace: str, **_: Any) -> None:
    import kubernetes

    body = {"metadata": {"name": f"{name}-was-here"}}
    kubernetes.client.CoreV1Api().create_namespaced_config_map(namespace, body)
