"""Servers that tell a client what it sent: echoserver (nginx with Lua, 2017) and kicbase/echo-server (Go)."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve

PORT = 8080


class LegacyEchoServer(Image):
    repository = "registry.k8s.io/echoserver"
    tags = {tag: content_digest(f"echoserver {tag}") for tag in ("1.4", "1.8", "1.9", "1.10", "latest")}
    size = 46 * MIB
    memory = 3 * MIB
    cmd = ("nginx", "-g", "daemon off;")
    exposed = ("8080/tcp", "8443/tcp")
    userland = "debian"

    def files(self) -> Directory:
        from k8snb.runtime.filesystem import merge, tree

        server = userland.executable("image:echoserver:LegacyEchoServer", 2 * MIB)
        return merge(userland.debian(), tree({"/usr/sbin/nginx": server}))

    def start(self, call: Call) -> Outcome:
        call.listen(PORT)
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        headers = {"host": request.header("host"), **{name.lower(): value for name, value in request.headers.items()}}
        host = headers["host"] or "localhost"
        shown = "".join(f"\t{name}={value}  \n" for name, value in sorted(headers.items()) if value)
        body = request.body.decode("utf-8", "replace") or "-no body in request-"
        env = call.env
        pod = "".join(
            f"\t{label}:\t{env[name]}\n"
            for label, name in (
                ("node name", "NODE_NAME"),
                ("pod name", "POD_NAME"),
                ("pod namespace", "POD_NAMESPACE"),
                ("pod IP", "POD_IP"),
            )
            if name in env
        )
        text = (
            f"\n\nHostname: {call.machine.container.hostname}\n\n"
            f"Pod Information:\n{pod or chr(9) + '-no pod information available-' + chr(10)}\n"
            "Server values:\n\tserver_version=nginx: 1.13.3 - lua: 10008\n\n"
            f"Request Information:\n\tclient_address={request.client}\n\tmethod={request.method}\n"
            f"\treal path={request.target}\n"
            f"\tquery={request.query}\n\trequest_version=1.1\n\trequest_scheme=http\n"
            f"\trequest_uri=http://{host.partition(':')[0]}:{PORT}{request.target}\n\n"
            f"Request Headers:\n{shown}\nRequest Body:\n\t{body}\n\n"
        )
        return HttpResponse(200, text.encode(), {"Server": "echoserver", "Content-Type": "text/plain"}, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return 0 if signal in (2, 3, 15) else None


class EchoServer(Image):
    repository = "docker.io/kicbase/echo-server"
    tags = {tag: content_digest("echo-server 1.0") for tag in ("1.0", "latest")}
    size = 2 * MIB
    memory = 4 * MIB
    cmd = ("/bin/echo-server",)
    exposed = ("8080/tcp",)

    def files(self) -> Directory:
        return userland.distroless({"/bin/echo-server": userland.executable("image:echoserver:EchoServer", 5 * MIB)})

    def start(self, call: Call) -> Outcome:
        port = call.env.get("PORT", "")
        number = int(port) if port.isdigit() else PORT
        call.listen(number)
        call.out(f"Echo server listening on port {number}.\n")
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        call.out(f"{request.client} | {request.method} {request.target}\n")
        lines = [f"{request.method} {request.target} HTTP/1.1", ""]
        host = request.header("host")
        headers = {"Host": host, **{name: value for name, value in request.headers.items() if name.lower() != "host"}}
        lines += [f"{name}: {value}" for name, value in sorted(headers.items()) if value]
        text = f"Request served by {call.machine.container.hostname}\n\n" + "\n".join(lines) + "\n"
        if request.body:
            text += "\n" + request.body.decode("utf-8", "replace")
        return HttpResponse(200, text.encode(), {"Content-Type": "text/plain"}, 0.001)
