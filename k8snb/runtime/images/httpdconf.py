"""Apache's configuration language, as far as the simulated httpd goes: ports, document roots, virtual hosts, redirects.

Directives that change nothing here (logs, modules, timeouts) are taken as they are; one that Apache does not know is refused in
its words, with the line.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from k8snb.runtime.filesystem import FileError, Filesystem, join

SERVER_ROOT = "/usr/local/apache2"
MAIN = f"{SERVER_ROOT}/conf/httpd.conf"
_IDLE = frozenset(
    [
        "loadmodule",
        "user",
        "group",
        "serveradmin",
        "serverroot",
        "errorlog",
        "loglevel",
        "customlog",
        "logformat",
        "allowoverride",
        "addtype",
        "typesconfig",
        "addhandler",
        "setenvif",
        "setenv",
        "browsermatch",
        "enablesendfile",
        "enablemmap",
        "timeout",
        "keepalive",
        "maxkeepaliverequests",
        "keepalivetimeout",
        "header",
        "requestheader",
        "scriptalias",
        "proxypreservehost",
        "proxypassreverse",
        "proxyrequests",
        "servertokens",
        "serversignature",
        "traceenable",
        "hostnamelookups",
        "addoutputfilterbytype",
        "adddefaultcharset",
        "filesmatch",
        "mutex",
        "pidfile",
        "maxrequestworkers",
        "startservers",
        "expiresactive",
        "expiresdefault",
        "rewriteengine",
        "addencoding",
        "addicon",
        "indexoptions",
        "order",
        "allow",
        "deny",
    ]
)


_UNKNOWN = "Invalid command '{}', perhaps misspelled or defined by a module not included in the server configuration"


class ConfigError(ValueError):
    """What httpd prints before it ends."""


@dataclass
class Host:
    """The main server or one VirtualHost."""

    port: int = 0
    name: str = ""
    aliases: tuple[str, ...] = ()
    root: str = f"{SERVER_ROOT}/htdocs"
    index: tuple[str, ...] = ("index.html",)
    mapped: dict[str, str] = field(default_factory=dict)
    redirects: list[tuple[str, int, str]] = field(default_factory=list)
    proxied: list[tuple[str, str]] = field(default_factory=list)
    pages: dict[int, str] = field(default_factory=dict)

    def heir(self, port: int) -> Host:
        """A VirtualHost inside it."""
        return Host(port, "", (), self.root, self.index, dict(self.mapped), list(self.redirects), [], dict(self.pages))


@dataclass
class Config:
    """All of it: the ports, the hosts (the main server first), directories that are denied or listed."""

    ports: list[int] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=lambda: [Host()])
    denied: set[str] = field(default_factory=set)
    granted: set[str] = field(default_factory=set)
    listed: dict[str, bool] = field(default_factory=dict)

    def host(self, name: str, port: int) -> Host:
        """Who answers for a name at a port: the host of that name, else the first of the port, else the main server."""
        fitting = [host for host in self.hosts[1:] if host.port in (0, port)]
        named = [host for host in fitting if name == host.name or name in host.aliases]
        return next(iter([*named, *fitting]), self.hosts[0])

    def allows(self, path: str) -> bool:
        """May a file be served? The longest directory that says something about it decides."""
        found = max((known for known in self.denied | self.granted if _below(path, known)), key=len, default="")
        return found in self.granted or not found

    def lists(self, path: str) -> bool:
        found = max((known for known in self.listed if _below(path, known)), key=len, default="")
        return self.listed.get(found, False)


def _below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def read_config(fs: Filesystem) -> Config:
    """Read the configuration. ConfigError."""
    config = Config()
    _read(fs, MAIN, config, 0)
    if not config.ports:
        raise ConfigError("(2)No such file or directory: AH00015: no listening sockets available, shutting down")
    return config


def _lines(fs: Filesystem, path: str) -> Iterator[tuple[int, str]]:
    try:
        text = fs.read(path).decode("utf-8", "replace")
    except FileError:
        raise ConfigError(f"httpd: Could not open configuration file {path}: No such file or directory") from None
    whole, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        begun = begun or number
        if line.endswith("\\"):
            whole += line[:-1] + " "
            continue
        whole += line
        if whole.strip() and not whole.strip().startswith("#"):
            yield begun, whole.strip()
        whole, begun = "", 0


def _read(fs: Filesystem, path: str, config: Config, depth: int) -> None:
    stack: list[tuple[str, str]] = []
    host = config.hosts[0]
    for number, line in _lines(fs, path):

        def refuse(text: str, number: int = number) -> ConfigError:
            return ConfigError(f"AH00526: Syntax error on line {number} of {path}:\n{text}")

        if line.startswith("</"):
            name = line[2:].rstrip(">").strip().lower()
            if not stack or stack[-1][0] != name:
                raise refuse(f"{line} without matching <{line[2:].rstrip('>')}> section")
            stack.pop()
            host = config.hosts[0] if name == "virtualhost" else host
            continue
        if line.startswith("<"):
            name, _, value = line.strip("<>").partition(" ")
            value = value.strip().strip('"')
            if name.lower() not in _SECTIONS:
                raise refuse(_UNKNOWN.format("<" + name))
            stack.append((name.lower(), value))
            if name.lower() == "virtualhost":
                port = value.rpartition(":")[2]
                host = config.hosts[0].heir(int(port) if port.isdigit() else 0)
                config.hosts.append(host)
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            raise refuse("Syntax error") from None
        if words[0].lower() in ("include", "includeoptional"):
            for name in _included(fs, words[1]) if len(words) > 1 and depth < 5 else ():
                _read(fs, name, config, depth + 1)
            continue
        problem = _directive(fs, config, host, stack, words)
        if problem:
            raise refuse(problem)
    if stack:
        raise ConfigError(f"AH00526: Syntax error on line 1 of {path}:\n<{stack[-1][0]}> was not closed.")


_SECTIONS = frozenset(
    (
        "virtualhost",
        "directory",
        "ifmodule",
        "files",
        "filesmatch",
        "location",
        "ifdefine",
        "requireall",
        "requireany",
        "proxy",
        "limit",
    )
)


def _included(fs: Filesystem, pattern: str) -> list[str]:
    path = join(SERVER_ROOT, pattern)
    directory, _, name = path.rpartition("/")
    if not fs.is_dir(directory):
        return []
    return [f"{directory}/{known}" for known in fs.listdir(directory) if fnmatchcase(known, name)]


def _directive(fs: Filesystem, config: Config, host: Host, stack: list[tuple[str, str]], words: list[str]) -> str:
    """Heed one directive; what is wrong with it, or "" """
    name, args = words[0].lower(), words[1:]
    inside, where = stack[-1] if stack else ("", "")
    if inside in ("ifmodule", "ifdefine"):
        inside, where = next((item for item in reversed(stack) if item[0] not in ("ifmodule", "ifdefine")), ("", ""))
    if name in _IDLE:
        return ""
    if not args:
        return f"{words[0]} takes at least one argument"
    if name == "listen":
        port = args[0].rpartition(":")[2]
        if not port.isdigit():
            return f"Port must be specified: {args[0]}"
        config.ports.append(int(port))
    elif name == "documentroot":
        host.root = join(SERVER_ROOT, args[0])
        if not fs.is_dir(host.root):
            return f"DocumentRoot '{args[0]}' is not a directory, or is not readable"
    elif name == "servername":
        host.name = args[0].partition(":")[0]
    elif name == "serveralias":
        host.aliases = (*host.aliases, *args)
    elif name == "directoryindex":
        host.index = tuple(args)
    elif name == "alias" and len(args) > 1:
        host.mapped[args[0]] = args[1]
    elif name in ("redirect", "redirectmatch"):
        codes = {"permanent": 301, "temp": 302, "seeother": 303, "gone": 410}
        status = codes.get(args[0], int(args[0]) if args[0].isdigit() else 0)
        rest = args[1:] if status else args
        host.redirects.append((rest[0], status or 302, rest[1] if len(rest) > 1 else ""))
    elif name == "proxypass":
        host.proxied.append((args[0], args[1]) if len(args) > 1 else (where, args[0]))
    elif name == "errordocument" and len(args) > 1 and args[0].isdigit():
        host.pages[int(args[0])] = " ".join(args[1:])
    elif name == "require" and inside == "directory":
        (config.denied if args[-1] == "denied" else config.granted).add(where.rstrip("/") or "/")
    elif name == "options" and inside == "directory":
        config.listed[where.rstrip("/") or "/"] = any(arg.lstrip("+").lower() in ("indexes", "all") for arg in args)
    elif name not in ("require", "options"):
        return _UNKNOWN.format(words[0])
    return ""
