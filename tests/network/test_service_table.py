"""Every Service type from every place a client can be, and what policies, affinity, hints and endings make of it."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.pod import Pod
from k8snb.api.core.service import LoadBalancerIngress, LoadBalancerStatus, Service, ServicePort
from k8snb.api.discovery.endpointslice import (
    Endpoint,
    EndpointConditions,
    EndpointHints,
    EndpointPort,
    ForNode,
    ForZone,
)
from k8snb.api.model import FrozenMap
from k8snb.network.chance import Chance
from k8snb.network.fabric import Balancer
from k8snb.network.netfilter import Packet
from k8snb.network.path import Arrival, Path
from k8snb.network.trace import Failure
from tests.network.harness import SLICES, Lab

A, U, R, T, D = "answered", "unreachable", "refused", "timeout", "dns"
#: in the order of the table's columns; the Service's one Pod is on minikube
PLACES = {
    "pod here": "pod/near",
    "pod there": "pod/far",
    "host network": "pod/host",
    "node here": "node/minikube",
    "node there": "node/minikube-m02",
    "host": "host",
    "internet": "internet",
}
CLOUD_IP = "198.51.100.4"


def lab() -> Lab:
    lab = Lab(nodes=2)
    lab.pod("web-0", "minikube")
    lab.pod("near", "minikube", listens=False, labels={})
    lab.pod("far", "minikube-m02", listens=False, labels={})
    lab.pod("host", "minikube-m02", listens=False, labels={}, hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet")
    lab.dns()
    return lab


def row(subject: Lab, url: str) -> list[str]:
    subject.settle()
    return [subject.network.request(place, url).outcome for place in PLACES.values()]


def cloud(subject: Lab, service: Service) -> None:
    """A cloud provider's load balancer in front of both nodes."""
    status = LoadBalancerStatus(ingress=(LoadBalancerIngress(ip=CLOUD_IP, ipMode="VIP"),))
    subject.put("services", service.replace(status=service.status.replace(loadBalancer=status)))
    port = service.spec.healthCheckNodePort
    subject.network.fabric.set_balancer(Balancer(CLOUD_IP, "default/web", ("minikube", "minikube-m02"), port))


CLUSTER_IP, NODE_HERE, NODE_THERE = "http://10.100.0.1", "http://192.168.49.2:30390", "http://192.168.49.3:30390"
CLOUD, NAME, LOOPBACK = f"http://{CLOUD_IP}", "http://web.default", "http://127.0.0.1:30390"
HEADLESS = "http://web.default:3000"


@pytest.mark.parametrize(
    ("type", "spec", "url", "expected"),
    [  #                             near far host node node host internet
        ("ClusterIP", {}, CLUSTER_IP, [A, A, A, A, A, U, U]),
        ("ClusterIP", {}, NAME, [A, A, A, D, D, D, D]),
        ("ClusterIP", {}, NODE_HERE, [R, R, R, R, R, R, U]),
        ("ClusterIP", {"internalTrafficPolicy": "Local"}, CLUSTER_IP, [A, T, T, A, T, U, U]),
        ("headless", {}, HEADLESS, [A, A, A, D, D, D, D]),
        ("headless", {}, NAME, [R, R, R, D, D, D, D]),
        ("NodePort", {}, CLUSTER_IP, [A, A, A, A, A, U, U]),
        ("NodePort", {}, NODE_HERE, [A, A, A, A, A, A, U]),
        ("NodePort", {}, NODE_THERE, [A, A, A, A, A, A, U]),
        ("NodePort", {}, LOOPBACK, [R, R, A, A, A, R, R]),  # a node's own loopback has its nodePorts, a Pod's has not
        ("NodePort", {"externalTrafficPolicy": "Local"}, NODE_HERE, [A, A, A, A, A, A, U]),
        # from the node itself and its Pods there is a short way to all endpoints; a Pod elsewhere comes with the address
        # of its node (what leaves the Pod network is masqueraded) and is like anybody from outside
        ("NodePort", {"externalTrafficPolicy": "Local"}, NODE_THERE, [T, A, A, T, A, T, U]),
        ("NodePort", {"internalTrafficPolicy": "Local"}, NODE_THERE, [A, A, A, A, A, A, U]),
        ("LoadBalancer", {}, CLUSTER_IP, [A, A, A, A, A, U, U]),
        ("LoadBalancer", {}, NODE_THERE, [A, A, A, A, A, A, U]),
        ("LoadBalancer", {}, CLOUD, [A, A, A, A, A, A, A]),
        ("LoadBalancer", {"externalTrafficPolicy": "Local", "healthCheckNodePort": 32000}, CLOUD, [A] * 7),
        ("LoadBalancer", {"externalTrafficPolicy": "Local"}, NODE_THERE, [T, A, A, T, A, T, U]),
        ("LoadBalancer", {"loadBalancerSourceRanges": ("203.0.113.0/24",)}, CLOUD, [T, T, T, T, T, T, A]),
        ("LoadBalancer", {"loadBalancerSourceRanges": ("203.0.113.0/24",)}, NODE_HERE, [A, A, A, A, A, A, U]),
        ("LoadBalancer", {"selector": FrozenMap({"app": "no"})}, CLOUD, [R] * 7),
        ("ExternalName", {}, "http://alias.default", [A, A, A, D, D, D, D]),
    ],
)
def test_truth_table(type: str, spec: dict[str, Any], url: str, expected: list[str]) -> None:
    subject = lab()
    if type == "ExternalName":
        subject.service()
        subject.service("alias", "", type=type, externalName="web.default.svc.cluster.local", selector={})
    elif type == "headless":
        subject.service(ip="None")
    else:
        port = {"node_port": 30390} if type != "ClusterIP" else {}
        service = subject.service(type=type, **port, **spec)
        if type == "LoadBalancer":
            cloud(subject, service)
    assert row(subject, url) == expected


def test_every_refusal_of_the_table_names_what_to_look_at() -> None:
    subject = lab()
    subject.service(type="NodePort", node_port=30390, externalTrafficPolicy="Local")
    subject.settle()
    trace = subject.network.request("host", NODE_THERE)
    assert trace.failure is not None
    assert trace.failure.look_at == "service/default/web"
    for word in ("externalTrafficPolicy: Local", "node/minikube-m02", "node/minikube:"):
        assert word in trace.failure.why
    inside = lab()
    inside.service(internalTrafficPolicy="Local")
    inside.settle()
    trace = inside.network.request("pod/far", CLUSTER_IP)
    assert trace.failure is not None
    assert "internalTrafficPolicy: Local" in trace.failure.why


def test_minikube_tunnel_is_a_load_balancer_for_the_learners_machine_only() -> None:
    subject = lab()
    subject.service(type="LoadBalancer", node_port=30390)
    subject.network.tunnel.start()
    assert row(subject, CLUSTER_IP) == [A, A, A, A, A, A, U]


# -- ports ---------------------------------------------------------------------------------------------------------------


def send(subject: Lab, source: str, ip: str, port: int, protocol: str) -> Arrival | Failure:
    start = subject.network.origin(source)
    return Path(subject.network.fabric, start, Chance(subject.network.fabric)).send(
        Packet(start.ip, ip, protocol, port)
    )


def test_many_ports_of_one_service_lead_each_to_its_own() -> None:
    subject = lab()
    service = subject.service(port_name="http")
    ports = (
        ServicePort(name="http", port=80, protocol="TCP", targetPort="web"),
        ServicePort(name="dns", port=53, protocol="UDP", targetPort=5353),
        ServicePort(name="dns-tcp", port=53, protocol="TCP", targetPort=5454),
    )
    subject.put("services", service.replace(spec=service.spec.replace(ports=ports)))
    found = subject.slice(service, (subject.client.get("pods", "web-0", "default"),), 3000)
    numbers = (("http", 3000, "TCP"), ("dns", 5353, "UDP"), ("dns-tcp", 5454, "TCP"))
    listed = tuple(EndpointPort(name=name, port=port, protocol=protocol) for name, port, protocol in numbers)
    subject.put(SLICES, found.replace(ports=listed))
    subject.settle()
    for port, protocol, target in ((80, "tcp", 3000), (53, "udp", 5353), (53, "tcp", 5454)):
        end = send(subject, "pod/far", "10.100.0.1", port, protocol)
        assert isinstance(end, Arrival)
        assert (end.place, end.port) == ("pod/default/web-0", target)
    lost = send(subject, "pod/far", "10.100.0.1", 80, "udp")
    assert isinstance(lost, Failure)
    assert lost.kind == T


# -- endpoints that come and go ------------------------------------------------------------------------------------------


def endpoint(pod: Pod, ready: bool = True, serving: bool = True, terminating: bool = False, **hints: Any) -> Endpoint:
    conditions = EndpointConditions(ready=ready, serving=serving, terminating=terminating)
    found = Endpoint(addresses=(pod.status.podIP,), conditions=conditions, nodeName=pod.spec.nodeName)
    return found.replace(hints=EndpointHints.of(hints)) if hints else found


def pods_reached(subject: Lab, source: str, url: str = CLUSTER_IP, times: int = 24) -> set[str]:
    subject.settle()
    traces = [subject.network.request(source, url) for _ in range(times)]
    return {trace.pod.rpartition("/")[2] or trace.outcome for trace in traces}


def two_pods(**spec: Any) -> tuple[Lab, Service, Pod, Pod]:
    subject = lab()
    subject.pod("web-1", "minikube-m02")
    service = subject.service(**spec)
    first, second = (subject.client.get("pods", name, "default") for name in ("web-0", "web-1"))
    return subject, service, first, second


def set_endpoints(subject: Lab, service: Service, *found: Endpoint) -> None:
    subject.put(SLICES, subject.slice(service, (), 3000).replace(endpoints=found))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((True, True, False), (True, True, False), {"web-0", "web-1"}),
        ((False, False, False), (True, True, False), {"web-1"}),
        ((False, True, True), (True, True, False), {"web-1"}),
        # KEP-1669: nobody is ready any more, so those that still serve while they end are asked
        ((False, True, True), (False, False, False), {"web-0"}),
        ((False, True, True), (False, True, True), {"web-0", "web-1"}),
        ((False, False, True), (False, False, False), {R}),
    ],
)
def test_terminating_endpoints_are_the_last_resort(
    first: tuple[bool, bool, bool], second: tuple[bool, bool, bool], expected: set[str]
) -> None:
    subject, service, one, two = two_pods()
    set_endpoints(subject, service, endpoint(one, *first), endpoint(two, *second))
    assert pods_reached(subject, "pod/far") == expected


def test_terminating_endpoints_under_local_policies() -> None:
    subject, service, one, two = two_pods(type="NodePort", node_port=30390, externalTrafficPolicy="Local")
    set_endpoints(subject, service, endpoint(one, False, True, True), endpoint(two))
    assert pods_reached(subject, "host", NODE_HERE) == {"web-0"}  # this node's own, though it is ending
    assert pods_reached(subject, "pod/near") == {"web-1"}
    inside, service, one, two = two_pods(internalTrafficPolicy="Local")
    set_endpoints(inside, service, endpoint(one, False, True, True))
    # somebody serves somewhere, so there are endpoints, just none here: dropped, not refused
    assert pods_reached(inside, "pod/far", times=1) == {T}
    assert pods_reached(inside, "pod/near", times=1) == {"web-0"}


def test_publish_not_ready_addresses() -> None:
    for publish, expected in ((False, {R}), (True, {"web-0"})):
        subject = Lab(nodes=1)
        subject.pod("web-0", ready=False)
        subject.pod("client", listens=False, labels={})
        subject.service(publishNotReadyAddresses=publish)
        assert pods_reached(subject, "pod/client", times=1) == expected


def test_preferring_the_same_node() -> None:
    subject, service, one, two = two_pods(trafficDistribution="PreferSameNode")
    hinted = [endpoint(pod, forNodes=(ForNode(name=pod.spec.nodeName),)) for pod in (one, two)]
    set_endpoints(subject, service, *hinted)
    assert pods_reached(subject, "pod/near") == {"web-0"}
    assert pods_reached(subject, "pod/far") == {"web-1"}
    set_endpoints(subject, service, hinted[0])  # nobody left on the other node: anyone will do
    assert pods_reached(subject, "pod/far") == {"web-0"}
    set_endpoints(subject, service, hinted[0], endpoint(two))  # a hint is missing: hints do not count
    assert pods_reached(subject, "pod/near") == {"web-0", "web-1"}


def test_preferring_the_same_zone() -> None:
    subject, service, one, two = two_pods(trafficDistribution="PreferSameZone")
    for name, zone in (("minikube", "a"), ("minikube-m02", "b")):
        node = subject.client.get("nodes", name)
        labels = FrozenMap({**node.metadata.labels, "topology.kubernetes.io/zone": zone})
        subject.put("nodes", node.with_metadata(labels=labels))
    hinted = [endpoint(pod, forZones=(ForZone(name=zone),)) for pod, zone in ((one, "a"), (two, "b"))]
    set_endpoints(subject, service, *hinted)
    assert pods_reached(subject, "pod/near") == {"web-0"}
    assert pods_reached(subject, "pod/far") == {"web-1"}
    node = subject.client.get("nodes", "minikube-m02")
    subject.put("nodes", node.with_metadata(labels=FrozenMap({"topology.kubernetes.io/zone": "c"})))
    assert pods_reached(subject, "pod/far") == {"web-0", "web-1"}  # no endpoint for zone c: all of them


# -- affinity and health --------------------------------------------------------------------------------------------------


def test_affinity_is_a_clients_and_ends_with_its_endpoint() -> None:
    subject, service, one, two = two_pods(sessionAffinity="ClientIP", type="NodePort", node_port=30390)
    for place in ("pod/near", "pod/far", "node/minikube"):
        assert len(pods_reached(subject, place)) == 1
    stuck = pods_reached(subject, "pod/near").pop()
    other = two if stuck == "web-0" else one
    set_endpoints(subject, service, endpoint(other))
    assert pods_reached(subject, "pod/near") == {other.metadata.name}
    # each node remembers for itself, and behind a nodePort of Cluster policy every client is one
    assert len(pods_reached(subject, "host", NODE_HERE)) == 1


def test_health_check_node_port_counts_local_endpoints() -> None:
    subject = lab()
    service = subject.service(
        type="LoadBalancer", node_port=30390, externalTrafficPolicy="Local", healthCheckNodePort=32000
    )
    cloud(subject, service)
    subject.settle()
    here = subject.network.request("host", "http://192.168.49.2:32000/healthz")
    there = subject.network.request("host", "http://192.168.49.3:32000/healthz")
    assert (here.status, there.status) == (200, 503)
    assert '"localEndpoints":1' in here.text
    entered = {subject.network.request("internet", CLOUD).entry for _ in range(12)}
    assert entered == {"minikube"}


def test_a_server_on_the_host_network() -> None:
    subject = Lab(nodes=2)
    subject.pod("web-0", "minikube", hostNetwork=True)
    for name, node in (("near", "minikube"), ("far", "minikube-m02")):
        subject.pod(name, node, listens=False, labels={})
    subject.pod("host", "minikube-m02", listens=False, labels={}, hostNetwork=True)
    subject.service(type="NodePort", node_port=30390)
    assert row(subject, CLUSTER_IP) == [A, A, A, A, A, U, U]
    assert row(subject, NODE_THERE) == [A, A, A, A, A, A, U]
    assert row(subject, "http://192.168.49.2:3000") == [A, A, A, A, A, A, U]  # its port is a port of the machine
    assert row(subject, "http://192.168.49.3:3000") == [R, R, R, R, R, R, U]


def test_a_pod_on_the_host_network_asks_the_machines_name_server_unless_told_otherwise() -> None:
    subject = lab()
    subject.pod("plain", "minikube", listens=False, labels={}, hostNetwork=True)
    subject.service()
    subject.settle()
    assert subject.network.request("pod/plain", NAME).outcome == D
    assert subject.network.request("pod/host", NAME).outcome == A
    assert subject.network.request("pod/plain", CLUSTER_IP).outcome == A
