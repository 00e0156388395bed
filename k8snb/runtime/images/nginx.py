"""nginx: serves its document root, reads its configuration, passes requests on, writes an access log to the container's log.

`nginx -t` checks the configuration, SIGHUP reads it again, SIGTERM and SIGQUIT stop it at once. What is understood of the
configuration is in `nginxconf.py`; a directive outside it is refused as an unknown one is.
"""

from __future__ import annotations

from dataclasses import replace

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.images.nginxconf import ConfigError, Location, NginxConfig, VirtualServer, read_config
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Serve

_VERSIONS = {
    "1.13": "1.13.12", "1.14.2": "1.14.2", "1.16": "1.16.1", "1.17": "1.17.10", "1.19": "1.19.10", "1.20": "1.20.2",
    "1.21": "1.21.6", "1.23": "1.23.4", "1.24": "1.24.0", "1.25": "1.25.5", "1.26": "1.26.3", "1.27": "1.27.5",
    "1.28": "1.28.0", "1.29": "1.29.3", "latest": "1.29.3", "stable": "1.28.0", "mainline": "1.29.3", "1": "1.29.3",
    "alpine": "1.29.3", "1.27-alpine": "1.27.5", "1.28-alpine": "1.28.0", "1.29-alpine": "1.29.3",
}  # fmt: skip
_INDEX = """<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
"""
_PAGE_50X = (
    "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n"
    "<h1>An error occurred.</h1>\n</body>\n</html>\n"
)
_CONF = """
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
"""
_DEFAULT = """server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
"""
_ENTRYPOINT = (
    "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n"
    "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n"
    "/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n"
    "10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n"
    "10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\n"
    "/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n"
    "/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n"
    "/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n"
    "/docker-entrypoint.sh: Configuration complete; ready for start up\n"
)
_TYPES = {
    "html": "text/html", "htm": "text/html", "css": "text/css", "txt": "text/plain", "js": "application/javascript",
    "json": "application/json", "png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml", "xml": "text/xml",
}  # fmt: skip
_PROGRAM = "image:nginx:Nginx"


class Nginx(Image):
    repository = "docker.io/library/nginx"
    tags = {
        tag: content_digest(f"nginx {version}{' alpine' if 'alpine' in tag else ''}")
        for tag, version in _VERSIONS.items()
    }
    size = 72 * MIB
    memory = 4 * MIB
    entrypoint = ("/docker-entrypoint.sh",)
    cmd = ("nginx", "-g", "daemon off;")
    exposed = ("80/tcp",)
    stop_signal = "SIGQUIT"

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        self.version = _VERSIONS.get(tag, _VERSIONS["latest"])
        self.userland = "busybox" if "alpine" in tag else "debian"  # type: ignore[misc]

    def files(self) -> Directory:
        base = userland.alpine() if "alpine" in self.tag else userland.debian("12 (bookworm)", _USER, "nginx:x:101:\n")
        files: dict[str, str | bytes | Entry] = {
            "/docker-entrypoint.sh": userland.executable(_PROGRAM, 1_600),
            "/usr/sbin/nginx": userland.executable(_PROGRAM, 1_500_000),
            "/etc/nginx/nginx.conf": _CONF,
            "/etc/nginx/conf.d/default.conf": _DEFAULT,
            "/etc/nginx/mime.types": "types {\n    text/html  html htm shtml;\n}\n",
            "/etc/nginx/.version": self.version,
            "/usr/share/nginx/html/index.html": _INDEX,
            "/usr/share/nginx/html/50x.html": _PAGE_50X,
            "/var/log/nginx/access.log": Link("/dev/stdout"),
            "/var/log/nginx/error.log": Link("/dev/stderr"),
            "/usr/bin/curl": userland.executable("curl"),
            "/run/": "",
        }
        return merge(base, tree(files))

    def start(self, call: Call) -> Outcome:
        from k8snb.runtime.programs.program import Become

        if call.name == "docker-entrypoint.sh":
            if call.args[:1] != ["nginx"]:
                return Become(tuple(call.args), call.env)
            call.out(_ENTRYPOINT)
        return self._serve(call, call.args[1:] if call.name == "docker-entrypoint.sh" else call.args)

    def _serve(self, call: Call, args: list[str]) -> Outcome:
        if "-v" in args:
            call.err(f"nginx version: nginx/{_version(call)}\n")
            return 0
        if "-s" in args:
            return _send_signal(call, args[args.index("-s") + 1 :])
        config = _read(call)
        if isinstance(config, str):
            call.err(_emergency(call, config))
            if "-t" in args:
                call.err("nginx: configuration file /etc/nginx/nginx.conf test failed\n")
            return 1
        if "-t" in args:
            call.err("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n")
            call.err("nginx: configuration file /etc/nginx/nginx.conf test is successful\n")
            return 0
        for port in config.ports:
            if call.machine.port_taken(port, call.process.pid):
                call.err(_emergency(call, f"bind() to 0.0.0.0:{port} failed (98: Address already in use)"))
                return 1
        if call.machine.container.spec.readonly and not call.machine.fs.exists("/var/cache/nginx"):
            call.err(_emergency(call, 'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)'))
            return 1
        call.process.ports = config.ports
        for text in (
            'using the "epoll" event method',
            f"nginx/{_version(call)}",
            "start worker processes",
            "start worker process 29",
        ):
            call.err(_notice(call, text))
        return Serve(None if call.process.pid == 1 and config.stock else config)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        config = call.state if call.state is not None else _read(call)
        assert isinstance(config, NginxConfig)
        asked = _normalised(request)
        response = _answer(call, config, asked, port) if asked is not None else _error(call, 400)
        head = {"Server": f"nginx/{_version(call)}", **response.headers, "Content-Length": str(len(response.body))}
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", call.now)
        agent = request.header("user-agent", "-")
        call.out(
            f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1" {response.status} '
            f'{len(response.body)} "{request.header("referer", "-")}" "{agent}" "{request.header("x-forwarded-for", "-")}"\n'
        )
        body = b"" if request.method == "HEAD" else response.body
        return HttpResponse(response.status, body, head, response.seconds or 0.0005, 0.0005)

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (2, 3, 15):
            names = {2: "SIGINT", 3: "SIGQUIT", 15: "SIGTERM"}
            call.err(
                _notice(
                    call,
                    f"signal {signal} ({names[signal]}) received, {'gracefully shutting down' if signal == 3 else 'exiting'}",
                )
            )
            call.err(_notice(call, "exit"))
            return 0
        if signal == 1:
            config = _read(call)
            call.err(_notice(call, "signal 1 (SIGHUP) received, reconfiguring"))
            if isinstance(config, str):
                call.err(_emergency(call, config))
            else:
                call.process.state, call.process.ports = config, config.ports
        return None


_USER = "nginx:x:101:101:nginx user:/nonexistent:/bin/false\n"


def _version(call: Call) -> str:
    return call.machine.fs.read("/etc/nginx/.version").decode()


def _stamp(call: Call) -> str:
    return format_date("%Y/%m/%d %H:%M:%S", call.now)


def _notice(call: Call, text: str) -> str:
    return f"{_stamp(call)} [notice] {call.process.pid}#{call.process.pid}: {text}\n"


def _emergency(call: Call, text: str) -> str:
    return f"{_stamp(call)} [emerg] {call.process.pid}#{call.process.pid}: {text}\nnginx: [emerg] {text}\n"


def _read(call: Call) -> NginxConfig | str:
    """The configuration in force, or nginx's own words for what is wrong with it."""
    fs = call.machine.fs
    try:
        stock = fs.lookup("/etc/nginx/conf.d") is _stock_entry(call, "conf.d") and fs.lookup(
            "/etc/nginx/nginx.conf"
        ) is _stock_entry(call, "nginx.conf")
        if stock:
            return _STOCK
        return read_config(fs)
    except ConfigError as error:
        return str(error)
    except FileError as error:
        return f'open() "{error.path}" failed (2: {error.words})'


def _stock_entry(call: Call, name: str) -> Entry | None:
    etc = call.machine.image.root.entries.get("etc")
    nginx = etc.entries.get("nginx") if isinstance(etc, Directory) else None
    return nginx.entries.get(name) if isinstance(nginx, Directory) else None


def _send_signal(call: Call, words: list[str]) -> int:
    number = {"stop": 15, "quit": 3, "reload": 1, "reopen": 10}.get(words[0] if words else "", 0)
    if not number:
        call.err(f'nginx: invalid option: "-s {words[0] if words else ""}"\n')
        return 1
    call.err(_notice(call, "signal process started"))
    call.machine.kill(1, number)
    return 0


def _normalised(request: HttpRequest) -> HttpRequest | None:
    """A request without `..`, `.` and double slashes in its path; None if it leads above the root."""
    path, mark, query = request.target.partition("?")
    if "/." not in path and "//" not in path:
        return request
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            if not names:
                return None
            names.pop()
        elif name not in ("", "."):
            names.append(name)
    tail = "/" if names and path.endswith(("/", "/.", "/..")) else ""
    return replace(request, target=f"/{'/'.join(names)}{tail}{mark}{query}")


def _answer(call: Call, config: NginxConfig, request: HttpRequest, port: int, depth: int = 0) -> HttpResponse:
    server = config.server(port, request.header("host").partition(":")[0])
    location = server.location(request.path)
    response = _locate(call, server, location, request)
    page = server.error_pages.get(response.status)
    if page and response.status >= 400 and depth == 0:
        inner = _answer(call, config, HttpRequest("GET", page, request.headers, b"", request.client), port, 1)
        if inner.status == 200:
            return HttpResponse(response.status, inner.body, inner.headers, response.seconds)
    return response


def _locate(call: Call, server: VirtualServer, location: Location, request: HttpRequest) -> HttpResponse:
    headers = dict(location.headers)
    if location.returns is not None:
        status, text = location.returns
        text = text.replace("$hostname", call.machine.container.hostname).replace("$host", request.header("host"))
        text = text.replace("$request_uri", request.target).replace("$remote_addr", request.client)
        if 300 <= status < 400:
            return HttpResponse(
                status, _error_body(call, status), {"Location": text, "Content-Type": "text/html", **headers}
            )
        if status >= 400 and not text:
            return _error(call, status)
        return HttpResponse(status, text.encode(), {"Content-Type": location.default_type or "text/plain", **headers})
    if location.proxy:
        return _pass_on(call, location, request)
    if request.method not in ("GET", "HEAD"):
        return _error(call, 405)
    return _static(call, location, request, headers)


def _static(call: Call, location: Location, request: HttpRequest, headers: dict[str, str]) -> HttpResponse:
    fs = call.machine.fs
    if location.alias:
        path = location.alias + request.path[len(location.prefix) :]
    else:
        path = location.root.rstrip("/") + request.path
    if fs.is_dir(path):
        if not request.path.endswith("/"):
            target = f"http://{request.header('host')}{request.path}/"
            return HttpResponse(301, _error_body(call, 301), {"Location": target, "Content-Type": "text/html"})
        found = next((name for name in location.index if fs.exists(f"{path}{name}")), None)
        if found is None:
            text = f'directory index of "{path}" is forbidden'
            call.err(f"{_stamp(call)} [error] 29#29: *1 {text}, client: {request.client}\n")
            return _error(call, 403)
        path += found
    try:
        entry = fs.lookup(path)
        content = fs.read(path)
    except FileError as error:
        code = {"EACCES": (403, 13)}.get(error.name, (404, 2))
        text = f'open() "{path}" failed ({code[1]}: {error.words})'
        call.err(f"{_stamp(call)} [error] 29#29: *1 {text}, client: {request.client}\n")
        return _error(call, code[0])
    kind = _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    modified = entry.mtime if isinstance(entry, File) else 0.0
    head = {
        "Content-Type": kind,
        "Last-Modified": format_date("%a, %d %b %Y %H:%M:%S GMT", modified),
        "Accept-Ranges": "bytes",
    }
    return HttpResponse(200, content, {**head, **headers})


def _pass_on(call: Call, location: Location, request: HttpRequest) -> HttpResponse:
    target = location.proxy
    bare = target.count("/") == 2
    tail = request.target if bare else target_path(target) + request.target[len(location.prefix) :]
    base = target if bare else "/".join(target.split("/")[:3])
    headers = {
        **{k: v for k, v in request.headers.items() if k.lower() not in ("host", "connection")},
        **location.proxy_headers,
    }
    answer = call.machine.world.net.http(request.method, base + tail, headers, request.body)
    if isinstance(answer, NetError):
        status = 504 if answer.kind == "timeout" else 502
        cause = {
            "refused": "connect() failed (111: Connection refused)",
            "timeout": "upstream timed out (110: Operation timed out)",
        }
        text = cause.get(answer.kind, "no live upstreams")
        call.err(f'{_stamp(call)} [error] 29#29: *1 {text} while connecting to upstream, upstream: "{base}{tail}"\n')
        return _error(call, status)
    return HttpResponse(
        answer.status, answer.body, {k: v for k, v in answer.headers.items() if k.lower() != "server"}, answer.seconds
    )


def target_path(url: str) -> str:
    return "/" + "/".join(url.split("/")[3:])


def _error(call: Call, status: int) -> HttpResponse:
    return HttpResponse(status, _error_body(call, status), {"Content-Type": "text/html"})


def _error_body(call: Call, status: int) -> bytes:
    title = f"{status} {HttpResponse(status).reason}" if status != 405 else "405 Not Allowed"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>nginx/{_version(call)}</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


_STOCK = NginxConfig(
    (
        VirtualServer(
            (80,),
            ("localhost",),
            (
                Location("/", False, "/usr/share/nginx/html", "", ("index.html", "index.htm")),
                Location("/50x.html", True, "/usr/share/nginx/html"),
            ),
            {500: "/50x.html", 502: "/50x.html", 503: "/50x.html", 504: "/50x.html"},
        ),
    ),
    True,
)
