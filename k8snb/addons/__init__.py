"""The objects that minikube puts into a new cluster: add-on manifests (files beside this module, JSON because every boot
reads them) and static Pods.

`manifests` gives a file's objects, typed and ready to be created; each file is read once a process. `static_pods` are
the mirror Pods of a control-plane node: etcd, the API server, the controller manager and the scheduler. Source:
minikube's `deploy/addons`, kubeadm's `cmd/kubeadm/app/phases`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from k8snb.api.object import Object
from k8snb.apiserver.context import DEFAULT_SETTINGS
from k8snb.client.client import Client

#: add-ons of every new cluster, in the order in which they are applied
BOOT = ("coredns", "kube-proxy", "storage-provisioner", "storageclass")
#: the CNI of clusters with more than one node
MULTI_NODE = "kindnet"


@cache
def text(name: str) -> str:
    """The manifest file `NAME.json`. FileNotFoundError if there is none."""
    return files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")


@cache
def manifests(name: str) -> tuple[Object, ...]:
    """The objects of one manifest file."""
    from k8snb.api.decode import decode_object
    from k8snb.api.resources import RESOURCES

    kinds: dict[tuple[str, str], Any] = {(f"{r.group}/{r.version}".lstrip("/"), r.kind): r for r in RESOURCES}
    found = []
    for data in json.loads(text(name)):
        obj, _ = decode_object(kinds[data["apiVersion"], data["kind"]].model, data)
        found.append(obj)
    return tuple(found)


def is_installed(client: Client, name: str) -> bool:
    """Are all objects of a manifest file there?"""
    return all(
        client.find(_resource(client, obj), obj.metadata.name, obj.metadata.namespace) for obj in manifests(name)
    )


def install(client: Client, name: str) -> None:
    """Create the objects of a manifest file that are not there yet. StatusError if the server refuses one."""
    for obj in manifests(name):
        if client.find(_resource(client, obj), obj.metadata.name, obj.metadata.namespace) is None:
            client.create(obj)


def remove(client: Client, name: str) -> None:
    """Delete the objects of a manifest file."""
    for obj in reversed(manifests(name)):
        resource, meta = _resource(client, obj), obj.metadata
        if client.find(resource, meta.name, meta.namespace) is not None:
            client.delete(resource, meta.name, meta.namespace)


def install_all(client: Client, several: bool) -> None:
    """Everything that minikube puts into a new cluster: static Pods of the control-plane nodes, the add-ons, and the CNI if
    the cluster is to have `several` nodes.
    """
    from k8snb.addons.staticpods import static_pods
    from k8snb.network.cni import internal_ip

    nodes = client.list("nodes").items
    settings = client.server.settings
    low, high = settings.node_ports
    ports = f"{low}-{high}" if (low, high) != DEFAULT_SETTINGS.node_ports else ""
    for node in nodes:
        if "node-role.kubernetes.io/control-plane" in node.metadata.labels:
            for pod in static_pods(node, internal_ip(node), settings.version, settings.service_cidr, ports):
                client.create(pod)
    if several:
        install(client, MULTI_NODE)
    for name in BOOT:
        install(client, name)


def _resource(client: Client, obj: Object) -> str:
    group, _, version = obj.apiVersion.rpartition("/")
    found = client.server.catalogue.of_kind(group, version, obj.kind)
    assert found is not None, obj.kind
    return found.group_resource
