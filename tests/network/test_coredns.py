"""CoreDNS as it runs: a Pod that logs, reloads its Corefile, and does not start with a wrong one."""

from __future__ import annotations

import pytest

from k8snb.api.model import FrozenMap
from k8snb.cluster import Cluster


@pytest.fixture(scope="module")
def base() -> Cluster:
    cluster = Cluster(nodes=1)
    cluster.kubectl("create deployment web --image=nginx")
    cluster.kubectl("expose deployment web --port=80")
    cluster.kubectl("run alpine --image=alpine --command -- sleep 1d")
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(base: Cluster) -> Cluster:
    return base.fork()


def ask(cluster: Cluster, url: str) -> str:
    return cluster.network.request("pod/alpine", url).outcome


def log(cluster: Cluster) -> str:
    return cluster.kubectl("logs -n kube-system -l k8s-app=kube-dns --tail=-1").stdout


def change(cluster: Cluster, old: str, new: str) -> None:
    found = cluster.client.get("configmaps", "coredns", "kube-system")
    text = found.data["Corefile"].replace(old, new)
    assert text != found.data["Corefile"]
    cluster.client.update(found.replace(data=FrozenMap({"Corefile": text})), "configmaps")


def test_questions_are_logged(cluster: Cluster) -> None:
    before = log(cluster)
    assert ask(cluster, "http://web") == "answered"
    new = log(cluster).removeprefix(before).splitlines()
    assert len(new) == 2
    for line, type, size in zip(new, ("A", "AAAA"), (92, 140), strict=True):
        assert f'"{type} IN web.default.svc.cluster.local. udp 47 false 512" NOERROR qr,aa,rd {size} 0.000' in line
    change(cluster, "    log\n", "")
    cluster.advance(120)
    before = log(cluster)
    assert ask(cluster, "http://web") == "answered"
    assert log(cluster) == before


def test_a_changed_corefile_is_loaded_after_a_while(cluster: Cluster) -> None:
    change(cluster, "    ready\n", "    ready\n    rewrite name shop.example.com web.default.svc.cluster.local\n")
    assert ask(cluster, "http://shop.example.com") == "dns"
    cluster.advance(100)  # the kubelet brings the file within a minute, CoreDNS looks every half a minute
    assert ask(cluster, "http://shop.example.com") == "answered"
    assert "[INFO] Reloading\n[INFO] plugin/health: Going into lameduck mode for 5s\n" in log(cluster)
    assert log(cluster).count("Reloading complete") == 1
    due = cluster.clock.due("coredns-reload", "kube-system/coredns")
    assert due is None


def test_a_wrong_corefile_is_not_taken_over_and_keeps_a_new_pod_from_starting(cluster: Cluster) -> None:
    change(cluster, "kubernetes cluster", "kuberntes cluster")
    cluster.advance(300)
    assert ask(cluster, "http://web") == "answered"
    failed = "Corefile changed but reload failed: /etc/coredns/Corefile:8 - Error during parsing: Unknown directive"
    assert log(cluster).count(failed) == 1
    cluster.kubectl("delete pod -n kube-system -l k8s-app=kube-dns")
    cluster.advance(60)
    assert "CrashLoopBackOff" in cluster.kubectl("get pods -n kube-system -l k8s-app=kube-dns").stdout
    assert log(cluster) == "/etc/coredns/Corefile:8 - Error during parsing: Unknown directive 'kuberntes'\n"
    assert ask(cluster, "http://web") == "dns"
    address = cluster.client.get("services", "web", "default").spec.clusterIP
    assert ask(cluster, f"http://{address}") == "answered"


def test_without_plugin_reload_a_restart_is_needed(cluster: Cluster) -> None:
    change(cluster, "    reload\n", "")
    cluster.advance(120)
    change(cluster, "    ready\n", "    ready\n    rewrite name shop.example.com web.default.svc.cluster.local\n")
    cluster.advance(300)
    assert ask(cluster, "http://shop.example.com") == "dns"
    cluster.kubectl("rollout restart -n kube-system deployment/coredns")
    cluster.settle()
    assert ask(cluster, "http://shop.example.com") == "answered"


def test_addresses_of_a_headless_service_come_in_any_order(cluster: Cluster) -> None:
    cluster.kubectl("scale deployment web --replicas=4")
    cluster.kubectl("expose deployment web --name=headless --cluster-ip=None --port=80")
    cluster.settle()
    asked = [cluster.network.resolve("pod/alpine", "headless") for _ in range(40)]
    assert {len(set(addresses)) for addresses in asked} == {4}  # type: ignore[arg-type]
    assert len({addresses[0] for addresses in asked}) == 4  # type: ignore[index]
    traffic = cluster.network.traffic
    traffic.start("load", "http://headless", 100, "pod/alpine", 40)
    cluster.advance(41)
    report = traffic.report("load")
    assert report.answered == report.sent == 4000
    assert (
        sum((count - 1000) ** 2 / 1000 for count in report.by_pod().values()) < 16.3
    )  # χ², 3 degrees of freedom, 0.1 %
    change(cluster, "    loadbalance\n", "")
    cluster.advance(120)
    assert len({cluster.network.request("pod/alpine", "http://headless").pod for _ in range(20)}) == 1


@pytest.mark.parametrize(
    ("question", "answer", "logged"),
    [
        (
            "-type=srv _dns-tcp._tcp.kube-dns.kube-system.svc.cluster.local",
            "_dns-tcp._tcp.kube-dns.kube-system.svc.cluster.local\tservice = 0 100 53 kube-dns.kube-system.svc.cluster.local\n",
            '"SRV IN _dns-tcp._tcp.kube-dns.kube-system.svc.cluster.local. udp 70 false 512" NOERROR',
        ),
        (
            "10.96.0.10",
            "10.0.96.10.in-addr.arpa\tname = kube-dns.kube-system.svc.cluster.local\n",
            '"PTR IN 10.0.96.10.in-addr.arpa. udp 41 false 512" NOERROR',
        ),
        (
            "10.96.9.9",
            "** server can't find 9.9.96.10.in-addr.arpa: NXDOMAIN\n",
            '"PTR IN 9.9.96.10.in-addr.arpa. udp 40 false 512" NXDOMAIN',
        ),
        (
            "-type=aaaa web.default.svc.cluster.local",
            "",
            '"AAAA IN web.default.svc.cluster.local. udp 47 false 512" NOERROR',
        ),
    ],
)
def test_nslookup_asks_for_every_kind_of_record(cluster: Cluster, question: str, answer: str, logged: str) -> None:
    out = cluster.kubectl(f"exec alpine -- nslookup {question}").stdout
    assert out == f"Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n{answer}\n"
    assert logged in log(cluster)
