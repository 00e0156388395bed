"""Small network tools: nslookup, getent, traceroute, busybox's httpd. The larger ones have modules of their own."""

from __future__ import annotations

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.net import DnsAnswer, HttpRequest, HttpResponse, NetError, ask_name_server
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, Serve, Server
from k8snb.runtime.programs.resolvconf import name_server, search_domains
from k8snb.runtime.programs.resolving import reversed_name


def _questions(call: Call, name: str) -> list[str]:
    """The absolute names that nslookup asks for: busybox searches for names without a dot only, but in all domains."""
    domains = search_domains(call)
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
    types = [arg.partition("=")[2].upper() for arg in call.args if arg.startswith(("-type=", "-querytype=", "-q="))]
    if types or names[0].replace(".", "").isdigit():
        return _typed(call, names, types[-1] if types else "PTR")
    server, questions = names[1] if len(names) > 1 else name_server(call), _questions(call, names[0])
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


def _typed(call: Call, names: list[str], type: str) -> Outcome:
    """nslookup with `-type=`, or of an address: one kind of record, of the first name that has an answer."""
    server, address = names[1] if len(names) > 1 else name_server(call), names[0].replace(".", "").isdigit()
    questions = [reversed_name(names[0])] if address else _questions(call, names[0])
    if call.state is None:
        asked = [(name, ask_name_server(call.machine.world.net, name, type, server)) for name in questions]
        waited = [answer.seconds for _, answer in asked if isinstance(answer, NetError)]
        return Pause(max((0.002, *waited)), tuple(asked))
    found: dict[str, DnsAnswer] = {}
    for name, answer in call.state:
        if isinstance(answer, NetError):
            call.out(";; connection timed out; no servers could be reached\n\n")
            return 1
        found[name.rstrip(".")] = answer
    call.out(f"Server:\t\t{server}\nAddress:\t{server}{':53' if call.busybox else '#53'}\n\n")
    good = [name for name, answer in found.items() if answer.code == "NOERROR"]
    shown = list(found) if call.busybox else good[:1] or list(found)[-1:]
    for name in shown:
        call.out(f"{_answer_text(call, name, found[name])}\n")
    return 0 if (len(good) == len(found) if call.busybox else good) else 1


def _answer_text(call: Call, name: str, answer: DnsAnswer) -> str:
    """The records of one answer; bind ends names with a dot, busybox does not, and says nothing where there are none."""
    if answer.code != "NOERROR":
        return f"** server can't find {name}: {answer.code}\n"
    if not answer.records:
        return "" if call.busybox else f"*** Can't find {name}: No answer\n"
    dot = "" if call.busybox else "."
    words = {"PTR": "name", "CNAME": "canonical name", "SRV": "service", "TXT": "text"}
    lines = []
    for record in answer.records:
        if record.type in ("A", "AAAA"):
            lines.append(f"Name:\t{record.name}\nAddress: {record.value}\n")
        else:
            end = dot if record.type != "TXT" else ""
            lines.append(f"{record.name}\t{words.get(record.type, record.type)} = {record.value}{end}\n")
    return "".join(lines)


def _records(question: str, answer: tuple[str, ...] | NetError) -> str:
    name = question.rstrip(".")
    if isinstance(answer, NetError):
        return f"** server can't find {name}: NXDOMAIN\n"
    return "".join(f"Name:\t{name}\nAddress: {address}\n" for address in answer)


def getent(call: Call) -> Outcome:
    if call.args[:1] != ["hosts"] and call.args[:1] != ["ahosts"]:
        return 2
    found = call.machine.world.net.lookup(call.args[1])
    if isinstance(found, NetError):
        return 2
    call.out("".join(f"{address:<15}   {call.args[1]}\n" for address in found))
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


class BusyboxHttpd(Server):
    """`httpd -f -p PORT -h DIR`: files of a directory."""

    def start(self, call: Call) -> Outcome:
        found, _ = options(call, "fiv", "phcru")
        port = (found.get("p") or "80").rpartition(":")[2]
        call.listen(int(port) if port.isdigit() else 80)
        return Serve(join(call.process.cwd, found.get("h") or "."))

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        path = str(call.state).rstrip("/") + join("/", request.path)
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
