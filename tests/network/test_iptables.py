"""The rules of kube-proxy: names, layout, and what packets meet, against an independent reading of the dumped text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8snb.api.core.service import LoadBalancerIngress, LoadBalancerStatus
from k8snb.network.iptables import chance, service_chain
from k8snb.network.iptablessave import save
from k8snb.network.netfilter import CERTAIN, Kernel, Packet, spread, walk
from k8snb.network.services import ServicePort
from tests.network import interpreter
from tests.network.harness import Lab

CIDR = "10.244.0.0/16"


@pytest.mark.parametrize(
    ("namespace", "name", "port", "protocol", "chain"),
    [
        ("kube-system", "kube-dns", "dns", "udp", "KUBE-SVC-TCOU7JCQXEZGVUNU"),
        ("kube-system", "kube-dns", "dns-tcp", "tcp", "KUBE-SVC-ERIFXISQEP7F7OF4"),
        ("kube-system", "kube-dns", "metrics", "tcp", "KUBE-SVC-JD5MR3NA4I4DYORP"),
        ("default", "kubernetes", "https", "tcp", "KUBE-SVC-NPX46M4PTMTKRN6Y"),
    ],
)
def test_chain_names_are_those_of_every_real_cluster(
    namespace: str, name: str, port: str, protocol: str, chain: str
) -> None:
    assert service_chain(ServicePort(namespace, name, port, protocol, "10.96.0.1", 1)) == chain


def test_probabilities_are_rounded_as_the_kernel_keeps_them() -> None:
    printed = [f"{chance(left) / CERTAIN:.11f}" for left in (2, 3, 4, 5, 6, 7)]
    assert printed == [
        "0.50000000000",
        "0.33333333349",
        "0.25000000000",
        "0.20000000019",
        "0.16666666651",
        "0.14285714272",
    ]
    assert chance(1) == 0


def test_dump_has_the_real_layout() -> None:
    lab = Lab(nodes=1)
    for name in ("web-0", "web-1", "web-2"):
        lab.pod(name)
    lab.service("hello-service", type="NodePort", node_port=30390, port=3000)
    lab.settle()
    text = save(lab.network.proxy.table("minikube"), "nat", CIDR)
    svc, ext = "KUBE-SVC-", "KUBE-EXT-"
    digest = next(line for line in text.splitlines() if line.startswith(f":{svc}")).removeprefix(f":{svc}")[:16]
    comment = '-m comment --comment "default/hello-service'
    for line in (
        "*nat",
        ":PREROUTING ACCEPT [0:0]",
        f":{svc}{digest} - [0:0]",
        f'-A KUBE-NODEPORTS -p tcp {comment}" -m tcp --dport 30390 -j {ext}{digest}',
        f'-A {ext}{digest} -m comment --comment "masquerade traffic for default/hello-service external destinations" '
        "-j KUBE-MARK-MASQ",
        f"-A {ext}{digest} -j {svc}{digest}",
        f'-A KUBE-SERVICES -d 10.100.0.1/32 -p tcp {comment} cluster IP" -m tcp --dport 3000 -j {svc}{digest}',
        f'-A {svc}{digest} ! -s {CIDR} -d 10.100.0.1/32 -p tcp {comment} cluster IP" -m tcp --dport 3000 -j '
        f"KUBE-MARK-MASQ",
        "COMMIT",
    ):
        assert line in text.splitlines()
    assert f'{comment} -> 10.244.0.2:3000" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-' in text
    assert f'{comment} -> 10.244.0.3:3000" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-' in text
    assert text.splitlines()[-3].startswith(f"-A {svc}{digest}")
    with pytest.raises(ValueError, match="mangle"):
        save(lab.network.proxy.table("minikube"), "mangle", CIDR)


def test_no_endpoints_is_a_reject_in_filter_and_nothing_in_nat() -> None:
    lab = Lab(nodes=1)
    lab.service(type="NodePort", node_port=30390)
    lab.settle()
    table = lab.network.proxy.table("minikube")
    assert "default/web" not in save(table, "nat", CIDR)
    text = save(table, "filter", CIDR)
    reject = "-j REJECT --reject-with icmp-port-unreachable"
    comment = '-m comment --comment "default/web has no endpoints"'
    assert f"-A KUBE-SERVICES -d 10.100.0.1/32 -p tcp {comment} -m tcp --dport 80 {reject}" in text
    nodeport = f"-A KUBE-EXTERNAL-SERVICES -p tcp {comment} -m addrtype --dst-type LOCAL -m tcp --dport 30390 {reject}"
    assert nodeport in text


def test_session_affinity_keeps_a_client_at_its_endpoint_until_the_time_is_over() -> None:
    lab = Lab(nodes=1)
    for number in range(5):
        lab.pod(f"web-{number}")
    lab.pod("client", listens=False, labels={})
    lab.service(sessionAffinity="ClientIP")
    lab.settle()
    first = lab.network.request("pod/client", "http://10.100.0.1").pod
    assert {lab.network.request("pod/client", "http://10.100.0.1").pod for _ in range(40)} == {first}
    assert "--rcheck --seconds 10800 --reap" in save(lab.network.proxy.table("minikube"), "nat", CIDR)
    later = set()
    for _ in range(12):
        lab.settle(10801)
        later.add(lab.network.request("pod/client", "http://10.100.0.1").pod)
    assert len(later) > 1


def test_one_change_shares_everything_else() -> None:
    lab = Lab(nodes=3)
    pods = tuple(lab.pod(f"p{number}", listens=False) for number in range(3))
    for number in range(50):
        lab.service(f"s{number}", f"10.101.0.{number}", pods=pods)
    lab.settle()
    before = lab.network.proxy.table("minikube").shared
    assert lab.network.proxy.table("minikube-m03").shared is before
    lab.slice(lab.client.get("services", "s7", "default"), pods[:1], 3000)
    lab.settle()
    after = lab.network.proxy.table("minikube").shared
    changed = [name for name in after.services if after.services[name] is not before.services[name]]
    assert changed == ["default/s7/tcp"]


def test_rules_follow_a_moment_later_and_at_most_once_a_second() -> None:
    lab = Lab(nodes=1)
    pods = (lab.pod("web-0"), lab.pod("web-1"))
    service = lab.service()
    lab.settle(5)

    def endpoints() -> int:
        return len(lab.network.proxy.table("minikube").shared.services["default/web/tcp"].chains) - 1

    lab.slice(service, pods[:1], 3000)
    lab.engine.run_until(lab.clock.now + 0.01)
    assert endpoints() == 2
    lab.engine.run_until(lab.clock.now + 0.1)
    assert endpoints() == 1
    lab.slice(service, pods, 3000)
    lab.engine.run_until(lab.clock.now + 0.8)
    assert endpoints() == 1
    lab.engine.run_until(lab.clock.now + 0.2)
    assert endpoints() == 2


@st.composite
def clusters(draw: st.DrawFn) -> Lab:
    """A random cluster: nodes, Pods in all states, Services of all kinds."""
    lab = Lab(nodes=draw(st.integers(1, 3)))
    nodes = list(lab.network.fabric.atlas.nodes)
    pods = [
        lab.pod(f"p{number}", draw(st.sampled_from(nodes)), ready=draw(st.booleans()))
        for number in range(draw(st.integers(0, 6)))
    ]
    policy = st.sampled_from(["Cluster", "Local"])
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer"]))
        chosen = tuple(pod for pod in pods if draw(st.booleans()))
        spec: dict[str, object] = {
            "type": kind,
            "internalTrafficPolicy": draw(policy),
            "protocol": draw(st.sampled_from(["TCP", "UDP"])),
        }
        if kind != "ClusterIP":
            spec |= {"node_port": 30000 + number, "externalTrafficPolicy": draw(policy)}
        if draw(st.booleans()):
            spec["externalIPs"] = ("192.0.2.5",)
        if kind == "LoadBalancer" and draw(st.booleans()):
            spec["loadBalancerSourceRanges"] = ("203.0.113.0/24",)
        service = lab.service(f"s{number}", f"10.100.0.{number + 1}", pods=chosen, **spec)  # type: ignore[arg-type]
        if kind == "LoadBalancer":
            ingress = LoadBalancerStatus(ingress=(LoadBalancerIngress(ip=f"198.51.100.{number}"),))
            lab.put("services", service.replace(status=service.status.replace(loadBalancer=ingress)))
    lab.settle()
    return lab


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(clusters(), st.data())
def test_data_path_and_printed_rules_agree(lab: Lab, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(lab.network.fabric.atlas.nodes.values())))
    table = lab.network.proxy.table(place.name)
    kernel = lab.network.fabric.kernel(place)
    nat, filters = save(table, "nat", CIDR), save(table, "filter", CIDR)
    sources = st.sampled_from(["10.244.0.2", "192.168.49.1", place.ip, "203.0.113.7"])
    targets = st.sampled_from(
        [*(f"10.100.0.{n}" for n in range(1, 6)), place.ip, "192.0.2.5", "198.51.100.0", "198.51.100.1"]
    )
    for _ in range(12):
        packet = Packet(
            data.draw(sources),
            data.draw(targets),
            data.draw(st.sampled_from(["tcp", "udp"])),
            data.draw(st.sampled_from([80, 30000, 30001, 30002])),
        )
        ours: dict[interpreter.Outcome, float] = {}
        for probability, verdict in spread(table, packet, kernel):
            key = (verdict.action, verdict.packet.destination, verdict.packet.port, verdict.masquerade)
            ours[key] = ours.get(key, 0.0) + probability
        theirs = interpreter.follow(nat, filters, interpreter.Packet(*packet), kernel.addresses)
        assert {key: round(p, 6) for key, p in ours.items()} == {
            key: round(p, 6) for key, p in theirs.items() if p > 1e-9
        }


def test_choice_is_fair() -> None:
    """χ² of 10,000 walks over 7 endpoints, 6 degrees of freedom: 22.5 is the 0.1 % point."""
    lab = Lab(nodes=1)
    for number in range(7):
        lab.pod(f"web-{number}")
    lab.service()
    lab.settle()
    table, kernel = (
        lab.network.proxy.table("minikube"),
        lab.network.fabric.kernel(lab.network.fabric.atlas.nodes["minikube"]),
    )
    counts: dict[str, int] = {}
    for _ in range(10_000):
        found = walk(table, Packet("10.244.0.99", "10.100.0.1", "tcp", 80), kernel).packet.destination
        counts[found] = counts.get(found, 0) + 1
    expected = 10_000 / 7
    assert len(counts) == 7
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 22.5


def test_walk_draws_as_spread_says() -> None:
    lab = Lab(nodes=1)
    for number in range(4):
        lab.pod(f"web-{number}")
    lab.service(type="NodePort", node_port=30390)
    lab.settle()
    table = lab.network.proxy.table("minikube")
    place = lab.network.fabric.atlas.nodes["minikube"]
    packet = Packet("192.168.49.1", place.ip, "tcp", 30390)
    kernel: Kernel = lab.network.fabric.kernel(place)
    possible = {verdict.packet for _, verdict in spread(table, packet, kernel)}
    assert {walk(table, packet, kernel).packet for _ in range(200)} == possible
