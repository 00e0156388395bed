"""dig and host: questions to the Pod's name servers, with bind's options that people use and its way of showing answers.

`dig` asks for exactly the name it is given (unless `+search`), `host` goes through the search domains. The number of
a message is made from the question, for there is no chance here.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from k8snb.runtime.net import DnsAnswer, DnsRecord, NetError, ask_name_server
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause
from k8snb.runtime.programs.resolvconf import name_server, search_domains

_TYPES = frozenset({"A", "AAAA", "SRV", "PTR", "CNAME", "TXT", "NS", "MX", "SOA", "ANY"})
_VERSION = "9.20.13"
#: seconds that a question and its answer take
_LATENCY = 0.002


class Question(NamedTuple):
    name: str
    type: str = "A"
    server: str = ""


class Options(NamedTuple):
    """A command line of dig: the question, `+` flags, and whether it is shown at all."""

    question: Question
    flags: frozenset[str]


def reversed_name(address: str) -> str:
    """`1.0.96.10.in-addr.arpa` of an address."""
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


def _dig_options(args: list[str]) -> Options:
    name, kind, server, flags = "", "A", "", set[str]()
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("+"):
            flags.add(word[1:].partition("=")[0])
            if word == "+all":
                flags -= {"noall"}
        elif word.startswith("@"):
            server = word[1:]
        elif word == "-x" and rest:
            name, kind = reversed_name(rest.pop(0)), "PTR"
        elif word in ("-t", "-q", "-p", "-c") and rest:
            value = rest.pop(0)
            name, kind = (value, kind) if word == "-q" else (name, value.upper() if word == "-t" else kind)
        elif word.startswith("-"):
            continue
        elif word.upper() in _TYPES and (name or rest):
            kind = word.upper()
        elif word.upper() not in ("IN", "CH"):
            name = word
    return Options(Question(name or ".", kind if name else "NS", server), frozenset(flags))


def dig(call: Call) -> Outcome:
    """state is (the name that was answered, the answer)."""
    if call.args[:1] == ["-v"]:
        call.err(f"DiG {_VERSION}\n")
        return 0
    question, flags = _dig_options(call.args)
    if call.state is None:
        server = _address(call, question.server)
        if isinstance(server, NetError):
            call.out(f"dig: couldn't get address for '{question.server}': not found\n")
            return 10
        names = _candidates(call, question.name) if "search" in flags else [question.name.rstrip(".")]
        found, asked = _first(call, names, question.type, server)
        seconds = found.seconds if isinstance(found, NetError) else 0.0
        return Pause(max(seconds, _LATENCY), (asked, found))
    asked, answer = call.state
    if isinstance(answer, NetError):
        where = question.server or name_server(call)
        head = (
            "" if "short" in flags else f"\n; <<>> DiG {_VERSION} <<>> {' '.join(call.args)}\n;; global options: +cmd\n"
        )
        call.out(f";; communications error to {where}#53: timed out\n" * 3 + head + ";; no servers could be reached\n")
        return 9
    if "short" in flags:
        call.out("".join(f"{_short(record)}\n" for record in answer.records))
        return 0
    _show(call, question._replace(name=asked), answer, flags)
    return 0


def _address(call: Call, server: str) -> str | NetError:
    """A name server by address; one that is named has to be found first."""
    if not server or server.replace(".", "").isdigit():
        return server
    found = call.machine.world.net.lookup(server)
    return found if isinstance(found, NetError) else found[0]


def _candidates(call: Call, name: str) -> list[str]:
    """The absolute names that a search goes through."""
    if name.endswith("."):
        return [name.rstrip(".")]
    domains = [f"{name}.{domain}" for domain in search_domains(call)]
    return [*domains, name]


def _first(call: Call, names: list[str], type: str, server: str) -> tuple[DnsAnswer | NetError, str]:
    """The answer to the first name that exists, or to the last."""
    found: DnsAnswer | NetError = DnsAnswer("NXDOMAIN")
    name = names[-1]
    for name in names:
        found = ask_name_server(call.machine.world.net, name, type, server)
        if isinstance(found, NetError) or found.code == "NOERROR":
            break
    return found, name


def _short(record: DnsRecord) -> str:
    return _value(record)


def _value(record: DnsRecord) -> str:
    """A value with the dot that ends names."""
    if record.type in ("CNAME", "PTR", "NS", "SRV"):
        return record.value.rstrip(".") + "."
    return record.value


def _line(record: DnsRecord) -> str:
    name = record.name.rstrip(".") + "."
    tabs = "\t" * max(1, 3 - len(name) // 8) if len(name) < 24 else "\t"
    return f"{name}{tabs}{record.ttl}\tIN\t{record.type}\t{_value(record)}\n"


def _show(call: Call, question: Question, answer: DnsAnswer, flags: frozenset[str]) -> None:
    quiet = "noall" in flags
    number = int(hashlib.sha256(f"{question}{call.now}".encode()).hexdigest()[:4], 16)
    if not quiet and "nocmd" not in flags:
        call.out(f"\n; <<>> DiG {_VERSION} <<>> {' '.join(call.args)}\n;; global options: +cmd\n")
    if (not quiet and "nocomments" not in flags) or "comments" in flags:
        authority = 1 if answer.authority and not answer.records else 0
        call.out(f";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {answer.code}, id: {number}\n")
        call.out(
            f";; flags: qr aa rd; QUERY: 1, ANSWER: {len(answer.records)}, AUTHORITY: {authority}, "
            f"ADDITIONAL: {len(answer.additional) + 1}\n;; WARNING: recursion requested but not available\n\n"
        )
        call.out(f";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n; COOKIE: {number:016x} (echoed)\n")
    if (not quiet and "noquestion" not in flags) or "question" in flags:
        name = question.name.rstrip(".") + "."
        tabs = "\t" * max(1, 3 - (len(name) + 1) // 8) if len(name) < 23 else "\t"
        call.out(f";; QUESTION SECTION:\n;{name}{tabs}IN\t{question.type}\n\n")
    sections = (
        ("ANSWER", answer.records, "answer"),
        ("AUTHORITY", _authority(answer), "authority"),
        ("ADDITIONAL", answer.additional, "additional"),
    )
    for title, records, flag in sections:
        if records and ((not quiet and f"no{flag}" not in flags) or flag in flags):
            heading = "" if quiet else f";; {title} SECTION:\n"
            call.out(heading + "".join(map(_line, records)) + ("" if quiet else "\n"))
    if (not quiet and "nostats" not in flags) or "stats" in flags:
        from k8snb.runtime.programs.basic import format_date

        server = question.server or name_server(call)
        when = format_date("%a %b %d %H:%M:%S UTC %Y", call.now)
        size = 60 + sum(len(record.name) + len(record.value) for record in (*answer.records, *answer.additional))
        call.out(
            f";; Query time: 1 msec\n;; SERVER: {server}#53({server}) (UDP)\n;; WHEN: {when}\n;; MSG SIZE  rcvd: {size}\n\n"
        )


def _authority(answer: DnsAnswer) -> tuple[DnsRecord, ...]:
    if not answer.authority or answer.records:
        return ()
    zone = answer.authority.rstrip(".")
    return (DnsRecord(zone, "SOA", f"ns.dns.{zone}. hostmaster.{zone}. 1767225600 7200 1800 86400 30"),)


def host(call: Call) -> Outcome:
    """state is (the name that was answered, the answer)."""
    words, kind, rest = list[str](), "", call.args
    while rest:
        word = rest.pop(0)
        if word == "-t" and rest:
            kind = rest.pop(0).upper()
        elif not word.startswith("-"):
            words.append(word)
    if not words:
        raise Failure("usage: host [-t type] name [server]", 1)
    name, server = words[0], words[1] if len(words) > 1 else ""
    pointer = name.replace(".", "").isdigit()
    if call.state is None:
        names = [reversed_name(name)] if pointer else _candidates(call, name)
        found, asked = _first(call, names, "PTR" if pointer else kind or "A", server)
        return Pause(max(found.seconds if isinstance(found, NetError) else 0.0, _LATENCY), (asked, found))
    asked, answer = call.state
    if isinstance(answer, NetError):
        call.out(
            ";; communications error to "
            + f"{server or name_server(call)}#53: timed out\n"
            + ";; no servers could be reached\n"
        )
        return 1
    if server:
        call.out(f"Using domain server:\nName: {server}\nAddress: {server}#53\nAliases: \n\n")
    if answer.code != "NOERROR":
        shown = reversed_name(name) + "." if pointer else name
        call.out(f"Host {shown} not found: {3 if answer.code == 'NXDOMAIN' else 2}({answer.code})\n")
        return 1
    words_of = {"A": "has address", "AAAA": "has IPv6 address", "SRV": "has SRV record", "CNAME": "is an alias for",
                "PTR": "domain name pointer", "TXT": "descriptive text"}  # fmt: skip
    for record in answer.records:
        call.out(f"{record.name.rstrip('.')} {words_of.get(record.type, record.type)} {_value(record)}\n")
    if not answer.records and kind:
        call.out(f"{asked} has no {kind} record\n")
    return 0
