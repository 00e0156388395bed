"""Why a request got no answer, in words that name the objects to look at.

Reads Services, EndpointSlices, Pods and Nodes; called by the data path only when a request has failed.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.client.client import Client
from k8snb.network.atlas import is_ready
from k8snb.network.iptables import Rule
from k8snb.network.services import selector_text

SLICES = "endpointslices.discovery.k8s.io"
_SHOWN = 3


def no_endpoints(client: Client, service: Any) -> str:
    """Why a Service has nobody to send requests to."""
    meta, selector = service.metadata, service.spec.selector
    name = f"service/{meta.name}"
    if not selector:
        return f"{name} has no selector, and no EndpointSlice was made for it by hand"
    pods: list[Pod] = client.list("pods", meta.namespace).items
    wanted = selector_text(selector)
    chosen = [pod for pod in pods if all(pod.metadata.labels.get(k) == v for k, v in selector.items())]
    if not chosen:
        others = ", ".join(f"{p.metadata.name} ({selector_text(p.metadata.labels)})" for p in pods[:_SHOWN])
        more = f" and {len(pods) - _SHOWN} more" if len(pods) > _SHOWN else ""
        there = f"the Pods there are: {others}{more}" if pods else f"there are no Pods in namespace {meta.namespace}"
        return f"{name} has no endpoints: no Pod has the labels of its selector {wanted}; {there}"
    waiting = [pod for pod in chosen if not is_ready(pod)]
    if waiting:
        shown = ", ".join(f"{pod.metadata.name} ({_condition(pod)})" for pod in waiting[:_SHOWN])
        return (
            f"{name} has no endpoints: its selector {wanted} matches {len(chosen)} Pod(s), but none is Ready: {shown}"
        )
    named = [port for port in service.spec.ports if isinstance(port.targetPort, str)]
    for port in named:
        if not any(p.name == port.targetPort for pod in chosen for c in pod.spec.containers for p in c.ports):
            return (
                f"{name} has no endpoints for targetPort {port.targetPort!r}: no container of its Pods has a "
                f"port of that name"
            )
    return f"{name} has no endpoints that this node may use"


def dropped(client: Client, service: Any, rule: Rule, source: str, node: str) -> str:
    """Why a rule of table filter dropped a packet: a traffic policy Local, or a source that is not let in."""
    if service is None:
        return f"{rule.comment}: dropped"
    name = f"service/{service.metadata.name}"
    if rule.chain == "KUBE-PROXY-FIREWALL":
        ranges = ", ".join(service.spec.loadBalancerSourceRanges)
        return f"{source} is in none of the loadBalancerSourceRanges of {name} ({ranges}): dropped"
    policy = "internal" if rule.chain == "KUBE-SERVICES" else "external"
    return (
        f"{name} has {policy}TrafficPolicy: Local and no endpoint on node/{node}, so the packet is dropped; "
        f"its endpoints: {endpoints_by_node(client, service)}"
    )


def endpoints_by_node(client: Client, service: Any) -> str:
    """`node/minikube: 2, node/minikube-m02: 1`: where a Service's serving endpoints are; `none` without any."""
    key = f"{service.metadata.namespace}/{service.metadata.name}"
    endpoints = [
        endpoint
        for item in client.indexed(SLICES, "service", key)
        for endpoint in item.endpoints
        if endpoint.conditions.ready is not False or endpoint.conditions.serving
    ]
    counts = Counter(endpoint.nodeName or "nowhere" for endpoint in endpoints)
    return ", ".join(f"node/{node}: {count}" for node, count in sorted(counts.items())) or "none"


def _condition(pod: Pod) -> str:
    for status in pod.status.containerStatuses:
        if status.state.waiting is not None and status.state.waiting.reason:
            return status.state.waiting.reason
    return pod.status.phase if pod.status.phase != "Running" else "Running, not Ready"


def not_listening(pod: Pod, port: int) -> str:
    """Why a Pod refuses a connection."""
    declared = sorted({p.containerPort for c in pod.spec.containers for p in c.ports})
    name = f"pod/{pod.metadata.name}"
    starting = [status.name for status in pod.status.containerStatuses if not status.started]
    if starting:
        return f"nothing listens on port {port} of {name} yet: {', '.join(starting)} is not running"
    if pod.metadata.deletionTimestamp:
        return f"nothing listens on port {port} of {name} any more: it is terminating"
    if declared and port not in declared:
        ports = ", ".join(map(str, declared))
        return (
            f"nothing listens on port {port} of {name}; its containers declare {ports}: check the Service's targetPort"
        )
    return f"nothing listens on port {port} of {name}"


def virtual_ip(client: Client, ip: str, port: int, node: str) -> tuple[str, str]:
    """Why no rule of a node took a packet for an address of the Service range: (why, object to look at)."""
    services = client.indexed("services", "clusterIP", ip)
    if not services:
        return f"no Service has the address {ip}", "services"
    service = services[0]
    name = f"service/{service.metadata.namespace}/{service.metadata.name}"
    ports = ", ".join(str(item.port) for item in service.spec.ports)
    if all(item.port != port for item in service.spec.ports):
        return f"{name} has no port {port} (it has {ports}), so no rule takes the packet", name
    return f"node/{node} has no rule for {name} yet: is kube-proxy running there?", f"node/{node}"
