"""What CoreDNS' plugin log writes down of a question: `[INFO] client:port - id "A IN name. udp size …" NOERROR qr,aa,rd …`.

Sizes are those of the messages on the wire, without compression, as CoreDNS counts them. Source: https://coredns.io/plugins/log/.
"""

from __future__ import annotations

from k8snb.network.dns import Answer, Record


def log_line(client: str, port: int, number: int, name: str, type: str, found: Answer, seconds: float) -> str:
    """A question and its answer as CoreDNS logs them; sizes are those on the wire, without compression."""
    question = 12 + _encoded(name) + 4
    size = question + sum(_record_size(record) for record in found.records + found.additional)
    if found.authority and not found.records:
        zone = found.authority
        size += _encoded(zone) + 10 + _encoded(f"ns.dns.{zone}") + _encoded(f"hostmaster.{zone}") + 20
    flags = "qr,aa,rd" if found.own else "qr,rd,ra"
    return (
        f'[INFO] {client}:{port} - {number} "{type} IN {name.rstrip(".")}. udp {question} false 512" '
        f"{found.code} {flags} {size} {seconds:.9f}s\n"
    )


def log_class(found: Answer) -> str:
    """Which of plugin log's classes an answer belongs to."""
    if found.code == "NXDOMAIN" or (found.code == "NOERROR" and not found.records):
        return "denial"
    return "success" if found.code == "NOERROR" else "error"


def _encoded(name: str) -> int:
    """How many bytes a name takes."""
    return len(name.rstrip(".")) + 2


def _record_size(record: Record) -> int:
    data = {"A": 4, "AAAA": 16}.get(record.type)
    if data is None:
        target = record.value.rpartition(" ")[2]
        data = _encoded(target) + (6 if record.type == "SRV" else 0) if record.type != "TXT" else len(record.value) - 1
    return _encoded(record.name) + 10 + data
