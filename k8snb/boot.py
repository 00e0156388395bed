"""What a fresh control plane creates before anybody asks: namespaces, the API's own Service, accounts, nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from k8snb.addons import install_all
from k8snb.api.core.configmap import ConfigMap
from k8snb.api.core.endpoints import EndpointAddress, Endpoints, EndpointSubset
from k8snb.api.core.endpoints import EndpointPort as CoreEndpointPort
from k8snb.api.core.namespace import Namespace
from k8snb.api.core.service import Service, ServicePort, ServiceSpec
from k8snb.api.discovery.endpointslice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.api.scheduling.priorityclass import PriorityClass
from k8snb.api.storage.storageclass import StorageClass
from k8snb.apiserver.aggregation import own_api_services
from k8snb.apiserver.auth.authority import CERTIFICATE
from k8snb.apiserver.auth.defaults import create_defaults
from k8snb.apiserver.priorities import levels, schemas
from k8snb.kubelet.node import NodeSetup, hollow, minikube, register_node

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

PRIORITY_CLASSES = (
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
)
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def boot(cluster: Cluster) -> None:
    """Bring a new cluster to the state in which people find one: everything running, nodes Ready."""
    client = cluster.client
    for name in NAMESPACES:
        client.create(Namespace(metadata=ObjectMeta(name=name)))
    client.create(_kubernetes_service(cluster))
    _publish_address(cluster)
    client.create(_authority())
    create_defaults(client.create)
    for api in (*own_api_services(), *levels(), *schemas()):
        client.create(api)
    for name, value, text in PRIORITY_CLASSES:
        client.create(PriorityClass(metadata=ObjectMeta(name=name), value=value, description=text))
    if cluster.config.profile == "hollow":
        _join(cluster, hollow, range(cluster.config.nodes))
        client.create(_host_path_class())
        cluster.engine.run_instant()
    else:
        # The add-ons are there before the workers join, so CoreDNS and the storage provisioner run on the first node.
        _join(cluster, minikube, range(1))
        cluster.engine.run_instant()
        install_all(client, several=cluster.config.nodes > 1)
        cluster.engine.run_instant()
        _join(cluster, minikube, range(1, cluster.config.nodes))
        cluster.settle()


def _join(cluster: Cluster, shape: Callable[[int], NodeSetup], indexes: Iterable[int]) -> None:
    for index in indexes:
        register_node(cluster.kubelet.client, replace(shape(index), version=cluster.config.version))


def _authority() -> ConfigMap:
    """What the API server publishes about who signs certificates; the root CA publisher copies it to every namespace."""
    meta = ObjectMeta(name="extension-apiserver-authentication", namespace="kube-system")
    return ConfigMap(metadata=meta, data=FrozenMap({"client-ca-file": CERTIFICATE}))


def _kubernetes_service(cluster: Cluster) -> Service:
    first = cluster.server.settings.service_cidr.rpartition(".")[0] + ".1"
    labels = FrozenMap({"component": "apiserver", "provider": "kubernetes"})
    port = ServicePort(name="https", port=443, protocol="TCP", targetPort=cluster.server.settings.secure_port)
    spec = ServiceSpec(type="ClusterIP", clusterIP=first, ports=(port,))
    return Service(metadata=ObjectMeta(name="kubernetes", namespace="default", labels=labels), spec=spec)


def _publish_address(cluster: Cluster) -> None:
    """Where the API server is, as it writes it down itself (`pkg/controlplane/reconcilers`)."""
    settings = cluster.server.settings
    address = "172.18.0.1" if cluster.config.profile == "hollow" else minikube(0).ip
    meta = ObjectMeta(name="kubernetes", namespace="default")
    unmirrored = FrozenMap({"endpointslice.kubernetes.io/skip-mirror": "true"})
    subset = EndpointSubset(
        addresses=(EndpointAddress(ip=address),),
        ports=(CoreEndpointPort(name="https", port=settings.secure_port, protocol="TCP"),),
    )
    cluster.client.create(Endpoints(metadata=meta.replace(labels=unmirrored), subsets=(subset,)))
    endpoint = Endpoint(addresses=(address,), conditions=EndpointConditions(ready=True))
    port = EndpointPort(name="https", port=settings.secure_port, protocol="TCP")
    labels = FrozenMap({"kubernetes.io/service-name": "kubernetes"})
    cluster.client.create(
        EndpointSlice(metadata=meta.replace(labels=labels), addressType="IPv4", endpoints=(endpoint,), ports=(port,))
    )


def _host_path_class() -> StorageClass:
    annotations = FrozenMap({"storageclass.kubernetes.io/is-default-class": "true"})
    return StorageClass(
        metadata=ObjectMeta(name="standard", annotations=annotations), provisioner="kubernetes.io/host-path"
    )
