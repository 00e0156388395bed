"""curl's command line: the options people use, parsed as curl parses them, with its own error texts.

Options that change what a simulated request is are refused by name; those without meaning here (colour, IP version,
keep-alive) are accepted and do nothing. Source: curl(1), version 8.14.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

_TRY = "curl: try 'curl --help' or 'curl --manual' for more information\n"


class CurlError(Exception):
    """curl gives up before it sends anything: exit code, text for stderr."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(slots=True)
class Options:
    """What the command line asks for."""

    urls: list[str] = field(default_factory=list)
    method: str = ""
    headers: list[str] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    resolve: dict[tuple[str, int], str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    write_out: str = ""
    dump_header: str = ""
    max_time: float | None = None
    connect_timeout: float | None = None
    max_redirs: int = 50
    retry: int = 0
    retry_delay: float = 0.0
    retry_max_time: float = 0.0
    agent: str = "curl/8.14.1"

    def on(self, name: str) -> bool:
        return name in self.flags


Read = Callable[[str], bytes]
#: short option -> long option
_SHORT = {
    "s": "silent", "S": "show-error", "i": "show-headers", "I": "head", "v": "verbose", "o": "output",
    "O": "remote-name",
    "w": "write-out", "X": "request", "d": "data", "H": "header", "L": "location", "m": "max-time", "k": "insecure",
    "f": "fail", "A": "user-agent", "e": "referer", "b": "cookie", "u": "user", "G": "get", "D": "dump-header",
    "4": "ipv4",
    "6": "ipv6", "N": "no-buffer", "#": "progress-bar", "V": "version", "h": "help", "0": "http1.0",
    "j": "junk-session-cookies",
    "g": "globoff", "q": "disable", "F": "form", "T": "upload-file", "x": "proxy", "c": "cookie-jar", "K": "config",
}  # fmt: skip
_SWITCHES = frozenset({
    "silent", "show-error", "show-headers", "head", "verbose", "location", "insecure", "fail", "fail-with-body", "get",
    "remote-name", "retry-connrefused", "retry-all-errors", "version", "help", "no-progress-meter",
})  # fmt: skip
_NOTHING = frozenset({
    "ipv4", "ipv6", "no-buffer", "progress-bar", "http1.0", "http1.1", "http2", "compressed", "globoff", "disable",
    "junk-session-cookies", "tcp-nodelay", "no-keepalive", "fail-early", "path-as-is",
})  # fmt: skip
_ALIASES = {"include": "show-headers"}
_REFUSED = frozenset({"form", "upload-file", "proxy", "cookie-jar", "config", "next", "interface", "unix-socket",
    "socks5", "cert",
                      "key", "cacert", "limit-rate", "range", "parallel"})  # fmt: skip
_VALUES = frozenset({
    "output", "write-out", "request", "data", "data-raw", "data-binary", "data-urlencode", "data-ascii", "json",
    "header",
    "max-time", "connect-timeout", "user-agent", "referer", "cookie", "user", "dump-header", "url", "resolve",
    "max-redirs",
    "retry", "retry-delay", "retry-max-time",
})  # fmt: skip
_NUMBERS: dict[str, Callable[[str], Any]] = {
    "max-time": float, "connect-timeout": float, "retry-delay": float, "retry-max-time": float, "max-redirs": int, "retry": int,
}  # fmt: skip


def parse(argv: Sequence[str], read: Read) -> Options:
    """Read a command line (without `curl`). `read` gives a file's bytes, for `@file`. CurlError if it is wrong."""
    options = Options()
    words = list(argv)
    only_urls = False
    while words:
        word = words.pop(0)
        if only_urls or not word.startswith("-") or word == "-":
            options.urls.append(word)
        elif word == "--":
            only_urls = True
        elif word.startswith("--"):
            name = _long(word)
            _apply(options, name, f"--{name}", words, None, read)
        else:
            _cluster(options, word, words, read)
    return options


def _long(word: str) -> str:
    name = word[2:]
    name = _ALIASES.get(name, name)
    known = _SWITCHES | _NOTHING | _VALUES | _REFUSED
    if name in known:
        return name
    if name.startswith("no-") and name[3:] in _SWITCHES | _NOTHING:
        return name
    matches = [item for item in known if item.startswith(name)]
    if len(matches) == 1:
        return matches[0]
    raise CurlError(2, f"curl: option {word}: is {'ambiguous' if matches else 'unknown'}\n{_TRY}")


def _cluster(options: Options, word: str, words: list[str], read: Read) -> None:
    """`-sS`, `-o/dev/null`, `-XPOST`: short options together; one that needs a value takes the rest."""
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = _SHORT.get(letter)
        if name is None:
            raise CurlError(2, f"curl: option -{letter}: is unknown\n{_TRY}")
        takes = name in _VALUES or name in _REFUSED
        _apply(options, name, f"-{letter}", words, letters if takes and letters else None, read)
        if takes:
            return


def _apply(options: Options, name: str, shown: str, words: list[str], attached: str | None, read: Read) -> None:
    if name in _REFUSED:
        raise CurlError(2, f"curl: option {shown}: is not simulated here\n")
    if name in _SWITCHES:
        options.flags.add(name)
    elif name.startswith("no-") and name[3:] in _SWITCHES:
        options.flags.discard(name[3:])
    elif name in _VALUES:
        if attached is None and not words:
            raise CurlError(2, f"curl: option {shown}: requires parameter\n{_TRY}")
        _value(options, name, shown, attached if attached is not None else words.pop(0), read)


def _value(options: Options, name: str, shown: str, value: str, read: Read) -> None:
    if name in _NUMBERS:
        setattr(options, name.replace("-", "_"), _number(shown, value, _NUMBERS[name]))
    elif name.startswith("data") or name == "json":
        options.data.append(_data(name, value, read))
        if name == "json":
            options.headers += ["Content-Type: application/json", "Accept: application/json"]
    elif name == "header":
        options.headers += read(value[1:]).decode().splitlines() if value.startswith("@") else [value]
    elif name == "user":
        options.headers.append("Authorization: Basic " + b64encode(value.encode()).decode())
    elif name == "resolve":
        _resolve(options, shown, value)
    else:
        _text(options, name, value, read)


def _text(options: Options, name: str, value: str, read: Read) -> None:
    match name:
        case "request":
            options.method = value
        case "output":
            options.outputs.append(value)
        case "write-out":
            options.write_out = read(value[1:]).decode() if value.startswith("@") else value
        case "user-agent":
            options.agent = value
        case "referer" | "cookie":
            options.headers.append(f"{name.capitalize()}: {value}")
        case "dump-header":
            options.dump_header = value
        case "url":
            options.urls.append(value)


def _number(shown: str, value: str, kind: Callable[[str], Any]) -> Any:
    try:
        found = kind(value)
    except ValueError:
        found = None
    if found is None or found < (-1 if kind is int else 0):
        raise CurlError(2, f"curl: option {shown}: expected a proper numerical parameter\n{_TRY}")
    return found


def _data(name: str, value: str, read: Read) -> bytes:
    if name == "data-urlencode":
        key, sep, text = value.partition("=")
        return (f"{key}=" if sep and key else "").encode() + quote_plus(text if sep else key).encode()
    if value.startswith("@") and name != "data-raw":
        content = read(value[1:])
        return content if name in ("data-binary", "json") else content.replace(b"\r", b"").replace(b"\n", b"")
    return value.encode()


def _resolve(options: Options, shown: str, value: str) -> None:
    host, _, rest = value.partition(":")
    port, _, address = rest.partition(":")
    if not port.isdigit() or not address:
        raise CurlError(49, f"curl: (49) Couldn't parse CURLOPT_RESOLVE entry '{value}'\n")
    options.resolve[host.lower(), int(port)] = address
