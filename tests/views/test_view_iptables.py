"""One Service's chains on one node as a graph."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb.network.iptables import ServiceRules, service_rules
from k8snb.network.services import ServicePort, Target, Usable
from k8snb.views import iptables, render

PORT = ServicePort("default", "hello", "", "tcp", "10.96.0.12", 80, node_port=30080)


def targets(count: int) -> tuple[Target, ...]:
    return tuple(Target(f"10.244.{i}.5", 3000, f"n{i}", True, True, False) for i in range(count))


def rules(count: int, port: ServicePort = PORT) -> ServiceRules:
    found = targets(count)
    return service_rules(port, Usable(found, found[:1], found, bool(found)), "10.244.0.0/16")


def test_chances_stand_at_the_endpoints() -> None:
    dot = iptables.draw([rules(3)], {"10.244.0.5:3000": "hello-x"}, "minikube").dot
    assert re.findall(r"label=\"(\S+: \d+%)\\r", dot) == ["1/3: 33%", "1/2: 33%", "else: 33%"]
    assert "DNAT to 10.244.0.5:3000\\lhello-x\\l" in dot
    assert "KUBE-NODEPORTS\\lthis node tcp 30080\\l" in dot
    assert 'tooltip="iptables of Service default/hello on minikube"' in dot


@settings(max_examples=30, deadline=None, derandomize=True)
@given(count=st.integers(1, 60))
def test_shares_of_all_endpoints_are_equal(count: int) -> None:
    graph = iptables._graph([rules(count)], {})
    shares = [step.share for step in graph.steps if "KUBE-SEP" in step.head]
    assert len(shares) == count
    for share in shares:
        assert share is not None
        assert abs(share - Fraction(1, count)) < Fraction(1, 1000)


def test_without_endpoints_packets_are_refused() -> None:
    dot = iptables.draw([rules(0)], {}, "minikube").dot
    assert '"chain/REJECT"' in dot
    assert "refuses the connection" in dot
    assert "KUBE-SEP" not in dot


def test_without_rules_it_says_who_should_have_written_them() -> None:
    assert "kube-proxy has written none" in iptables.draw([], {}, "minikube").dot


@pytest.mark.parametrize(
    "port",
    [
        PORT,
        PORT._replace(external_local=True, load_balancer_ips=("203.0.113.9",)),
        PORT._replace(affinity_seconds=10800),
        PORT._replace(load_balancer_ips=("203.0.113.9",), source_ranges=("198.51.100.0/24",)),
        PORT._replace(internal_local=True),
    ],
)
def test_every_jump_has_a_line_between_boxes_that_are_drawn(port: ServicePort) -> None:
    dot = iptables.draw([rules(4, port)], {}, "minikube").dot
    boxes = set(re.findall(r'^\t+"((?:rule|chain)/[^"]+)" \[', dot, re.MULTILINE))
    jumps = re.findall(r'^\t+"([^"]+)" -> "([^"]+)"', dot, re.MULTILINE)
    assert jumps
    assert {end for jump in jumps for end in jump} == boxes
    assert "<svg" in render.svg(dot)
