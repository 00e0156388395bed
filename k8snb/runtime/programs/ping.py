"""ping: one packet a second on the virtual clock, in busybox's words or in iputils'."""

from __future__ import annotations

from typing import NamedTuple

from k8snb.runtime.net import NetError
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause


class State(NamedTuple):
    """The address, packets sent, round trips in milliseconds."""

    address: str
    sent: int = 0
    times: tuple[float, ...] = ()


def ping(call: Call) -> Outcome:
    found, names = options(call, "nqvb46", "cWiwsIt")
    if not names:
        if call.busybox:
            raise Failure("missing host operand", 1)
        call.err("ping: usage error: Destination address required\n")
        return 1
    name, net = names[0], call.machine.world.net
    limit = int(found["c"]) if found.get("c", "").isdigit() else None
    state: State = call.state or _begin(call, name)
    if limit is not None and state.sent >= limit:
        return _statistics(call, name, state)
    answer = net.ping(state.address)
    times = state.times
    if not isinstance(answer, NetError):
        times = (*times, answer * 1000)
        if "q" not in found:
            word, number = ("seq", state.sent) if call.busybox else ("icmp_seq", state.sent + 1)
            call.out(f"64 bytes from {state.address}: {word}={number} ttl=63 time={answer * 1000:.3f} ms\n")
    elif answer.kind == "unreachable" and not call.busybox:
        call.out(f"From {call.machine.world.ip} icmp_seq={state.sent + 1} Destination Host Unreachable\n")
    last = limit is not None and state.sent + 1 >= limit
    patience = float(found["W"]) if found.get("W", "").isdigit() else 1.0 if not last else 10.0
    interval = float(found["i"]) if found.get("i", "").replace(".", "", 1).isdigit() else 1.0
    return Pause(
        0.01 if last and times else patience if last else interval, State(state.address, state.sent + 1, times)
    )


def _begin(call: Call, name: str) -> State:
    found = call.machine.world.net.lookup(name)
    if isinstance(found, NetError):
        raise Failure(f"bad address '{name}'", 1) if call.busybox else Failure(f"{name}: Name or service not known", 2)
    size = "56 data bytes" if call.busybox else "56(84) bytes of data."
    call.out(f"PING {name} ({found[0]}){':' if call.busybox else ''} {size}\n")
    return State(found[0])


def _statistics(call: Call, name: str, state: State) -> int:
    sent, times = state.sent, state.times
    lost = 100 * (sent - len(times)) // max(sent, 1)
    call.out(f"\n--- {name} ping statistics ---\n")
    if call.busybox:
        call.out(f"{sent} packets transmitted, {len(times)} packets received, {lost}% packet loss\n")
    else:
        call.out(
            f"{sent} packets transmitted, {len(times)} received, {lost}% packet loss, time {max(sent - 1, 0) * 1000}ms\n"
        )
    if times:
        low, mean, high = min(times), sum(times) / len(times), max(times)
        spread = "" if call.busybox else f"/{sum(abs(time - mean) for time in times) / len(times):.3f}"
        names = "round-trip min/avg/max" if call.busybox else "rtt min/avg/max/mdev"
        call.out(f"{names} = {low:.3f}/{mean:.3f}/{high:.3f}{spread} ms\n")
    elif not call.busybox:
        call.out("\n")
    return 0 if times else 1
