"""Cluster DNS: records, search domains, and what breaks when CoreDNS does."""

from __future__ import annotations

import pytest

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.core.pod import HostAlias, Pod, PodDNSConfig, PodDNSConfigOption, PodSpec
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.network.dns import answer
from k8snb.network.querylog import log_line
from k8snb.network.resolv import ResolvConf, hosts_file, parse_resolv_conf, resolv_conf
from k8snb.network.trace import Failure
from k8snb.runtime.corefile import parse
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
        (f"10-244-1-2.web.default.{ZONE}", "A", "NOERROR", ["10.244.1.2"]),  # endpoints of a ClusterIP have names, too
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


REWRITES = """.:53 {
    rewrite name shop.example.com web.default.svc.cluster.local
    rewrite continue name suffix .old.example .new.example
    rewrite name regex (.*)\\.new\\.example {1}.default.svc.cluster.local
    rewrite stop {
        name prefix v1- v2-
        answer auto
    }
    kubernetes cluster.local {
        ttl 7
    }
    hosts {
        10.1.1.1 v2-box.example
        fallthrough
    }
    forward . 10.0.0.53
}
stub.example:53 example.org {
    hosts {
        10.2.2.2 a.example.org
    }
}
"""


@pytest.mark.parametrize(
    ("name", "code", "addresses"),
    [
        ("shop.example.com", "NOERROR", ("10.100.0.1",)),
        ("web.old.example", "NOERROR", ("10.100.0.1",)),
        ("web.new.example", "NOERROR", ("10.100.0.1",)),
        ("v1-box.example", "NOERROR", ("10.1.1.1",)),
        (f"web.default.{ZONE}", "NOERROR", ("10.100.0.1",)),
        ("dl-cdn.alpinelinux.org", "SERVFAIL", ()),  # the name server that it forwards to is not there
        ("a.example.org", "NOERROR", ("10.2.2.2",)),
        ("b.example.org", "SERVFAIL", ()),  # no fallthrough
        ("10-244-0-2.default.pod.cluster.local", "NXDOMAIN", ()),  # `pods` is disabled unless it is said
    ],
)
def test_plugins_of_the_corefile(name: str, code: str, addresses: tuple[str, ...]) -> None:
    config = parse(REWRITES)
    assert not config.error
    found = answer(lab().client, name, "A", config)
    assert (found.code, found.addresses) == (code, addresses)
    assert all(record.name == name for record in found.records)
    assert {record.ttl for record in found.records} <= {7, 3600}


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("kuberntes", "Corefile:2 - Error during parsing: Unknown directive 'kuberntes'"),
        ("errors\n  kubernetes {\n    pods some\n  }", "Corefile:4 - Error during parsing: wrong value for pods: some"),
        ("kubernetes {\n    podz\n  }", "Corefile:3 - Error during parsing: unknown property 'podz'"),
        ("template IN A", "Corefile:2 - Error during parsing: plugin 'template' is not simulated here"),
        ("rewrite name regex ( x", "Corefile:2 - Error during parsing: invalid regex pattern"),
        ("forward .", "Corefile:2 - Error during parsing: Wrong argument count"),
    ],
)
def test_mistakes_of_the_corefile(lines: str, error: str) -> None:
    assert parse(f".:53 {{\n  {lines}\n}}\n").error.startswith(error)


def test_log_lines_have_the_sizes_of_the_wire() -> None:
    subject = lab()
    name = "kubernetes.default.svc.cluster.local"
    subject.service("kubernetes", "10.96.0.1", 443)
    line = log_line("10.244.0.5", 40000, 17, name, "A", answer(subject.client, name), 0.00014)
    assert line == (f'[INFO] 10.244.0.5:40000 - 17 "A IN {name}. udp 54 false 512" NOERROR qr,aa,rd 106 0.000140000s\n')
    gone = f"google.com.default.{ZONE}"
    assert '" NXDOMAIN qr,aa,rd 147 ' in log_line("", 1, 1, gone, "A", answer(subject.client, gone), 0.0)


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


def test_name_servers_outside_know_the_outside_only() -> None:
    subject = lab()
    config = PodDNSConfig(nameservers=("1.1.1.1",))
    subject.pod("plain", listens=False, labels={}, dnsPolicy="Default")
    subject.pod("own", listens=False, labels={}, dnsPolicy="None", dnsConfig=config)
    subject.pod("wrong", listens=False, labels={}, dnsPolicy="None", dnsConfig=PodDNSConfig(nameservers=("10.9.9.9",)))
    for name in ("plain", "own"):
        assert subject.network.resolve(f"pod/{name}", "dl-cdn.alpinelinux.org") == ("203.0.113.20",)
        found = subject.network.resolve(f"pod/{name}", f"web.default.{ZONE}")
        assert isinstance(found, Failure)
        assert "is none of the cluster's: see the Pod's dnsPolicy and dnsConfig" in found.why
    lost = subject.network.resolve("pod/wrong", f"web.default.{ZONE}")
    assert isinstance(lost, Failure)
    assert lost.seconds == 10
    assert "the name server 10.9.9.9 is not reachable" in lost.why
