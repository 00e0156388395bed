"""httpd: Apache's server over its document root, `/usr/local/apache2/htdocs`, with an access log."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, FileError, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Serve

_ROOT = "/usr/local/apache2/htdocs"


class Httpd(Image):
    repository = "docker.io/library/httpd"
    tags = {tag: content_digest(f"httpd {tag}") for tag in ("latest", "2", "2.4", "2.4.65", "alpine", "2.4-alpine")}
    size = 60 * MIB
    memory = 9 * MIB
    cmd = ("httpd-foreground",)
    workdir = "/usr/local/apache2"
    env = {"PATH": "/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    exposed = ("80/tcp",)
    stop_signal = "SIGWINCH"
    userland = "debian"

    def files(self) -> Directory:
        server = userland.executable("image:httpd:Httpd", 900_000)
        index = "<html><body><h1>It works!</h1></body></html>\n"
        own = tree(
            {
                f"{_ROOT}/index.html": index,
                "/usr/local/apache2/bin/httpd": server,
                "/usr/local/apache2/bin/httpd-foreground": server,
                "/usr/local/apache2/conf/httpd.conf": 'ServerRoot "/usr/local/apache2"\nListen 80\n',
            }
        )
        return merge(userland.debian(), own)

    def start(self, call: Call) -> Outcome:
        call.listen(80)
        ip = call.machine.world.ip or "127.0.0.1"
        call.err(
            "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, "
            f"using {ip}. Set the 'ServerName' directive globally to suppress this message\n"
        )
        call.err(_note(call, "mpm_event", "AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations"))
        call.err(_note(call, "core", "AH00094: Command line: 'httpd -D FOREGROUND'"))
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        fs, path = call.machine.fs, _ROOT + request.path
        try:
            content = fs.read(path.rstrip("/") + "/index.html" if fs.is_dir(path) else path)
            status, kind = 200, "text/html" if path.endswith(("/", ".html")) else "text/plain"
        except FileError:
            status, kind = 404, "text/html; charset=iso-8859-1"
            content = (
                b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n'
                b"</head><body>\n"
                b"<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n"
            )
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", call.now)
        call.out(
            f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1" '
            f"{status} {len(content)}\n"
        )
        head = {"Server": "Apache/2.4.65 (Unix)", "Content-Type": kind, "Content-Length": str(len(content))}
        return HttpResponse(status, b"" if request.method == "HEAD" else content, head, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (2, 15, 28):
            text = "shutting down" if signal != 28 else "shutting down gracefully"
            call.err(_note(call, "mpm_event", f"AH00491: caught SIG{'TERM' if signal != 28 else 'WINCH'}, {text}"))
            return 0
        return None


def _note(call: Call, module: str, text: str) -> str:
    stamp = format_date("%a %b %d %H:%M:%S.%N", call.now)[:-8].rstrip() + format_date(" %Y", call.now)
    return f"[{stamp}] [{module}:notice] [pid 1:tid 1] {text}\n"
