"""The text alternative of a picture: for screen readers, terminals and whatever cannot show SVG.

Says the same as the picture of that view, one thing a line, indented by who holds what; beyond two hundred Pods it counts them
by owner, as the picture does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from k8snb.views import cards, legend
from k8snb.views.model import ClusterPicture, NodeView, PodView, ServiceView, State, WorkloadView
from k8snb.views.nodes import amount
from k8snb.views.services import address
from k8snb.views.traffic import rate


def describe(picture: ClusterPicture, view: str = "topology") -> str:
    """The text of a view (`topology`, `ownership`, `nodes`); ends without a newline."""
    parts = {"topology": _topology, "ownership": _ownership, "nodes": _nodes}[view](picture)
    return "\n".join([legend.summary(picture), *parts])


def _topology(picture: ClusterPicture) -> list[str]:
    lines = []
    for service in picture.services:
        lines += _service(picture, service)
    on: dict[str, list[PodView]] = defaultdict(list)
    known = {node.name for node in picture.nodes}
    for pod in picture.pods:
        on[pod.node if pod.node in known else ""].append(pod)
    for node in picture.nodes:
        lines.append(f"Node {node.name}: {node.status}" + (f", {node.ip}" if node.ip else ""))
        lines += _pods(picture, on[node.name]) or ["  no Pods"]
    if on[""]:
        lines += ["No node yet:", *_pods(picture, on[""])]
    return lines


def _service(picture: ClusterPicture, service: ServiceView) -> list[str]:
    total = len(service.endpoints)
    fate = f"{service.ready} of {total} endpoints ready" if total else "no endpoints"
    lines = [f"Service {service.key}: {address(service)}, {fate}"]
    if service.type == "LoadBalancer":
        lines.append(f"  outside: {picture.gateway} {', '.join(service.external) or 'pending'}")
    ports = ", ".join(str(port.node_port) for port in service.ports if port.node_port)
    if ports:
        lines.append(f"  outside: every node, port {ports}")
    lines += [
        f"  → {endpoint.pod or endpoint.address}{'' if endpoint.ready else ' (not ready)'}"
        for endpoint in service.endpoints[: cards.GROUPED_FROM]
    ]
    for flow in picture.flows:
        if flow.service == service.key:
            lost = f", {rate(flow.failed, flow.once)} failed at the {flow.stop}: {flow.reason}" if flow.failed else ""
            way = " → ".join(part for part in (flow.source, flow.node, flow.pod) if part)
            lines.append(f"  requests: {way}: {rate(flow.rate, flow.once)}{lost}")
    return lines


def _pods(picture: ClusterPicture, pods: Sequence[PodView], indent: str = "  ") -> list[str]:
    if len(picture.pods) >= cards.GROUPED_FROM:
        shown = cards.cards(picture, pods, "", cards.GROUPED)
        return [f"{indent}{card.title}: {card.detail}" for card in shown]
    return [f"{indent}{_pod(pod)}" for pod in pods]


def _pod(pod: PodView) -> str:
    parts = [f"Pod {pod.key}: {pod.status}", f"{pod.ready} ready"]
    if pod.restarts:
        parts.append(f"{pod.restarts} restarts")
    if pod.ip:
        parts.append(pod.ip)
    odd = [
        f"{c.name}: {c.reason}"
        for c in pod.containers
        if c.state not in (State.READY, State.DONE) and c.reason != pod.status
    ]
    return ", ".join(parts + odd)


def _ownership(picture: ClusterPicture) -> list[str]:
    of: dict[str, list[PodView]] = defaultdict(list)
    for pod in picture.pods:
        of[f"{pod.owner.kind}/{pod.namespace}/{pod.owner.name}" if pod.owner else ""].append(pod)
    below: dict[str, list[WorkloadView]] = defaultdict(list)
    keys = {work.key for work in picture.workloads}
    for work in picture.workloads:
        owner = f"{work.owner.kind}/{work.namespace}/{work.owner.name}" if work.owner else ""
        below[owner if owner in keys else ""].append(work)
    lines: list[str] = []

    def tell(work: WorkloadView, indent: str) -> None:
        revision = f", revision {work.revision}" if work.revision else ""
        note = f", {work.note}" if work.note else ""
        lines.append(
            f"{indent}{work.kind} {work.namespace}/{work.name}: {work.ready}/{work.desired} ready{revision}{note}"
        )
        for child in sorted(below[work.key], key=lambda child: (-child.revision, child.name)):
            tell(child, indent + "  ")
        lines.extend(_pods(picture, of.pop(work.key, []), indent + "  "))

    for work in below[""]:
        tell(work, "")
    alone = of.pop("", [])
    for key, pods in of.items():
        lines += [f"{key} (not there):", *_pods(picture, pods)]
    return lines + (["Pods without an owner:", *_pods(picture, alone)] if alone else [])


def _nodes(picture: ClusterPicture) -> list[str]:
    return [line for node in picture.nodes for line in _node(node)]


def _node(node: NodeView) -> list[str]:
    cpu = f"{amount(node.cpu_requested, 'cpu')} of {amount(node.cpu, 'cpu')}"
    memory = f"{amount(node.memory_requested, 'memory')} of {amount(node.memory, 'memory')}"
    taints = f", taints {', '.join(node.taints)}" if node.taints else ""
    return [
        f"Node {node.name}: {node.status}{taints}",
        f"  requested: CPU {cpu}, memory {memory}, Pods {node.pod_count} of {node.pods}",
    ]
