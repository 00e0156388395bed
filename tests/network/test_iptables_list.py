"""`iptables -L`, against listings of a real minikube node."""

from __future__ import annotations

import pytest

from k8snb.network.iptableslist import Shape, listing
from k8snb.network.iptablessave import TABLES, save
from tests.network.harness import Lab

CIDR = "10.244.0.0/16"
NUMERIC = Shape(numeric=True)


@pytest.fixture(scope="module")
def dumps() -> dict[str, str]:
    lab = Lab(nodes=1)
    lab.pod("web-0")
    lab.pod("web-1")
    lab.service("webapp", type="NodePort", node_port=30513, sessionAffinity="ClientIP")
    lab.service("empty", "10.100.0.2", selector={"app": "no"})
    lab.settle()
    table = lab.network.proxy.table("minikube")
    return {which: save(table, which, CIDR) for which in TABLES}


def rows(dumps: dict[str, str], table: str, chain: str, shape: Shape = NUMERIC) -> list[str]:
    found = listing(dumps[table], chain, shape)
    assert found is not None
    return found.splitlines()


def test_node_ports(dumps: dict[str, str]) -> None:
    chain = next(line.split()[-1] for line in dumps["nat"].splitlines() if line.startswith("-A KUBE-NODEPORTS"))
    assert rows(dumps, "nat", "KUBE-NODEPORTS") == [
        "Chain KUBE-NODEPORTS (1 references)",
        "target     prot opt source               destination         ",
        f"{chain}  6    --  0.0.0.0/0            127.0.0.0/8          /* default/webapp */ tcp dpt:30513 nfacct-name  "
        "localhost_nps_accepted_pkts",
        f"{chain}  6    --  0.0.0.0/0            0.0.0.0/0            /* default/webapp */ tcp dpt:30513",
    ]
    assert rows(dumps, "nat", "KUBE-NODEPORTS", Shape(numeric=True, verbose=True, numbered=True))[1:3] == [
        "num   pkts bytes target     prot opt in     out     source               destination         ",
        f"1        0     0 {chain}  6    --  *      *       0.0.0.0/0            127.0.0.0/8          "
        "/* default/webapp */ tcp dpt:30513 nfacct-name  localhost_nps_accepted_pkts",
    ]


@pytest.mark.parametrize(
    ("table", "chain", "row"),
    [
        ("nat", "KUBE-MARK-MASQ", "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK or 0x4000"),
        ("nat", "KUBE-POSTROUTING", "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xor 0x4000"),
        (
            "nat",
            "KUBE-POSTROUTING",
            "RETURN     0    --  0.0.0.0/0            0.0.0.0/0            mark match ! 0x4000/0x4000",
        ),
        (
            "filter",
            "KUBE-SERVICES",
            "REJECT     6    --  0.0.0.0/0            10.100.0.2           /* default/empty has no endpoints */ "
            "tcp dpt:80 reject-with icmp-port-unreachable",
        ),
    ],
)
def test_rows(dumps: dict[str, str], table: str, chain: str, row: str) -> None:
    assert row in rows(dumps, table, chain)


def test_the_chain_of_a_service_and_of_an_endpoint(dumps: dict[str, str]) -> None:
    service = next(line[1:].split()[0] for line in dumps["nat"].splitlines() if line.startswith(":KUBE-SVC-"))
    shown = rows(dumps, "nat", service)
    assert shown[0] == f"Chain {service} (2 references)"
    assert shown[2].startswith(
        "KUBE-MARK-MASQ  6    --  !10.244.0.0/16       10.100.0.1           /* default/webapp cluster IP"
    )
    endpoint = shown[3].split()[0]
    assert shown[3].endswith(
        f"/* default/webapp -> 10.244.0.2:3000 */ recent: CHECK seconds: 10800 reap name: {endpoint} side: source "
        "mask: 255.255.255.255"
    )
    assert shown[5].endswith("/* default/webapp -> 10.244.0.2:3000 */ statistic mode random probability 0.50000000000")
    inside = rows(dumps, "nat", endpoint)
    assert inside[2].startswith(
        "KUBE-MARK-MASQ  0    --  10.244.0.2           0.0.0.0/0            /* default/webapp */"
    )
    assert inside[3].endswith(
        f"/* default/webapp */ recent: SET name: {endpoint} side: source mask: 255.255.255.255 tcp to:10.244.0.2:3000"
    )


def test_names_instead_of_numbers_and_chains_that_are_not_there(dumps: dict[str, str]) -> None:
    assert rows(dumps, "filter", "KUBE-SERVICES", Shape())[2].startswith(
        "REJECT     tcp  --  anywhere             10.100.0.2           /* default/empty has no endpoints */ tcp dpt:http "
    )
    assert listing(dumps["nat"], "NOPE", Shape()) is None
    everything = listing(dumps["mangle"], "", Shape())
    assert everything is not None
    assert everything.count("Chain ") == 8
    assert "Chain PREROUTING (policy ACCEPT)\n" in everything
