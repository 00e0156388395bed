"""Who reaches what: every Service type, seen from every place a client can be."""

from __future__ import annotations

import pytest

from k8snb.network.fabric import Balancer
from tests.network.harness import Lab

#: where the client is
PLACES = ("host", "internet", "node/minikube-m02", "pod/client", "pod/elsewhere")


def lab() -> Lab:
    lab = Lab(nodes=2)
    lab.pod("web-0", "minikube")
    lab.pod("web-1", "minikube-m02")
    lab.pod("client", "minikube", listens=False, labels={})
    lab.pod("elsewhere", "minikube-m02", listens=False, labels={}, namespace="shop")
    lab.dns()
    return lab


def outcomes(lab: Lab, url: str) -> list[str]:
    lab.settle()
    found = []
    for place in PLACES:
        source = "pod/shop/elsewhere" if place == "pod/elsewhere" else place
        found.append(lab.network.request(source, url).outcome)
    return found


A, U, R, T, D = "answered", "unreachable", "refused", "timeout", "dns"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        # a Pod's address: for the cluster's inside only
        ("http://10.244.0.2:3000", [U, U, A, A, A]),
        ("http://10.244.0.2:300", [U, U, R, R, R]),
        ("http://10.244.0.99:3000", [U, U, U, U, U]),
        # ClusterIP: the nodes' rules only
        ("http://10.100.0.1", [U, U, A, A, A]),
        ("http://10.100.0.1:8080", [U, U, T, T, T]),
        ("http://10.100.0.9", [U, U, T, T, T]),
        # names: for Pods only
        ("http://web", [D, D, D, A, D]),
        ("http://web.default", [D, D, D, A, A]),
        ("http://web.default.svc.cluster.local", [D, D, D, A, A]),
        # nodePort: on every node, from inside too, but not from the internet
        ("http://192.168.49.2:30390", [A, U, A, A, A]),
        ("http://192.168.49.3:30390", [A, U, A, A, A]),
        ("http://192.168.49.2:30391", [R, U, R, R, R]),
        ("http://192.168.49.9:30390", [U, U, U, U, U]),
    ],
)
def test_node_port_service(url: str, expected: list[str]) -> None:
    subject = lab()
    subject.service(type="NodePort", node_port=30390)
    assert outcomes(subject, url) == expected


def test_load_balancer_waits_for_the_tunnel() -> None:
    subject = lab()
    subject.service(type="LoadBalancer", node_port=30390)
    assert outcomes(subject, "http://10.100.0.1") == [U, U, A, A, A]
    assert not subject.client.get("services", "web", "default").status.loadBalancer.ingress

    subject.network.tunnel.start()
    assert subject.client.get("services", "web", "default").status.loadBalancer.ingress[0].ip == "10.100.0.1"
    assert outcomes(subject, "http://10.100.0.1") == [A, U, A, A, A]
    assert subject.network.tunnel.status().services == ("web",)

    subject.network.tunnel.stop()
    assert not subject.client.get("services", "web", "default").status.loadBalancer.ingress
    assert outcomes(subject, "http://10.100.0.1") == [U, U, A, A, A]


def test_cloud_load_balancer_is_reached_from_everywhere() -> None:
    subject = lab()
    subject.service(type="LoadBalancer", node_port=30390)
    found = subject.client.get("services", "web", "default")
    status = found.status.replace(loadBalancer=_ingress("198.51.100.4"))
    subject.put("services", found.replace(status=status))
    subject.network.fabric.set_balancer(Balancer("198.51.100.4", "default/web", ("minikube", "minikube-m02")))
    assert outcomes(subject, "http://198.51.100.4") == [A] * 5


def _ingress(ip: str) -> object:
    from k8snb.api.core.service import LoadBalancerIngress, LoadBalancerStatus

    return LoadBalancerStatus(ingress=(LoadBalancerIngress(ip=ip),))


def test_headless_service_has_names_only() -> None:
    subject = lab()
    subject.service(ip="None")
    assert outcomes(subject, "http://web.default:3000") == [D, D, D, A, A]
    assert outcomes(subject, "http://web.default") == [D, D, D, R, R]  # no port translation without a virtual address


def test_external_name_leads_to_another_name() -> None:
    subject = lab()
    subject.service()
    subject.service("alias", "", type="ExternalName", externalName="web.default.svc.cluster.local", selector={})
    assert outcomes(subject, "http://alias.default") == [D, D, D, A, A]
    subject.service("out", "", type="ExternalName", externalName="example.com", selector={})
    assert outcomes(subject, "http://out.default") == [D] * 5


def test_service_without_endpoints_refuses_and_says_why() -> None:
    subject = lab()
    subject.service(type="NodePort", node_port=30390, selector={"app": "wrong"})
    assert outcomes(subject, "http://10.100.0.1") == [U, U, R, R, R]
    assert outcomes(subject, "http://192.168.49.2:30390") == [R, U, R, R, R]
    trace = subject.network.request("host", "http://192.168.49.2:30390")
    assert trace.failure is not None
    assert trace.failure.look_at == "service/default/web"
    assert "no Pod has the labels of its selector app=wrong" in trace.failure.why
    assert "web-0 (app=web)" in trace.failure.why


def test_external_traffic_policy_local_drops_on_nodes_without_endpoints() -> None:
    subject = Lab(nodes=2)
    subject.pod("web-0", "minikube")
    subject.pod("client", "minikube-m02", listens=False, labels={})
    subject.service(type="NodePort", node_port=30390, externalTrafficPolicy="Local")
    subject.settle()
    request = subject.network.request
    here = request("host", "http://192.168.49.2:30390")
    assert here.outcome == A
    assert subject.processes.requests[-1].client == "192.168.49.1"  # the client's own address is kept
    assert request("host", "http://192.168.49.3:30390").outcome == T
    # from the cluster's inside the policy does not count
    assert request("node/minikube-m02", "http://192.168.49.3:30390").outcome == A
    assert request("pod/client", "http://192.168.49.3:30390").outcome == A
    assert request("pod/client", "http://10.100.0.1").outcome == A


def test_internal_traffic_policy_local_stays_on_the_node() -> None:
    subject = lab()
    subject.service(internalTrafficPolicy="Local")
    subject.settle()
    for _ in range(10):
        assert subject.network.request("pod/client", "http://10.100.0.1").pod == "default/web-0"
        assert subject.network.request("node/minikube-m02", "http://10.100.0.1").pod == "default/web-1"
    subject.remove("pods", "web-0")
    subject.slice(
        subject.client.get("services", "web", "default"), (subject.client.get("pods", "web-1", "default"),), 3000
    )
    subject.settle()
    assert subject.network.request("pod/client", "http://10.100.0.1").outcome == T
    assert subject.network.request("node/minikube-m02", "http://10.100.0.1").outcome == A


def test_cluster_policy_hides_the_client_behind_the_node() -> None:
    subject = Lab(nodes=2)
    subject.pod("web-1", "minikube-m02")
    subject.service(type="NodePort", node_port=30390)
    subject.settle()
    trace = subject.network.request("host", "http://192.168.49.2:30390")
    assert (trace.entry, trace.node) == ("minikube", "minikube-m02")
    assert subject.processes.requests[-1].client == "192.168.49.2"


def test_a_pod_reaches_itself_through_its_service() -> None:
    subject = Lab(nodes=1)
    subject.pod("web-0")
    subject.service()
    subject.settle()
    assert subject.network.request("pod/web-0", "http://10.100.0.1").outcome == A
    assert subject.processes.requests[-1].client == "10.244.0.1"  # hairpin traffic is masqueraded
    assert subject.network.request("pod/web-0", "http://localhost:3000").outcome == A
    assert subject.network.request("pod/web-0", "http://localhost:80").outcome == R


def test_external_ips_and_host_ports() -> None:
    subject = lab()
    subject.service(externalIPs=("192.168.49.3",), port=8080)
    subject.settle()
    assert subject.network.request("host", "http://192.168.49.3:8080").outcome == A
    assert subject.network.request("host", "http://192.168.49.2:8080").outcome == R


def test_port_forward_reaches_the_pod_from_the_host_only() -> None:
    subject = lab()
    subject.network.fabric.forward(8000, "default", "web-0", 3000)
    assert outcomes(subject, "http://localhost:8000") == [A, R, R, R, R]
    with pytest.raises(ValueError, match="address already in use"):
        subject.network.fabric.forward(8000, "default", "web-1", 3000)
    subject.network.fabric.unforward(8000)
    assert outcomes(subject, "http://localhost:8000")[0] == R


def test_a_machine_that_is_off_takes_its_pods_with_it() -> None:
    subject = lab()
    subject.service(type="NodePort", node_port=30390)
    subject.settle()
    subject.processes.off.add("minikube-m02")
    request = subject.network.request
    assert request("host", "http://192.168.49.3:30390").outcome == U
    assert request("pod/client", "http://10.244.1.2:3000").outcome == U
    found = {request("host", "http://192.168.49.2:30390").outcome for _ in range(30)}
    assert found == {A, U}  # the rules still name the Pod on the dead machine


def test_stopped_kube_proxy_freezes_the_rules() -> None:
    subject = lab()
    subject.service()
    subject.settle()
    subject.engine.stop("kube-proxy")
    subject.remove("pods", "web-1")
    subject.slice(
        subject.client.get("services", "web", "default"), (subject.client.get("pods", "web-0", "default"),), 3000
    )
    subject.settle()
    assert {subject.network.request("pod/client", "http://10.100.0.1").outcome for _ in range(30)} == {A, U}
    subject.engine.start("kube-proxy")
    subject.settle()
    assert {subject.network.request("pod/client", "http://10.100.0.1").outcome for _ in range(30)} == {A}


def test_one_node_s_kube_proxy_can_be_off() -> None:
    subject = lab()
    subject.network.proxy.stop_node("minikube-m02")
    subject.service(type="NodePort", node_port=30390)
    subject.settle()
    assert subject.network.request("host", "http://192.168.49.2:30390").outcome == A
    assert subject.network.request("host", "http://192.168.49.3:30390").outcome == R
    trace = subject.network.request("pod/shop/elsewhere", "http://10.100.0.1")
    assert trace.failure is not None
    assert trace.failure.look_at == "node/minikube-m02"
    subject.network.proxy.start_node("minikube-m02")
    subject.settle()
    assert subject.network.request("host", "http://192.168.49.3:30390").outcome == A


def test_services_deleted_while_kube_proxy_was_off_lose_their_rules() -> None:
    subject = lab()
    subject.service(type="NodePort", node_port=30390)
    subject.settle()
    subject.engine.stop("kube-proxy")
    subject.remove("services", "web")
    subject.settle()
    assert subject.network.request("host", "http://192.168.49.2:30390").outcome == A
    subject.engine.start("kube-proxy")
    subject.settle()
    assert subject.network.request("host", "http://192.168.49.2:30390").outcome == R
