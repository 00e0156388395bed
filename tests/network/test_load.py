"""Counted traffic: every request is accounted for, choice is fair, and badly made rollouts really lose requests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb.network.arrivals import length, profile, rate, times
from k8snb.network.endpoint import Answered
from k8snb.network.tally import latency_class, percentile
from k8snb.runtime.net import HttpResponse
from tests.network.harness import Lab


def lab(pods: int = 3, **processes: float) -> Lab:
    lab = Lab(nodes=2)
    for name, value in processes.items():
        setattr(lab.processes, name, value)
    for number in range(pods):
        lab.pod(f"web-{number}", "minikube" if number % 2 == 0 else "minikube-m02")
    lab.pod("client", listens=False, labels={})
    lab.service(type="NodePort", node_port=30390)
    lab.settle()
    return lab


def test_every_request_is_counted_once() -> None:
    subject = lab()
    traffic = subject.network.traffic
    traffic.start("load", "http://192.168.49.2:30390/", 50, seconds=120)
    subject.settle(60)
    half = traffic.report("load")
    assert half.running
    assert half.sent == 3000
    subject.settle(61)
    report = traffic.report("load")
    assert (report.sent, report.answered, report.failed, report.in_flight) == (6000, 6000, 0, 0)
    assert report.outcomes == {"200": 6000}
    assert sum(report.by_pod().values()) == 6000
    assert sum(edge.requests for edge in report.edges() if edge.start == "host") == 6000
    assert sum(edge.requests for edge in report.edges() if edge.end.startswith("pod/")) == 6000
    assert sum(count for count, _ in subject.processes.charged.values()) == 6000
    assert sum(cpu for _, cpu in subject.processes.charged.values()) == pytest.approx(6000 * 0.0005)
    assert "sent 6000, answered 6000" in report.table()


def test_choice_is_fair_and_the_same_for_the_same_seed() -> None:
    counts = []
    for _ in range(2):
        subject = lab(5)
        subject.network.traffic.start("load", "http://10.100.0.1/", 1000, "pod/client", 20)
        subject.settle(21)
        counts.append(subject.network.traffic.report("load").by_pod())
    assert counts[0] == counts[1]
    assert sum((count - 4000) ** 2 / 4000 for count in counts[0].values()) < 18.5  # χ², 4 degrees of freedom, 0.1 %


def test_a_server_that_is_too_slow_queues_and_then_drops() -> None:
    subject = lab(1, service_seconds=0.01, cpu_seconds=0.001)
    traffic = subject.network.traffic
    traffic.start("calm", "http://10.100.0.1/", 50, "pod/client", 10)
    subject.settle(11)
    calm = traffic.report("calm")
    traffic.start("storm", "http://10.100.0.1/", 200, "pod/client", 30)
    subject.settle(60)
    storm = traffic.report("storm")
    assert calm.p99 == pytest.approx(0.0101, rel=0.02)
    assert storm.p50 > 1.0
    assert storm.outcomes["timeout"] > 0
    assert storm.sent == sum(storm.outcomes.values()) == 6000
    # 100 a second for 30 s, and a full queue
    assert storm.outcomes["200"] == pytest.approx(3511, abs=5)


def test_two_flows_share_a_server() -> None:
    subject = lab(1, service_seconds=0.01, cpu_seconds=0.0)
    traffic = subject.network.traffic
    traffic.start("one", "http://10.100.0.1/", 80, "pod/client", 5)
    traffic.start("two", "http://10.100.0.1/", 80, "node/minikube", 5)
    subject.settle(20)
    one, two = traffic.report("one"), traffic.report("two")
    assert one.p95 > 0.5
    assert two.p95 > 0.5
    assert one.answered + two.answered == 800


def rollout(subject: Lab, ready_first: bool, pre_stop: float) -> None:
    """Replace web-0 by web-9, as kubelet and controllers would."""
    old, others = "web-0", [f"web-{number}" for number in range(1, 3)]
    service = subject.client.get("services", "web", "default")
    find = lambda names: tuple(subject.client.get("pods", name, "default") for name in names)  # noqa: E731
    subject.pod("web-9", "minikube", listens=False, ready=not ready_first)
    if ready_first:
        subject.settle(2)
        subject.processes.listen("web-9", 3000)
        subject.put("pods", subject.client.get("pods", "web-9", "default").replace(status=_ready(subject, "web-9")))
    subject.slice(service, find([old, *others, "web-9"]), 3000)
    if not ready_first:
        subject.settle(2)
        subject.processes.listen("web-9", 3000)
    subject.settle(2)
    going = subject.client.get("pods", old, "default").with_metadata(deletionTimestamp="2026-01-01T00:00:00Z")
    subject.put("pods", going)
    subject.slice(service, (going, *find([*others, "web-9"])), 3000)
    if pre_stop:
        subject.settle(pre_stop)
    subject.processes.close(old, 3000)
    subject.settle(1)
    subject.slice(service, find([*others, "web-9"]), 3000)
    subject.remove("pods", old)
    subject.settle(5)


def _ready(subject: Lab, name: str) -> object:
    status = subject.client.get("pods", name, "default").status
    return status.replace(conditions=(status.conditions[0].replace(status="True"),))


@pytest.mark.parametrize(
    ("ready_first", "pre_stop", "loses"), [(True, 3.0, False), (True, 0.0, True), (False, 3.0, True)]
)
def test_rollouts_lose_requests_unless_they_are_made_well(ready_first: bool, pre_stop: float, loses: bool) -> None:
    subject = lab()
    traffic = subject.network.traffic
    traffic.start("users", "http://192.168.49.2:30390/", 100)
    subject.settle(2)
    rollout(subject, ready_first, pre_stop)
    report = traffic.stop("users")
    assert report.sent == sum(report.outcomes.values()) + report.in_flight
    assert (report.failed > 0) is loses
    assert report.by_pod()["pod/default/web-9"] > 0
    if loses:
        assert report.outcomes["refused"] == sum(report.failures.values())


def test_requests_in_the_hands_of_a_dying_server_are_reset_unless_it_drains() -> None:
    for drains in (False, True):
        subject = Lab(nodes=1)
        subject.processes.service_seconds = 2.0
        subject.pod("web-0", listens=False)
        subject.processes.listen("web-0", 3000, workers=100, drains=drains)
        subject.network.traffic.start("load", "http://10.244.0.2:3000/", 10, "node/minikube", 3)
        subject.settle(3)
        subject.processes.close("web-0", 3000)
        subject.settle(5)
        report = subject.network.traffic.report("load")
        assert report.sent == 30
        assert report.outcomes == ({"200": 30} if drains else {"200": 10, "reset": 20})


def test_bad_flows_are_refused() -> None:
    traffic = lab().network.traffic
    for arguments in (
        {"url": "ftp://x"},
        {"source": "pod/none"},
        {"rps": 0},
        {"pattern": "wave"},
        {"pattern": "ramp"},
    ):
        with pytest.raises(ValueError, match=r".+"):
            traffic.start("load", **{"url": "http://10.100.0.1/", "rps": 1, **arguments})  # type: ignore[arg-type]
    traffic.start("load", "http://10.100.0.1/", 1)
    with pytest.raises(ValueError, match="already running"):
        traffic.start("load", "http://10.100.0.1/", 1)
    with pytest.raises(KeyError):
        traffic.stop("other")


def test_a_fork_goes_on_by_itself() -> None:
    subject = lab()
    traffic = subject.network.traffic
    traffic.start("load", "http://10.100.0.1/", 10, "pod/client", 10)
    subject.settle(5)
    state = (
        subject.clock.dump(),
        subject.rng.dump(),
        subject.store.dump(),
        subject.engine.dump(),
        subject.network.dump(),
    )
    subject.settle(6)
    first = traffic.report("load")
    for part, saved in zip(
        (subject.clock, subject.rng, subject.store, subject.engine, subject.network), state, strict=True
    ):
        part.load(saved)  # type: ignore[attr-defined]
    assert traffic.report("load").sent == 50
    subject.settle(6)
    assert traffic.report("load") == first


def test_an_idle_flow_costs_no_timer() -> None:
    subject = lab()
    subject.settle(10)
    subject.network.traffic.start("load", "http://10.100.0.1/", 10, "pod/client")
    assert subject.clock.next_due() is None
    rates = subject.network.traffic.rates()
    assert rates["pod/default/client", "node/minikube"] == pytest.approx(10)
    assert sum(value for (_, end), value in rates.items() if end.startswith("pod/")) == pytest.approx(10)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.sampled_from(["constant", "ramp", "spike"]),
    st.integers(1, 500),
    st.integers(1, 60),
    st.lists(st.floats(0, 1), max_size=5),
)
def test_arrivals_are_exact_however_they_are_cut(pattern: str, rps: int, seconds: int, cuts: list[float]) -> None:
    stretches = profile(pattern, rps, seconds)
    whole = times(stretches, 0, length(stretches))
    pieces: list[float] = []
    for cut in [*sorted(cuts), 1.0]:
        pieces += times(stretches, len(pieces), cut * length(stretches))
    assert len(pieces) == len(whole)
    assert pieces == pytest.approx(whole)
    assert all(0 <= at < seconds for at in whole)
    assert whole == sorted(whole)
    expected = sum(stretch.requests for stretch in stretches)
    assert expected - 1e-6 <= len(whole) < expected + 1
    assert rate(stretches, seconds + 0.01) == 0


def test_percentiles_are_exact_to_half_a_percent() -> None:
    histogram: dict[int, int] = {}
    for number in range(1, 1001):
        histogram[latency_class(number / 1000)] = histogram.get(latency_class(number / 1000), 0) + 1
    for share, exact in ((0.5, 0.5), (0.95, 0.95), (0.99, 0.99)):
        assert percentile(histogram, share) == pytest.approx(exact, rel=0.006)
    assert percentile({}, 0.5) == 0


EVENTS = st.sampled_from(["listen", "close", "unready", "ready", "remove", "machine", "nothing", "report"])


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    st.lists(st.tuples(EVENTS, st.integers(0, 3), st.floats(0.01, 3)), max_size=12), st.sampled_from([7.0, 40.0, 333.0])
)
def test_whatever_happens_the_counts_add_up(events: list[tuple[str, int, float]], rps: float) -> None:
    subject = lab(4, service_seconds=0.02, cpu_seconds=0.001)
    service = subject.client.get("services", "web", "default")
    traffic = subject.network.traffic
    traffic.start("one", "http://192.168.49.3:30390/", rps, "host", 25)
    traffic.start("two", "http://10.100.0.1/", rps / 2, "pod/client", 20, "ramp")
    ready = {f"web-{number}" for number in range(4)}
    for event, number, pause in events:
        name = f"web-{number}"
        alive = subject.client.find("pods", name, "default") is not None
        if event == "listen":
            subject.processes.listen(name, 3000)
        elif event == "close" and (name, 3000) in subject.processes.open:
            subject.processes.close(name, 3000)
        elif event in ("unready", "ready") and alive:
            (ready.discard if event == "unready" else ready.add)(name)
        elif event == "remove" and alive:
            subject.remove("pods", name)
            ready.discard(name)
        elif event == "machine":
            subject.processes.off ^= {"minikube-m02"}
            subject.put("nodes", subject.client.get("nodes", "minikube-m02"))
        elif event == "report":
            traffic.report("one")
        subject.slice(service, tuple(subject.client.get("pods", known, "default") for known in sorted(ready)), 3000)
        subject.settle(pause)
    subject.settle(60)
    for name, total in (("one", round(25 * rps)), ("two", -(-rps * 10 // 2))):
        report = traffic.report(name)
        assert report.sent == total
        assert sum(report.outcomes.values()) == total
        assert report.in_flight == 0
        assert sum(report.failures.values()) == report.failed
        assert sum(item.requests for item in report.journeys()) == total
        assert sum(item.failed for item in report.journeys()) == report.failed
        leaving = [edge for edge in report.edges() if edge.start == report.source]
        nowhere = sum(sum(o.values()) for lane, o in report.lanes.items() if len(lane.places) == 1)
        assert sum(edge.requests for edge in leaving) + nowhere == total


def test_failures_are_noted_in_the_second_in_which_they_were_sent() -> None:
    subject = lab(1)
    subject.processes.http = lambda pod, port, request: Answered(HttpResponse(500), 0.001, 0.001, "app")  # type: ignore[method-assign]
    subject.network.traffic.start("load", "http://10.100.0.1/", 10, "pod/client", 5)
    subject.settle(10)
    report = subject.network.traffic.report("load")
    assert report.failures == dict.fromkeys(range(5), 10)
    assert report.failed == report.answered == 50


def test_long_silences_are_caught_up_in_portions() -> None:
    subject = lab(2)
    subject.network.traffic.start("load", "http://10.100.0.1/", 500, "pod/client", 500)
    subject.settle(501)  # 250,000 requests, and nobody has looked in between
    report = subject.network.traffic.report("load")
    assert report.sent == report.answered == sum(report.by_pod().values()) == 250_000
