"""ip, ifconfig, ss and netstat: the Pod's own network as the kernel would list it.

A Pod has `lo` and `eth0`; what listens are the ports of its containers. Connections last for no time here, so none are listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from k8snb.runtime.programs.program import Call, Failure, Outcome

_ADDRESS, _ROUTE, _LINK, _NEIGHBOUR = "address", "route", "link", "neighbour"


def mac(address: str) -> str:
    """The hardware address that goes with an address of a bridge."""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def _own(call: Call) -> str:
    return call.machine.world.ip or "127.0.0.1"


def ip(call: Call) -> Outcome:
    """`ip [-4] [-o] [-br] address|link|route|neigh [show] [dev NAME]`."""
    words = [arg for arg in call.args if not arg.startswith("-")]
    flags = {arg.lstrip("-") for arg in call.args if arg.startswith("-")}
    topic = next((name for name in (_ADDRESS, _LINK, _ROUTE, _NEIGHBOUR) if words and name.startswith(words[0])), "")
    if not topic:
        raise Failure("Usage: ip [OPTIONS] address|route|link|neigh [COMMAND]", 1 if call.busybox else 255)
    rest = [word for word in words[1:] if word not in ("show", "list", "ls", "s", "dev", "get")]
    if "get" in words[1:] and topic == _ROUTE and rest:
        call.out(f"{rest[0]} via {_gateway(call)} dev eth0  src {_own(call)} \n")
        return 0
    if topic == _ROUTE:
        call.out(
            f"default via {_gateway(call)} dev eth0 \n{_network(call)}.0/24 dev eth0 scope link  src {_own(call)} \n"
        )
        return 0
    if set(words[1:2]) & {"add", "del", "set", "flush", "change", "replace"}:
        call.err(f"{'ip: ' if call.busybox else ''}RTNETLINK answers: Operation not permitted\n")
        return 2
    if topic == _NEIGHBOUR:
        call.out(f"{_gateway(call)} dev eth0 lladdr {mac(_gateway(call))} REACHABLE \n")
        return 0
    wanted = rest[0] if rest else ""
    if wanted not in ("", "lo", "eth0"):
        raise Failure(f"can't find device '{wanted}'" if call.busybox else f'Device "{wanted}" does not exist.')
    for name in ("lo", "eth0"):
        if wanted in ("", name):
            call.out(_interface(call, name, topic == _ADDRESS, flags))
    return 0


def _network(call: Call) -> str:
    return _own(call).rpartition(".")[0]


def _gateway(call: Call) -> str:
    return f"{_network(call)}.1"


def _interface(call: Call, name: str, addresses: bool, flags: set[str]) -> str:
    address = "127.0.0.1/8" if name == "lo" else f"{_own(call)}/24"
    shown = "eth0@if12" if name == "eth0" else name
    if "br" in flags or "brief" in flags:
        state = "UNKNOWN" if name == "lo" else "UP"
        tail = address if addresses else ("00:00:00:00:00:00" if name == "lo" else mac(_own(call)))
        return f"{shown:<16} {state:<14} {tail} \n"
    number = 1 if name == "lo" else 2
    tail = "scope host lo" if name == "lo" else f"brd {_network(call)}.255 scope global eth0"
    if "o" in flags or "oneline" in flags:
        return f"{number}: {name}    inet {address} {tail}\\       valid_lft forever preferred_lft forever\n"
    queue = "qlen 1000" if call.busybox else "group default qlen 1000"
    if name == "lo":
        head = f"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {queue}\n"
        head += "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
    else:
        tail_ = "" if call.busybox else "group default qlen 1000"
        head = f"2: eth0@if12: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue state UP {tail_}\n"
        extra = "" if call.busybox else " link-netnsid 0"
        head += f"    link/ether {mac(_own(call))} brd ff:ff:ff:ff:ff:ff{extra}\n"
    if not addresses:
        return head
    return f"{head}    inet {address} {tail}\n       valid_lft forever preferred_lft forever\n"


def ifconfig(call: Call) -> Outcome:
    address = _own(call)
    call.out(f"eth0      Link encap:Ethernet  HWaddr {mac(address).upper()}  \n")
    call.out(f"          inet addr:{address}  Bcast:{_network(call)}.255  Mask:255.255.255.0\n")
    call.out("          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\n")
    call.out("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n")
    call.out("          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n")
    return 0


def listening(call: Call) -> Iterator[tuple[int, str, str]]:
    """(port, address, pid/name) of everything that listens in the Pod; of other containers' processes nobody sees the name."""
    found = [
        (
            port,
            "127.0.0.1" if port in process.loopback else "0.0.0.0",
            f"{process.pid}/{process.argv[0].rpartition('/')[2]}",
        )
        for process in call.machine.processes.values()
        for port in process.ports
    ]
    yield from sorted(found + [(port, "0.0.0.0", "-") for port in call.machine.world.ports])


def _letters(call: Call) -> str:
    return "".join(arg.lstrip("-")[:1] if arg.startswith("--") else arg for arg in call.args if arg.startswith("-"))


def netstat(call: Call) -> Outcome:
    letters = _letters(call)
    if "r" in letters:
        from k8snb.runtime.programs.applets import route

        return route(call)
    only = "(only servers)" if "l" in letters else "(servers and established)" if "a" in letters else "(w/o servers)"
    call.out(f"Active Internet connections {only}\n")
    tail = "PID/Program name    " if "p" in letters else ""
    call.out(f"Proto Recv-Q Send-Q Local Address           Foreign Address         State       {tail}\n")
    for port, address, name in listening(call) if set("la") & set(letters) else ():
        shown = name if "p" in letters else ""
        call.out(f"tcp        0      0 {f'{address}:{port}':<23} 0.0.0.0:*               LISTEN      {shown}\n")
    return 0


def ss(call: Call) -> Outcome:
    letters = _letters(call)
    call.out("State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n")
    for port, address, name in listening(call) if set("la") & set(letters) else ():
        number, _, program = name.partition("/")
        users = f'users:(("{program}",pid={number},fd=3))' if "p" in letters and program else ""
        call.out(f"LISTEN 0      511    {address:>13}:{port:<5} {'0.0.0.0':>11}:*   {users}\n")
    return 0
