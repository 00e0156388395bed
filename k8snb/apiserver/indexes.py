"""The store's indexes: what controllers look objects up by, beside namespace and name.

As informers' indexers upstream: Pods by node, Pods by controlling owner, EndpointSlices by Service, Services by address,
Events by the object they are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.apiserver.store import Store


def by_node(pod: Any) -> Iterable[str]:
    """`pods` · `node`: the node a Pod is bound to; "" while it waits for one."""
    return (pod.spec.nodeName,)


def by_controller(obj: Any) -> Iterable[str]:
    """`controller`: the UID of the one owner that manages the object."""
    return [owner.uid for owner in obj.metadata.ownerReferences if owner.controller]


def by_orphan(obj: Any) -> Iterable[str]:
    """`orphan`: the namespace of an object that no owner manages: whom a controller might adopt."""
    return () if any(owner.controller for owner in obj.metadata.ownerReferences) else (obj.metadata.namespace,)


def by_label(obj: Any) -> Iterable[str]:
    """`label`: `namespace/key=value` for each label."""
    namespace = obj.metadata.namespace
    return [f"{namespace}/{key}={value}" for key, value in obj.metadata.labels.items()]


def by_cluster_ip(service: Any) -> Iterable[str]:
    """`services` · `clusterIP`: the addresses a Service holds."""
    return [ip for ip in service.spec.clusterIPs if ip != "None"]


def by_node_port(service: Any) -> Iterable[str]:
    """`services` · `nodePort`: `port/protocol` it has taken on every node."""
    taken = [f"{port.nodePort}/{port.protocol}" for port in service.spec.ports if port.nodePort]
    health = service.spec.healthCheckNodePort
    return [*taken, f"{health}/TCP"] if health else taken


def by_service(endpoint_slice: Any) -> Iterable[str]:
    """`endpointslices` · `service`: `namespace/name` of the Service it belongs to."""
    name = endpoint_slice.metadata.labels.get("kubernetes.io/service-name")
    return (f"{endpoint_slice.metadata.namespace}/{name}",) if name else ()


def by_regarding(event: Any) -> Iterable[str]:
    """`events` · `regarding`: the UID of the object an event is about."""
    return (event.involvedObject.uid,) if event.involvedObject.uid else ()


def add_indexes(store: Store) -> None:
    """Give a new store its indexes."""
    store.add_index("pods", "node", by_node)
    store.add_index("pods", "controller", by_controller)
    store.add_index("pods", "label", by_label)
    store.add_index("replicasets.apps", "controller", by_controller)
    store.add_index("replicasets.apps", "orphan", by_orphan)
    store.add_index("services", "clusterIP", by_cluster_ip)
    store.add_index("services", "nodePort", by_node_port)
    store.add_index("endpointslices.discovery.k8s.io", "service", by_service)
    store.add_index("events", "regarding", by_regarding)
