"""nginx's configuration language, as far as the simulated nginx goes: servers, locations, static files, return, proxy_pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from k8snb.runtime.filesystem import FileError, Filesystem
from k8snb.runtime.shell.pattern import glob

MAIN = "/etc/nginx/nginx.conf"


class ConfigError(ValueError):
    """What nginx prints behind `[emerg]`."""


@dataclass(frozen=True, slots=True)
class Location:
    """One `location`: how requests below a prefix are answered."""

    prefix: str = "/"
    exact: bool = False
    root: str = "/etc/nginx/html"
    alias: str = ""
    index: tuple[str, ...] = ("index.html",)
    returns: tuple[int, str] | None = None
    proxy: str = ""
    proxy_headers: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    default_type: str = ""
    regex: str = ""


@dataclass(frozen=True, slots=True)
class VirtualServer:
    """One `server`."""

    ports: tuple[int, ...]
    names: tuple[str, ...]
    locations: tuple[Location, ...]
    error_pages: Mapping[int, str] = field(default_factory=dict)
    default: bool = False

    def location(self, path: str) -> Location:
        """The location that a path falls into: exact, then regular expression, then the longest prefix."""
        exact = next((item for item in self.locations if item.exact and item.prefix == path), None)
        if exact is not None:
            return exact
        matched = next((item for item in self.locations if item.regex and re.search(item.regex, path)), None)
        if matched is not None:
            return matched
        prefixed = [
            item for item in self.locations if not item.exact and not item.regex and path.startswith(item.prefix)
        ]
        return max(prefixed, key=lambda item: len(item.prefix), default=Location())


@dataclass(frozen=True, slots=True)
class NginxConfig:
    """All servers of a configuration; `stock` is the one that the image came with."""

    servers: tuple[VirtualServer, ...]
    stock: bool = False

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(sorted({port for server in self.servers for port in server.ports}))

    def server(self, port: int, host: str) -> VirtualServer:
        """The server for a port and a Host header: by name, else the default one."""
        candidates = [server for server in self.servers if port in server.ports]
        named = next((server for server in candidates if host in server.names), None)
        return named or next((server for server in candidates if server.default), candidates[0])


#: a directive: its words, its block or None, where it stands
Directive = tuple[list[str], "list[Directive] | None", str, int]

_TOKEN = re.compile(
    r"\s+|#[^\n]*|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<mark>[{};])|(?P<word>(?:\\.|\$\{\w+\}|[^\s{};\"'])+)"
)
_SIMPLE = frozenset(
    [
        "user",
        "worker_processes",
        "error_log",
        "pid",
        "events",
        "worker_connections",
        "http",
        "include",
        "default_type",
        "log_format",
        "access_log",
        "sendfile",
        "keepalive_timeout",
        "server",
        "listen",
        "server_name",
        "location",
        "root",
        "index",
        "error_page",
        "return",
        "proxy_pass",
        "proxy_set_header",
        "proxy_bind",
        "add_header",
        "alias",
        "tcp_nopush",
        "tcp_nodelay",
        "gzip",
        "charset",
        "client_max_body_size",
        "proxy_http_version",
        "proxy_read_timeout",
        "proxy_connect_timeout",
        "proxy_redirect",
        "proxy_buffering",
        "autoindex",
        "server_tokens",
        "try_files",
        "types",
        "types_hash_max_size",
        "multi_accept",
        "use",
        "resolver",
        "expires",
        "deny",
        "allow",
        "limit_rate",
        "stub_status",
        "upstream",
        "map",
        "set",
        "if",
        "rewrite",
        "ssl_certificate",
        "ssl_certificate_key",
        "daemon",
        "gzip_types",
        "gzip_proxied",
        "large_client_header_buffers",
        "send_timeout",
        "open_file_cache",
        "internal",
        "absolute_redirect",
        "port_in_redirect",
    ]
)


def read_config(files: Filesystem) -> NginxConfig:
    """Read the configuration of a container; ConfigError in nginx's words."""
    top = _parse(files, MAIN)
    http = next((block for words, block, _, _ in top if words[0] == "http" and block is not None), None)
    if http is None:
        return NginxConfig(())
    base = _inherit(Location(), http)
    servers = [_server(block, base) for words, block, _, _ in http if words[0] == "server" and block is not None]
    return NginxConfig(tuple(servers))


def _parse(files: Filesystem, path: str) -> list[Directive]:
    try:
        text = files.read(path).decode("utf-8", "replace")
    except FileError as error:
        raise ConfigError(f'open() "{path}" failed (2: {error.words})') from None
    tokens = _tokens(text, path)
    return _block(tokens, files, path, 0)


def _tokens(text: str, path: str) -> Iterator[tuple[str, str, int]]:
    """(kind, text, line)."""
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConfigError(f'unexpected "{text[at]}" in {path}:{line}')
        if match["string"]:
            yield "word", re.sub(r"\\(.)", r"\1", match["string"][1:-1]), line
        elif match["mark"]:
            yield "mark", match["mark"], line
        elif match["word"]:
            yield "word", match["word"], line
        line += match[0].count("\n")
        at = match.end()
    yield "end", "", line


def _block(tokens: Iterator[tuple[str, str, int]], files: Filesystem, path: str, depth: int) -> list[Directive]:
    found: list[Directive] = []
    words: list[str] = []
    for kind, text, line in tokens:
        if kind == "word":
            words.append(text)
        elif kind == "end":
            if words or depth:
                expected = '";" or "}"' if depth else '";"'
                raise ConfigError(f"unexpected end of file, expecting {expected} in {path}:{line}")
            return found
        elif text == "}":
            if words:
                raise ConfigError(f'unexpected "}}" in {path}:{line}')
            if not depth:
                raise ConfigError(f'unexpected "}}" in {path}:{line}')
            return found
        elif not words:
            raise ConfigError(f'unexpected "{text}" in {path}:{line}')
        else:
            _known(words, path, line)
            block = _block(tokens, files, path, depth + 1) if text == "{" else None
            if words[0] == "include" and block is None:
                found += _included(files, words[1])
            else:
                found.append((words, block, path, line))
            words = []
    return found


def _known(words: list[str], path: str, line: int) -> None:
    if words[0] not in _SIMPLE and words[0] not in ("text/html", "default") and "/" not in words[0]:
        raise ConfigError(f'unknown directive "{words[0]}" in {path}:{line}')


def _included(files: Filesystem, pattern: str) -> list[Directive]:
    if pattern.endswith("mime.types"):
        return []
    paths = (
        glob(files, "/etc/nginx", pattern)
        if "*" in pattern
        else [pattern if pattern.startswith("/") else f"/etc/nginx/{pattern}"]
    )
    return [directive for path in paths for directive in _parse(files, path)]


def _inherit(base: Location, block: list[Directive]) -> Location:
    """A location's settings with those of a block applied."""
    for words, inner, _, _ in block:
        name, args = words[0], words[1:]
        if inner is not None:
            continue
        if name == "root":
            base = replace(base, root=args[0], alias="")
        elif name == "alias":
            base = replace(base, alias=args[0])
        elif name == "index":
            base = replace(base, index=tuple(args))
        elif name == "default_type":
            base = replace(base, default_type=args[0] if args[0] != "application/octet-stream" else "")
        elif name == "return":
            code = int(args[0]) if args[0].isdigit() else 302
            base = replace(base, returns=(code, " ".join(args[1:] if args[0].isdigit() else args)))
        elif name == "proxy_pass":
            base = replace(base, proxy=args[0])
        elif name == "proxy_set_header":
            base = replace(base, proxy_headers={**base.proxy_headers, args[0]: args[1]})
        elif name == "add_header":
            base = replace(base, headers={**base.headers, args[0]: args[1]})
    return base


def _server(block: list[Directive], base: Location) -> VirtualServer:
    ports: list[int] = []
    names: list[str] = []
    pages: dict[int, str] = {}
    default = False
    inherited = _inherit(base, block)
    own = replace(inherited, returns=None, proxy="")
    locations: list[Location] = []
    for words, inner, path, line in block:
        if words[0] == "listen":
            port = words[1].rpartition(":")[2]
            if not port.isdigit():
                raise ConfigError(f'invalid port in "{words[1]}" of the "listen" directive in {path}:{line}')
            ports.append(int(port))
            default = default or "default_server" in words
        elif words[0] == "server_name":
            names += words[1:]
        elif words[0] == "error_page":
            pages |= {int(code): words[-1] for code in words[1:-1] if code.isdigit()}
        elif words[0] == "location" and inner is not None:
            locations.append(_inherit(_place(own, words[1:]), inner))
    if inherited.returns is not None:
        locations = [replace(inherited, prefix="/")]
    elif not any(item.prefix == "/" for item in locations):
        locations.append(own)
    return VirtualServer(tuple(dict.fromkeys(ports)) or (80,), tuple(names), tuple(locations), pages, default)


def _place(base: Location, words: list[str]) -> Location:
    if words[0] in ("~", "~*"):
        return replace(base, prefix=words[1], regex=("(?i)" if words[0] == "~*" else "") + words[1])
    if words[0] in ("=", "^~"):
        return replace(base, prefix=words[1], exact=words[0] == "=")
    return replace(base, prefix=words[0])
