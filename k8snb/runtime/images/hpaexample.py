"""registry.k8s.io/hpa-example: Apache with a page of PHP that takes a million square roots, for the autoscaler to watch.

The page is not interpreted: a request costs what the loop takes on a CPU, and is answered as the page would.
"""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Serve

_PAGE = """<?php
  $x = 0.0001;
  for ($i = 0; $i <= 1000000; $i++) {
    $x += sqrt($x);
  }
  echo "OK!";
?>
"""
#: CPU seconds of the loop
_LOOP = 0.08
_MISSING = "<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n"


class HpaExample(Image):
    repository = "registry.k8s.io/hpa-example"
    tags = {"latest": content_digest("hpa-example latest")}
    size = 159 * MIB
    memory = 11 * MIB
    cpu_millis = 1
    cmd = ("apache2-foreground",)
    workdir = "/var/www/html"
    exposed = ("80/tcp",)
    userland = "debian"

    def files(self) -> Directory:
        server = userland.executable("image:hpaexample:HpaExample", 700_000)
        own = tree(
            {
                "/var/www/html/index.php": _PAGE,
                "/usr/sbin/apache2": server,
                "/usr/local/bin/apache2-foreground": server,
            }
        )
        return merge(userland.debian(), own)

    def start(self, call: Call) -> Outcome:
        call.listen(80)
        ip = call.machine.world.ip or "127.0.0.1"
        call.err(
            "AH00558: apache2: Could not reliably determine the server's fully qualified domain name, "
            f"using {ip}. Set the 'ServerName' directive globally to suppress this message\n"
        )
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        found = request.path in ("/", "/index.php") and call.machine.fs.exists("/var/www/html/index.php")
        body = b"OK!" if found else _MISSING.encode()
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", call.now)
        status, agent = 200 if found else 404, request.header("User-Agent") or "-"
        line = f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1"'
        call.out(f'{line} {status} {len(body)} "-" "{agent}"\n')
        head = {"Server": "Apache/2.4.10 (Debian)", "Content-Type": "text/html; charset=UTF-8"}
        return HttpResponse(status, body, head, _LOOP if found else 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return 0 if signal in (2, 15, 28) else None
