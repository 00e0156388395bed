"""httpd: Apache's server. Serves its document root by its configuration, reads it again when asked, writes an access
log.

What is understood of the configuration is in `httpdconf.py`. `httpd -t` checks it, `httpd -k graceful` (SIGUSR1,
SIGHUP) reads it again, SIGTERM and SIGWINCH stop it. Left out: CGI, .htaccess, rewriting, TLS.
"""

from __future__ import annotations

from html import escape

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, File, FileError, join, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.images.httpdconf import Config, ConfigError, Host, read_config
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Failure, Outcome, Serve

_ROOT = "/usr/local/apache2"
_NAME = "Apache/2.4.65 (Unix)"
_CONF = """ServerRoot "/usr/local/apache2"
Listen 80
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule log_config_module modules/mod_log_config.so
LoadModule dir_module modules/mod_dir.so
LoadModule autoindex_module modules/mod_autoindex.so
LoadModule alias_module modules/mod_alias.so
#LoadModule proxy_module modules/mod_proxy.so
#LoadModule proxy_http_module modules/mod_proxy_http.so
<IfModule unixd_module>
User www-data
Group www-data
</IfModule>
ServerAdmin you@example.com
#ServerName www.example.com:80
<Directory />
    AllowOverride none
    Require all denied
</Directory>
DocumentRoot "/usr/local/apache2/htdocs"
<Directory "/usr/local/apache2/htdocs">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>
ErrorLog /proc/self/fd/2
LogLevel warn
<IfModule log_config_module>
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
    CustomLog /proc/self/fd/1 common
</IfModule>
#Include conf/extra/httpd-vhosts.conf
"""
_TYPES = {"html": "text/html", "htm": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json",
          "txt": "text/plain", "png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml", "xml": "text/xml"}  # fmt: skip
_BUSY = (
    "The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\n"
    "problems. Please try again later."
)
_WORDS = {
    403: ("Forbidden", "You don't have permission to access this resource."),
    404: ("Not Found", "The requested URL was not found on this server."),
    405: ("Method Not Allowed", "The requested method is not allowed for this URL."),
    503: ("Service Unavailable", _BUSY),
}


class Httpd(Image):
    repository = "docker.io/library/httpd"
    tags = {tag: content_digest(f"httpd {tag}") for tag in ("latest", "2", "2.4", "2.4.65", "alpine", "2.4-alpine")}
    size = 60 * MIB
    memory = 9 * MIB
    cmd = ("httpd-foreground",)
    workdir = _ROOT
    env = {"PATH": f"{_ROOT}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HTTPD_PREFIX": _ROOT}
    exposed = ("80/tcp",)
    stop_signal = "SIGWINCH"

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        vars(self)["userland"] = "busybox" if "alpine" in tag else "debian"

    def files(self) -> Directory:
        server = userland.executable("image:httpd:Httpd", 900_000)
        own: dict[str, str | bytes | Entry] = {
            f"{_ROOT}/htdocs/index.html": "<html><body><h1>It works!</h1></body></html>\n",
            **{f"{_ROOT}/bin/{name}": server for name in ("httpd", "httpd-foreground", "apachectl")},
            f"{_ROOT}/conf/httpd.conf": _CONF,
            f"{_ROOT}/conf/extra/httpd-vhosts.conf": "# virtual hosts\n",
            f"{_ROOT}/logs/": "",
        }
        return merge(userland.alpine() if "alpine" in self.tag else userland.debian(), tree(own))

    def start(self, call: Call) -> Outcome:
        args = call.args
        if args[:1] == ["-v"]:
            call.out(f"Server version: {_NAME}\n")
            return 0
        try:
            config = read_config(call.machine.fs)
        except ConfigError as error:
            call.err(f"{error}\n")
            return 1
        if not config.hosts[0].name:
            _nameless(call)
        if args[:1] in (["-t"], ["configtest"]):
            call.err("Syntax OK\n")
            return 0
        if "-k" in args or call.name == "apachectl":
            return _control(call, args[-1] if args else "")
        for port in config.ports:
            try:
                call.listen(port)
            except Failure:
                call.err(
                    f"(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:{port}\n"
                    "no listening sockets available, shutting down\nAH00015: Unable to open logs\n"
                )
                return 1
        call.err(_note(call, "mpm_event", f"AH00489: {_NAME} configured -- resuming normal operations"))
        call.err(_note(call, "core", "AH00094: Command line: 'httpd -D FOREGROUND'"))
        return Serve(config)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        config: Config = call.state
        host = config.host(request.header("host").partition(":")[0], port)
        answer = _answer(call, config, host, request)
        page = host.pages.get(answer.status, "")
        if page.startswith("/"):
            inner = _answer(call, config, host, HttpRequest("GET", page, request.headers, client=request.client))
            answer = HttpResponse(answer.status, inner.body, inner.headers, answer.seconds, answer.cpu)
        elif page:
            answer = _page(answer.status, page.encode(), {"Content-Type": "text/html; charset=iso-8859-1"})
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", call.now)
        line = f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1"'
        call.out(f"{line} {answer.status} {len(answer.body) or '-'}\n")
        if request.method == "HEAD":
            return HttpResponse(answer.status, b"", answer.headers, answer.seconds, answer.cpu)
        return answer

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (1, 10):
            return _reload(call, signal)
        if signal not in (2, 15, 28):
            return None
        text = "shutting down" if signal != 28 else "shutting down gracefully"
        number = "AH00491" if signal != 28 else "AH00492"
        call.err(_note(call, "mpm_event", f"{number}: caught SIG{'TERM' if signal != 28 else 'WINCH'}, {text}"))
        return 0


def _nameless(call: Call) -> None:
    ip = call.machine.world.ip or "127.0.0.1"
    call.err(
        "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, "
        f"using {ip}. Set the 'ServerName' directive globally to suppress this message\n"
    )


def _control(call: Call, verb: str) -> int:
    """`httpd -k graceful` and its kin: a signal to process 1."""
    signals = {"graceful": 10, "restart": 1, "stop": 15, "graceful-stop": 28}
    if verb not in signals:
        call.err(
            "httpd (pid 1) already running\n"
            if verb == "start"
            else "Usage: httpd -k start|restart|graceful|graceful-stop|stop\n"
        )
        return 0 if verb == "start" else 1
    call.machine.kill(1, signals[verb], outside=True)
    return 0


def _reload(call: Call, signal: int) -> int | None:
    name = "SIGHUP" if signal == 1 else "SIGUSR1"
    what = "Attempting to restart" if signal == 1 else "Doing graceful restart"
    call.err(_note(call, "mpm_event", f"AH0049{4 if signal == 1 else 3}: {name} received.  {what}"))
    try:
        config = read_config(call.machine.fs)
    except ConfigError as error:
        call.err(f"{error}\n")
        return 1
    if not config.hosts[0].name:
        _nameless(call)
    call.process.ports = tuple(port for port in config.ports if not call.machine.port_taken(port, call.process.pid))
    call.process.state = config
    call.err(_note(call, "mpm_event", f"AH00489: {_NAME} configured -- resuming normal operations"))
    return None


def _answer(call: Call, config: Config, host: Host, request: HttpRequest) -> HttpResponse:
    path = request.path
    for prefix, status, target in host.redirects:
        if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
            return _page(
                status, b"", {"Location": target.rstrip("/") + path[len(prefix.rstrip("/")) :] if target else ""}
            )
    for prefix, target in host.proxied:
        if target != "!" and (path == prefix or path.startswith(prefix.rstrip("/") + "/") or prefix == "/"):
            return _proxied(call, request, target.rstrip("/") + "/" + request.target[len(prefix) :].lstrip("/"))
    if request.method not in ("GET", "HEAD"):
        return _error(405) if request.method not in ("POST", "OPTIONS") else _file(call, config, host, request)
    return _file(call, config, host, request)


def _proxied(call: Call, request: HttpRequest, url: str) -> HttpResponse:
    headers = {**request.headers, "X-Forwarded-For": request.client}
    headers.pop("Host", None)
    answer = call.machine.world.net.http(request.method, url, headers, request.body)
    if isinstance(answer, NetError):
        call.err(_note(call, "proxy", f"AH00957: http: attempt to connect to {url} failed", "error"))
        return _error(503)
    return HttpResponse(answer.status, answer.body, answer.headers, answer.seconds, 0.0005)


def _file(call: Call, config: Config, host: Host, request: HttpRequest) -> HttpResponse:
    fs = call.machine.fs
    mapped = max((known for known in host.mapped if request.path.startswith(known)), key=len, default="")
    path = (
        host.mapped[mapped].rstrip("/") + join("/", request.path[len(mapped) :])
        if mapped
        else host.root.rstrip("/") + join("/", request.path)
    )
    try:
        if not config.allows(path):
            return _error(403)
        if fs.is_dir(path):
            if not request.path.endswith("/"):
                where = f"{request.scheme}://{request.header('host') or 'localhost'}{request.path}/"
                return _page(301, b"", {"Location": where})
            found = next((name for name in host.index if fs.exists(f"{path}/{name}")), None)
            if found is None:
                return _listing(fs.listdir(path), request.path, fs.is_dir, path) if config.lists(path) else _error(403)
            path = f"{path}/{found}"
        entry, content = fs.lookup(path), fs.read(path)
    except FileError as error:
        return _error(403 if error.name == "EACCES" else 404)
    modified = entry.mtime if isinstance(entry, File) else 0.0
    head = {"Last-Modified": format_date("%a, %d %b %Y %H:%M:%S GMT", modified), "Accept-Ranges": "bytes"}
    kind = _TYPES.get(
        path.rpartition(".")[2].lower(),
        "text/plain" if "." not in path.rpartition("/")[2] else "application/octet-stream",
    )
    return _page(200, content, {**head, "Content-Type": kind})


def _listing(names: list[str], path: str, is_dir: object, base: str) -> HttpResponse:
    assert callable(is_dir)
    shown = [f"{name}/" if is_dir(f"{base}/{name}") else name for name in names if not name.startswith(".")]
    rows = "".join(
        f'<li><a href="{escape(name)}"> {escape(name)}</a></li>\n'
        for name in (["Parent Directory"] if path != "/" else []) + shown
    )
    title = f"Index of {escape(path.rstrip('/') or '/')}"
    text = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
        f"  <title>{title}</title>\n </head>\n <body>\n<h1>{title}</h1>\n<ul>{rows}</ul>\n</body></html>\n"
    )
    return _page(200, text.encode(), {"Content-Type": "text/html;charset=ISO-8859-1"})


def _error(status: int) -> HttpResponse:
    name, text = _WORDS[status]
    body = (
        f'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{status} {name}</title>\n'
        f"</head><body>\n<h1>{name}</h1>\n<p>{text}</p>\n</body></html>\n"
    )
    return _page(status, body.encode(), {"Content-Type": "text/html; charset=iso-8859-1"})


def _page(status: int, body: bytes, head: dict[str, str]) -> HttpResponse:
    shown = {name: value for name, value in head.items() if value}
    return HttpResponse(status, body, {"Server": _NAME, **shown, "Content-Length": str(len(body))}, 0.001)


def _note(call: Call, module: str, text: str, level: str = "notice") -> str:
    stamp = (
        format_date("%a %b %d %H:%M:%S", call.now) + f".{int(call.now % 1 * 1e6):06d}" + format_date(" %Y", call.now)
    )
    return f"[{stamp}] [{module}:{level}] [pid 1:tid 1] {text}\n"
