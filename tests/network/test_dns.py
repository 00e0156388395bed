"""Cluster DNS: records, search domains, and what breaks when CoreDNS does."""

from __future__ import annotations

import pytest

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.core.pod import HostAlias, Pod, PodDNSConfig, PodDNSConfigOption, PodSpec
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.network.corefile import parse
from k8snb.network.dns import answer
from k8snb.network.resolv import ResolvConf, hosts_file, parse_resolv_conf, resolv_conf
from k8snb.network.trace import Failure
from tests.network.harness import Lab

ZONE = "svc.cluster.local"


def lab() -> Lab:
    lab = Lab(nodes=2)
    lab.pod("web-0", "minikube", hostname="web-0", subdomain="db")
    lab.pod("web-1", "minikube-m02")
    lab.pod("client", "minikube", listens=False, labels={})
    lab.pod("elsewhere", "minikube-m02", listens=False, labels={}, namespace="shop")
    lab.service("web", "10.100.0.1", port_name="http")
    lab.service("db", "None", port=5432, target=5432, port_name="pg")
    lab.service("alias", "", type="ExternalName", externalName="web.default.svc.cluster.local", selector={})
    lab.service("outside", "", type="ExternalName", externalName="example.com", selector={})
    lab.service("empty", "None", selector={"app": "none"})
    lab.dns()
    lab.settle()
    return lab


@pytest.mark.parametrize(
    ("name", "type", "code", "values"),
    [
        (f"web.default.{ZONE}", "A", "NOERROR", ["10.100.0.1"]),
        (f"WEB.Default.{ZONE}.", "A", "NOERROR", ["10.100.0.1"]),
        (f"web.default.{ZONE}", "AAAA", "NOERROR", []),
        (f"web.shop.{ZONE}", "A", "NXDOMAIN", []),
        (f"web.nowhere.{ZONE}", "A", "NXDOMAIN", []),
        (f"x.web.default.{ZONE}", "A", "NXDOMAIN", []),
        (f"default.{ZONE}", "A", "NOERROR", []),
        ("cluster.local", "A", "NOERROR", []),
        ("dns-version.cluster.local", "TXT", "NOERROR", ['"1.1.0"']),
        (f"_http._tcp.web.default.{ZONE}", "SRV", "NOERROR", [f"0 100 80 web.default.{ZONE}"]),
        (f"_http._udp.web.default.{ZONE}", "SRV", "NXDOMAIN", []),
        (f"db.default.{ZONE}", "A", "NOERROR", ["10.244.0.2", "10.244.1.2"]),
        (f"web-0.db.default.{ZONE}", "A", "NOERROR", ["10.244.0.2"]),
        (f"10-244-1-2.db.default.{ZONE}", "A", "NOERROR", ["10.244.1.2"]),
        (f"web-9.db.default.{ZONE}", "A", "NXDOMAIN", []),
        (
            f"_pg._tcp.db.default.{ZONE}",
            "SRV",
            "NOERROR",
            [f"0 50 5432 web-0.db.default.{ZONE}", f"0 50 5432 10-244-1-2.db.default.{ZONE}"],
        ),
        (f"empty.default.{ZONE}", "A", "NXDOMAIN", []),
        (f"alias.default.{ZONE}", "A", "NOERROR", [f"web.default.{ZONE}", "10.100.0.1"]),
        (f"outside.default.{ZONE}", "A", "NOERROR", ["example.com"]),
        ("10-244-0-2.default.pod.cluster.local", "A", "NOERROR", ["10.244.0.2"]),
        ("10-244-0-256.default.pod.cluster.local", "A", "NXDOMAIN", []),
        ("1.0.100.10.in-addr.arpa", "PTR", "NOERROR", [f"web.default.{ZONE}"]),
        ("9.0.100.10.in-addr.arpa", "PTR", "NXDOMAIN", []),
        ("example.com", "A", "NXDOMAIN", []),
    ],
)
def test_records(name: str, type: str, code: str, values: list[str]) -> None:
    found = answer(lab().client, name, type)
    assert (found.code, [record.value for record in found.records]) == (code, values)


def test_reverse_names_of_endpoints() -> None:
    found = answer(lab().client, "2.0.244.10.in-addr.arpa", "PTR")
    assert f"web-0.db.default.{ZONE}" in [record.value for record in found.records]


def test_search_domains_are_tried_in_order() -> None:
    subject = lab()
    trace = subject.network.request("pod/shop/elsewhere", "http://web.default")
    steps = [hop.text for hop in trace.hops if hop.kind == "lookup" and "→" in hop.text and "asks" not in hop.text]
    assert steps == [
        f"web.default.shop.{ZONE} → NXDOMAIN",
        f"web.default.{ZONE} → 10.100.0.1",
    ]


def test_unknown_name_says_what_was_tried_and_what_was_perhaps_meant() -> None:
    subject = lab()
    trace = subject.network.request("pod/shop/elsewhere", "http://web")
    assert trace.outcome == "dns"
    assert trace.failure is not None
    for name in (f"web.shop.{ZONE}", f"web.{ZONE}", "web.cluster.local"):
        assert name in trace.failure.why
    assert trace.failure.look_at == "service/default/web"


def test_names_with_five_dots_are_tried_as_they_are_first() -> None:
    conf = ResolvConf(("10.96.0.10",), (f"default.{ZONE}", ZONE, "cluster.local"), ("ndots:5",))
    assert conf.candidates("a.b.c.d.e.example.com")[0] == "a.b.c.d.e.example.com"
    assert conf.candidates("mysql") == [f"mysql.default.{ZONE}", f"mysql.{ZONE}", "mysql.cluster.local", "mysql"]
    assert conf.candidates("web.default.") == ["web.default"]


def test_without_coredns_names_break_and_addresses_do_not() -> None:
    subject = lab()
    subject.processes.close("coredns", 53)
    assert subject.network.request("pod/client", "http://web").outcome == "dns"
    assert subject.network.request("pod/client", "http://10.100.0.1").outcome == "answered"
    subject.remove("pods", "coredns", "kube-system")
    subject.slice(subject.client.get("services", "kube-dns", "kube-system"), (), 53)
    subject.settle()
    trace = subject.network.request("pod/client", "http://web")
    assert trace.failure is not None
    assert trace.failure.look_at == "service/kube-system/kube-dns"


def test_pods_know_themselves_and_their_aliases() -> None:
    subject = lab()
    subject.pod(
        "known", listens=False, labels={}, hostAliases=(HostAlias(ip="10.100.0.1", hostnames=("shop.example",)),)
    )
    assert subject.network.resolve("pod/known", "shop.example") == ("10.100.0.1",)
    assert subject.network.resolve("pod/known", "known") == (
        subject.client.get("pods", "known", "default").status.podIP,
    )
    assert subject.network.resolve("pod/web-0", f"web-0.db.default.{ZONE}") == ("10.244.0.2",)
    assert isinstance(subject.network.resolve("host", "web"), Failure)
    subject.network.fabric.set_hosts({"hello.example": "192.168.49.2"})
    assert subject.network.resolve("host", "hello.example") == ("192.168.49.2",)


def _pod(**spec: object) -> Pod:
    return Pod(metadata=ObjectMeta(name="p", namespace="shop"), spec=PodSpec(**spec))


NODE = ResolvConf(("192.168.49.1",), (), ("ndots:0",))
CLUSTER = ResolvConf(("10.96.0.10",), (f"shop.{ZONE}", ZONE, "cluster.local"), ("ndots:5",))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, CLUSTER),
        ({"dnsPolicy": "Default"}, NODE),
        ({"hostNetwork": True}, NODE),
        ({"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}, CLUSTER),
        (
            {"dnsPolicy": "None", "dnsConfig": PodDNSConfig(nameservers=("1.1.1.1",), searches=("a.b",))},
            ResolvConf(("1.1.1.1",), ("a.b",)),
        ),
        (
            {"dnsConfig": PodDNSConfig(options=(PodDNSConfigOption(name="ndots", value="2"),), searches=("x.y",))},
            ResolvConf(("10.96.0.10",), (f"shop.{ZONE}", ZONE, "cluster.local", "x.y"), ("ndots:2",)),
        ),
    ],
)
def test_resolv_conf_by_policy(spec: dict[str, object], expected: ResolvConf) -> None:
    found = resolv_conf(_pod(**spec), "10.96.0.10", "cluster.local", NODE)
    assert found == expected
    assert parse_resolv_conf(found.text()) == found


def test_hosts_file_of_a_pod() -> None:
    pod = lab().client.get("pods", "web-0", "default")
    assert hosts_file(pod, "cluster.local").endswith(f"10.244.0.2\tweb-0.db.default.{ZONE}\tweb-0\n")


def test_corefile_changes_answers() -> None:
    subject = lab()
    text = (
        ".:53 {\n  errors\n  hosts {\n    10.9.9.9 db.example\n    fallthrough\n  }\n  kubernetes "
        "lab.example {\n    pods disabled\n  }\n}\n"
    )
    meta = ObjectMeta(name="coredns", namespace="kube-system")
    subject.put("configmaps", ConfigMap(metadata=meta, data=FrozenMap({"Corefile": text})))
    assert answer(subject.client, "db.example").addresses == ("10.9.9.9",)
    assert answer(subject.client, "web.default.svc.lab.example").addresses == ("10.100.0.1",)
    assert answer(subject.client, "10-0-0-1.default.pod.lab.example").code == "NXDOMAIN"
    assert answer(subject.client, f"web.default.{ZONE}").code == "REFUSED"
    assert (
        parse(".:53 {\n  kuberntes cluster.local\n}\n").error
        == "Corefile:2 - Error during parsing: Unknown directive 'kuberntes'"
    )
    assert "Unexpected EOF" in parse(".:53 {\n  errors\n").error
