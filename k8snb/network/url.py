"""The part of URLs that a client needs before it can send anything: scheme, host, port, and what to ask for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

_PORTS = {"http": 80, "https": 443}


class BadUrl(ValueError):
    """A URL nobody can use; the text says why."""


class Url(NamedTuple):
    """A URL taken apart. `target` is the path with its query, `/` at least."""

    scheme: str
    host: str
    port: int
    target: str
    user: str = ""

    @property
    def authority(self) -> str:
        """What the Host header says: the port only if it is not the scheme's own."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(text: str) -> Url:
    """Take a URL apart; without a scheme it is http. BadUrl if it cannot be used."""
    scheme, sep, rest = text.partition("://")
    if not sep:
        scheme, rest = "http", text
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise BadUrl(f'Protocol "{scheme}" not supported')
    cut = min((found for mark in "/?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    authority, target = rest[:cut], rest[cut:].partition("#")[0]
    user, _, place = authority.rpartition("@")
    host, colon, port = place.partition(":")
    if not host:
        raise BadUrl("URL using bad/illegal format or missing URL" if text else "No host part in the URL")
    if any(char in host for char in " <>\"'{}|\\^`[]"):
        raise BadUrl("URL rejected: Malformed input to a URL function")
    number = _PORTS[scheme]
    if colon and port:
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise BadUrl("URL rejected: Port number was not a decimal number between 0 and 65535")
        number = int(port)
    if not target.startswith("/"):
        target = "/" + target
    return Url(scheme, host, number, quote(target, safe="/?&=%:@!$'()*+,;-._~#[]"), user)
