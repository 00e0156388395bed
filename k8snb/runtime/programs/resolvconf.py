"""What a container's /etc/resolv.conf says: its name servers and its search domains."""

from __future__ import annotations

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs.program import Call


def _lines(call: Call) -> list[str]:
    try:
        return call.machine.fs.read("/etc/resolv.conf").decode("utf-8", "replace").splitlines()
    except FileError:
        return []


def name_server(call: Call) -> str:
    """The first name server."""
    return next((line.split()[1] for line in _lines(call) if line.startswith("nameserver ")), "127.0.0.11")


def search_domains(call: Call) -> list[str]:
    """The search domains; the last line of them counts."""
    found = [line.split()[1:] for line in _lines(call) if line.startswith(("search ", "domain "))]
    return found[-1] if found else []
