"""`%curl`, `%trace`, `%traffic` and `%cloud` in cells."""

from __future__ import annotations

import pytest

from .conftest import Notebook


@pytest.fixture(autouse=True)
def web(notebook: Notebook) -> None:
    """A Deployment behind a Service, and a Pod to ask from."""
    notebook.lab.start(2)
    notebook.good("%kubectl create deployment web --image=nginx --replicas=2")
    notebook.good("%kubectl expose deployment web --port=80 --type=LoadBalancer")
    notebook.good("%kubectl run alpine --image=alpine --command -- sleep 1d")
    notebook.good("%kubectl wait --for=condition=Ready pod --all")
    notebook.good("%clock +5s")


def test_a_trace_shows_each_step_and_stays_as_data(notebook: Notebook) -> None:
    said = notebook.good("%trace http://web --from pod/alpine")
    for words in (
        "web.default.svc.cluster.local → 10.",
        "KUBE-SERVICES → KUBE-SVC-LOLE4ISW44XBNF3G → KUBE-SEP-",
        "(50 %)",
        "(1 of 2 endpoints)",
        "(Ready), port 80",
        "200 OK from pod/default/web-",
    ):
        assert words in said
    (trace,) = [trace for trace in notebook.lab.cluster.traces if trace.source == "pod/default/alpine"]
    assert [hop.kind for hop in trace.hops][:3] == ["lookup", "lookup", "send"]
    assert trace.seconds == pytest.approx(sum(hop.seconds for hop in trace.hops))
    lost = notebook.good("%trace http://web.nowhere --from pod/alpine")
    assert lost.rstrip().endswith("Look at: service/default/web")


def test_a_service_without_endpoints_shows_the_labels_side_by_side(notebook: Notebook) -> None:
    notebook.good("%kubectl create service clusterip nope --tcp=80")
    notebook.good("%clock +5s")
    said = notebook.good("%trace http://nope --from pod/alpine")
    assert "no Pod has the labels of its selector app=nope; the Pods there are: alpine (run=alpine), web-" in said
    assert "Look at: service/default/nope" in said
    assert "curl: (7) Failed to connect to nope port 80" in notebook.good(
        "%curl --expect-error http://nope --from pod/alpine"
    )


def test_traffic_is_counted_by_path(notebook: Notebook) -> None:
    assert notebook.good("%traffic list").startswith("no traffic\nusage: %traffic start")
    started = notebook.good("%traffic start shop http://web --rps 50 --from pod/alpine --for 1m")
    assert started == "shop: 50 requests a second from pod/alpine to http://web\n"
    notebook.good("%clock +30s")
    assert notebook.good("%traffic").startswith("shop: pod/default/alpine → http://web/ (running, ")
    notebook.good("%clock +31s")
    said = notebook.good("%traffic report shop --paths")
    assert "  sent 3000, answered 3000, failed 0, under way 0\n" in said
    rows = said.partition("PATH\n")[2].splitlines()
    assert sum(int(row.split()[0]) for row in rows) == 3000
    assert all(" ms " in row and " → pod/default/web-" in row for row in rows)
    assert "(ended, 60 s)" in notebook.good("%traffic stop shop")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("start t http://web --rpsx 5", "error: unknown option --rpsx"),
        ("start t http://web --rps x", "error: --rps needs a number, not 'x'"),
        ("start t http://web --rps nan", "error: the rate must be positive"),
        ("start t http://web --rps 1e9", "error: one flow sends at most 100,000 requests a second"),
        ("start t http://web --for", "error: --for needs a value"),
        ("start t http://web --for 0s", "error: a time must be positive: 0s"),
        ("start t http://web --for soon", 'error: time: invalid duration "soon"'),
        ("start t http://web --pattern wave", "error: unknown pattern 'wave'"),
        ("start t http://web --pattern ramp", "error: pattern ramp needs a length (--for)"),
        ("start t http://web --from pod/none", 'error: pods "none" not found'),
        ("stop nobody", "error: there is no traffic 'nobody': none was started"),
        ("dance", "usage: %traffic start NAME URL"),
    ],
)
def test_mistakes_are_named(notebook: Notebook, line: str, error: str) -> None:
    assert notebook.bad(f"%traffic {line}").startswith(error)


def test_a_cloud_gives_addresses(notebook: Notebook) -> None:
    assert notebook.good("%cloud") == "no cloud\n"
    notebook.good("%cloud on")
    notebook.good("%clock +30s")
    said = notebook.good("%cloud")
    assert said.endswith("198.51.100.1  service/default/web  1 of 1 nodes pass its health check\n")
    assert "Welcome to nginx!" in notebook.good("%curl http://198.51.100.1 --from internet")
    assert notebook.good("%cloud off") == "no cloud\n"
    assert notebook.bad("%cloud maybe").startswith("usage: %cloud")


def test_node_ports_of_your_own_machine(notebook: Notebook) -> None:
    assert notebook.good("%nodeports") == "off\n"
    said = notebook.good("%nodeports on")
    assert said.startswith("http://127.0.0.1:3")
    assert "Welcome to nginx!" in notebook.good(f"%curl {said.strip()}")
    assert notebook.good("%nodeports off") == "off\n"


def test_a_line_for_a_shell_goes_to_one(notebook: Notebook) -> None:
    said = notebook.good("%curl -s $(minikube service web --url) | head -2")
    assert said.splitlines() == ["<!DOCTYPE html>", "<html>"]
