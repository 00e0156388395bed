"""Network tools that are no HTTP clients: nslookup, ping, nc, host, dig, ip, ifconfig, netstat, getent, busybox's httpd."""

from __future__ import annotations

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.http import curl, wget
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, Serve, Server

__all__ = ["curl", "wget"]


def _resolver(call: Call) -> str:
    """The first name server of resolv.conf."""
    try:
        text = call.machine.fs.read("/etc/resolv.conf").decode("utf-8", "replace")
    except FileError:
        return "127.0.0.11"
    return next((line.split()[1] for line in text.splitlines() if line.startswith("nameserver ")), "127.0.0.11")


def _search_domains(call: Call) -> list[str]:
    """The search domains of resolv.conf; the last line of them counts."""
    try:
        text = call.machine.fs.read("/etc/resolv.conf").decode("utf-8", "replace")
    except FileError:
        return []
    found = [line.split()[1:] for line in text.splitlines() if line.startswith(("search ", "domain "))]
    return found[-1] if found else []


def _questions(call: Call, name: str) -> list[str]:
    """The absolute names that nslookup asks for: busybox searches for names without a dot only, but in all domains."""
    domains = _search_domains(call)
    if not domains or name.endswith(".") or name.replace(".", "").isdigit():
        return [name]
    if call.busybox:
        return [f"{name}."] if "." in name else [f"{name}.{domain}." for domain in domains]
    return [*(f"{name}.{domain}." for domain in domains), f"{name}."]


def nslookup(call: Call) -> Outcome:
    """Bind's stops at the first name that exists; busybox' asks for all of them, A and then AAAA (which none has here)."""
    names = [arg for arg in call.args if not arg.startswith("-")]
    if not names:
        raise Failure("Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]")
    server, questions = names[1] if len(names) > 1 else _resolver(call), _questions(call, names[0])
    if call.state is None:
        answers = tuple(call.machine.world.net.lookup(question) for question in questions)
        waited = [answer.seconds for answer in answers if isinstance(answer, NetError)]
        return Pause(max((0.002, *waited)), answers)
    found = dict(zip(questions, call.state, strict=True))
    if any(isinstance(answer, NetError) and answer.kind != "dns" for answer in found.values()):
        call.out(";; connection timed out; no servers could be reached\n\n")
        return 1
    call.out(f"Server:\t\t{server}\nAddress:\t{server}{':53' if call.busybox else '#53'}\n\n")
    missing = [question for question, answer in found.items() if isinstance(answer, NetError)]
    if call.busybox:
        for question, answer in (*found.items(), *((each, found[each] if each in missing else ()) for each in found)):
            call.out(f"{_records(question, answer)}\n")
        return 1 if missing else 0
    answered = [question for question in questions if question not in missing]
    call.out(f"{_records(*((answered[0], found[answered[0]]) if answered else (names[0], NetError('dns'))))}\n")
    return 0 if answered else 1


def _records(question: str, answer: tuple[str, ...] | NetError) -> str:
    name = question.rstrip(".")
    if isinstance(answer, NetError):
        return f"** server can't find {name}: NXDOMAIN\n"
    return "".join(f"Name:\t{name}\nAddress: {address}\n" for address in answer)


def host(call: Call) -> Outcome:
    name = next((arg for arg in call.args if not arg.startswith("-")), "")
    found = call.machine.world.net.lookup(name)
    if isinstance(found, NetError):
        call.out(f"Host {name} not found: 3(NXDOMAIN)\n")
        return 1
    call.out("".join(f"{name} has address {address}\n" for address in found))
    return 0


def dig(call: Call) -> Outcome:
    words = [arg for arg in call.args if not arg.startswith(("-", "@", "+"))]
    name = words[0] if words else "."
    found = call.machine.world.net.lookup(name)
    answers = () if isinstance(found, NetError) else found
    if "+short" in call.args:
        call.out("".join(f"{address}\n" for address in answers))
        return 0
    status = "NXDOMAIN" if isinstance(found, NetError) else "NOERROR"
    call.out(f"\n; <<>> DiG 9.20.13 <<>> {' '.join(call.args)}\n;; global options: +cmd\n;; Got answer:\n")
    call.out(f";; ->>HEADER<<- opcode: QUERY, status: {status}, id: 4711\n")
    call.out(f";; flags: qr aa rd; QUERY: 1, ANSWER: {len(answers)}, AUTHORITY: 0, ADDITIONAL: 1\n\n")
    call.out(f";; QUESTION SECTION:\n;{name}.\t\tIN\tA\n\n")
    if answers:
        call.out(";; ANSWER SECTION:\n" + "".join(f"{name}.\t30\tIN\tA\t{address}\n" for address in answers) + "\n")
    server = _resolver(call)
    call.out(f";; Query time: 1 msec\n;; SERVER: {server}#53({server}) (UDP)\n\n")
    return 0


def getent(call: Call) -> Outcome:
    if call.args[:1] != ["hosts"] and call.args[:1] != ["ahosts"]:
        return 2
    found = call.machine.world.net.lookup(call.args[1])
    if isinstance(found, NetError):
        return 2
    call.out("".join(f"{address:<15}   {call.args[1]}\n" for address in found))
    return 0


def ping(call: Call) -> Outcome:
    """One packet a second; state is (address, sent, times)."""
    found, names = options(call, "nq46", "cWiws")
    if not names:
        raise Failure("missing host operand", 1)
    name, net = names[0], call.machine.world.net
    limit = int(found["c"]) if found.get("c", "").isdigit() else None
    if call.state is None:
        addresses = net.lookup(name)
        if isinstance(addresses, NetError):
            raise Failure(
                f"bad address '{name}'" if call.busybox else f"{name}: Name or service not known",
                1 if call.busybox else 2,
            )
        state: tuple[str, int, tuple[float, ...]] = (addresses[0], 0, ())
        call.out(f"PING {name} ({addresses[0]}): 56 data bytes\n")
    else:
        state = call.state
    address, sent, times = state
    if limit is not None and sent >= limit:
        return _statistics(call, name, sent, times)
    answer = net.ping(address)
    if not isinstance(answer, NetError):
        times = (*times, answer * 1000)
        call.out(f"64 bytes from {address}: seq={sent} ttl=63 time={answer * 1000:.3f} ms\n")
    last = limit is not None and sent + 1 >= limit
    return Pause(0.01 if last and times else 1.0, (address, sent + 1, times))


def _statistics(call: Call, name: str, sent: int, times: tuple[float, ...]) -> int:
    lost = 100 * (sent - len(times)) // max(sent, 1)
    call.out(f"\n--- {name} ping statistics ---\n")
    call.out(f"{sent} packets transmitted, {len(times)} packets received, {lost}% packet loss\n")
    if times:
        call.out(f"round-trip min/avg/max = {min(times):.3f}/{sum(times) / len(times):.3f}/{max(times):.3f} ms\n")
    return 0 if times else 1


def nc(call: Call) -> Outcome:
    """`nc [-zv] [-w SECONDS] HOST PORT`, or `nc -l -p PORT`, which accepts connections and says nothing."""
    found, names = options(call, "zvlknu46", "wpi")
    if "l" in found:
        local = found.get("p") or (names[-1] if names else "")
        if not local.isdigit():
            raise Failure("bad port")
        call.listen(int(local))
        return Serve(None)
    if len(names) < 2 or not names[1].isdigit():
        raise Failure("missing port number")
    target, port = names[0], int(names[1])
    if call.state is None:
        problem = call.machine.world.net.connect(target, port)
        patience = float(found["w"]) if found.get("w", "").isdigit() else 1e9
        return Pause(min(max(problem.seconds if problem else 0.0, 0.001), patience), (problem,))
    (problem,) = call.state
    if problem is not None:
        if problem.kind == "dns":
            raise Failure(f"bad address '{target}'")
        words = {"refused": "Connection refused", "timeout": "Connection timed out"}.get(
            problem.kind, "Host is unreachable"
        )
        if "v" in found or "z" not in found:
            call.err(f"nc: {target} ({problem.address or target}:{port}): {words}\n")
        return 1
    if "v" in found:
        call.err(f"{target} ({target}:{port}) open\n")
    return 0


def traceroute(call: Call) -> Outcome:
    name = next((arg for arg in call.args if not arg.startswith("-")), "")
    found = call.machine.world.net.lookup(name)
    if isinstance(found, NetError):
        raise Failure(f"bad address '{name}'")
    call.out(f"traceroute to {name} ({found[0]}), 30 hops max, 46 byte packets\n")
    gateway = call.machine.world.ip.rpartition(".")[0] + ".1"
    call.out(
        f" 1  {gateway} ({gateway})  0.012 ms  0.008 ms  0.006 ms\n 2  {found[0]} ({found[0]})  0.041 ms  0.035 ms  0.030 ms\n"
    )
    return 0


def ip(call: Call) -> Outcome:
    words = [arg for arg in call.args if not arg.startswith("-")]
    address = call.machine.world.ip or "127.0.0.1"
    topic = words[0] if words else ""
    if topic.startswith("r"):
        network = address.rpartition(".")[0]
        call.out(f"default via {network}.1 dev eth0 \n{network}.0/24 dev eth0 scope link  src {address} \n")
    elif topic.startswith(("a", "l")):
        call.out("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n")
        call.out("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n")
        if topic.startswith("a"):
            call.out("    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n")
        call.out("2: eth0@if12: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue state UP \n")
        call.out(f"    link/ether {_mac(address)} brd ff:ff:ff:ff:ff:ff\n")
        if topic.startswith("a"):
            call.out(f"    inet {address}/24 brd {address.rpartition('.')[0]}.255 scope global eth0\n")
            call.out("       valid_lft forever preferred_lft forever\n")
    else:
        raise Failure("Usage: ip [OPTIONS] address|route|link [ARGS]")
    return 0


def _mac(address: str) -> str:
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def ifconfig(call: Call) -> Outcome:
    address = call.machine.world.ip or "127.0.0.1"
    call.out(f"eth0      Link encap:Ethernet  HWaddr {_mac(address).upper()}  \n")
    call.out(f"          inet addr:{address}  Bcast:{address.rpartition('.')[0]}.255  Mask:255.255.255.0\n")
    call.out("          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\n")
    call.out("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n")
    call.out("          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n")
    return 0


def _listening(call: Call) -> list[tuple[int, str]]:
    """(port, pid/name) of everything that listens in the Pod."""
    own = [
        (port, f"{process.pid}/{process.argv[0].rpartition('/')[2]}")
        for process in call.machine.processes.values()
        for port in process.ports
    ]
    return sorted(own + [(port, "-") for port in call.machine.world.ports])


def netstat(call: Call) -> Outcome:
    call.out("Active Internet connections (only servers)\n")
    named = "p" in "".join(call.args)
    tail = "    PID/Program name    " if named else ""
    call.out(f"Proto Recv-Q Send-Q Local Address           Foreign Address         State   {tail}\n")
    for port, name in _listening(call):
        shown = f"    {name}" if named else ""
        call.out(f"tcp        0      0 {f'0.0.0.0:{port}':<23} 0.0.0.0:*               LISTEN  {shown}\n")
    return 0


def ss(call: Call) -> Outcome:
    call.out("State    Recv-Q   Send-Q     Local Address:Port     Peer Address:Port  Process\n")
    for port, _ in _listening(call):
        call.out(f"LISTEN   0        511              0.0.0.0:{port:<11}    0.0.0.0:*             \n")
    return 0


class BusyboxHttpd(Server):
    """`httpd -f -p PORT -h DIR`: files of a directory."""

    def start(self, call: Call) -> Outcome:
        found, _ = options(call, "fiv", "phcru")
        port = (found.get("p") or "80").rpartition(":")[2]
        call.listen(int(port) if port.isdigit() else 80)
        return Serve(join(call.process.cwd, found.get("h") or "."))

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        path = join(call.state, "." + request.path)
        try:
            content = call.machine.fs.read(path + "/index.html" if call.machine.fs.is_dir(path) else path)
        except FileError:
            text = b"<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\n"
            text += b"The requested URL was not found\n</BODY></HTML>\n"
            return HttpResponse(404, text, {"Content-Type": "text/html"}, 0.001)
        return HttpResponse(200, content, {"Content-Type": "text/html", "Content-Length": str(len(content))}, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return None if call.process.pid == 1 or signal not in (2, 15) else 128 + signal


busybox_httpd = BusyboxHttpd()
