"""The images of a minikube node's own Pods: the control plane, kube-proxy, kindnet and the storage provisioner.

Their work is done by the engine's components; the containers exist so that people find them where they are on a real node,
with an honest log line or two and the ports they really listen on.
"""

from __future__ import annotations

from typing import ClassVar

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Serve
from k8snb.runtime.programs.talk import GRPC

_VERSIONS = ("v1.36.2", "v1.36.1", "v1.36.0", "v1.35.0", "latest")


class _Daemon(Image):
    """A Go program that starts, says so and answers health checks."""

    program: ClassVar[str] = ""
    folder: ClassVar[str] = "/usr/local/bin"
    port: ClassVar[int] = 0
    words: ClassVar[tuple[str, ...]] = ()
    ready: ClassVar[str] = "ok"

    def files(self) -> Directory:
        row = f"image:controlplane:{type(self).__name__}"
        return userland.distroless({f"{self.folder}/{self.program}": userland.executable(row, self.size)})

    def start(self, call: Call) -> Outcome:
        if self.port:
            call.process.ports = (self.port,)
        for index, text in enumerate(self.words):
            call.err(f"I{format_date('%m%d %H:%M:%S', call.now)}.{index:06d}       1 {text}\n")
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        healthy = request.path in ("/healthz", "/livez", "/readyz", "/health")
        return HttpResponse(200, self.ready.encode()) if healthy else HttpResponse(404, b"404 page not found\n")

    def signal(self, call: Call, signal: int) -> int | None:
        return 0 if signal in (2, 15) else None


class ApiServer(_Daemon):
    repository = "registry.k8s.io/kube-apiserver"
    tags = {tag: content_digest(f"kube-apiserver {tag}") for tag in _VERSIONS}
    program, port, size, memory, cpu_millis = "kube-apiserver", 8443, 28 * MIB, 250 * MIB, 40
    cmd = ("kube-apiserver",)
    words = ("options.go:263] external host was not specified, using 192.168.49.2", "server.go:150] Version: v1.36.2")


class ControllerManager(_Daemon):
    repository = "registry.k8s.io/kube-controller-manager"
    tags = {tag: content_digest(f"kube-controller-manager {tag}") for tag in _VERSIONS}
    program, port, size, memory, cpu_millis = "kube-controller-manager", 10257, 24 * MIB, 60 * MIB, 15
    cmd = ("kube-controller-manager",)
    words = (
        'controllermanager.go:186] "Starting" version="v1.36.2"',
        "leaderelection.go:257] attempting to acquire leader lease",
    )


class Scheduler(_Daemon):
    repository = "registry.k8s.io/kube-scheduler"
    tags = {tag: content_digest(f"kube-scheduler {tag}") for tag in _VERSIONS}
    program, port, size, memory, cpu_millis = "kube-scheduler", 10259, 19 * MIB, 30 * MIB, 5
    cmd = ("kube-scheduler",)
    words = ('server.go:167] "Starting Kubernetes Scheduler" version="v1.36.2"',)


class KubeProxy(_Daemon):
    repository = "registry.k8s.io/kube-proxy"
    tags = {tag: content_digest(f"kube-proxy {tag}") for tag in _VERSIONS}
    program, port, size, memory = "kube-proxy", 10256, 27 * MIB, 20 * MIB
    cmd = ("/usr/local/bin/kube-proxy",)
    words = ('server_linux.go:132] "Using iptables Proxier"', 'server.go:527] "Version info" version="v1.36.2"')


class Etcd(_Daemon):
    repository = "registry.k8s.io/etcd"
    tags = {tag: content_digest(f"etcd {tag}") for tag in ("3.6.6-0", "3.6.5-0", "3.6.4-0", "latest")}
    program, port, size, memory, cpu_millis = "etcd", 2379, 22 * MIB, 45 * MIB, 20
    cmd = ("etcd",)
    ready = '{"health":"true","reason":""}'
    speaks = frozenset({GRPC})

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if request.method == GRPC:
            return HttpResponse(200, b"SERVING" if request.target == "/" else b"SERVICE_UNKNOWN")
        return super().request(call, request, port)

    def start(self, call: Call) -> Outcome:
        call.process.ports = (2379, 2381)
        stamp = format_date("%Y-%m-%dT%H:%M:%S.000000Z", call.now)
        call.err(f'{{"level":"info","ts":"{stamp}","caller":"embed/etcd.go:137","msg":"configuring peer listeners"}}\n')
        return Serve(None)


class Kindnet(_Daemon):
    repository = "docker.io/kindest/kindnetd"
    tags = {tag: content_digest(f"kindnetd {tag}") for tag in ("v20250512-df8de77b", "latest")}
    program, size, memory = "kindnetd", 36 * MIB, 14 * MIB
    cmd = ("/usr/local/bin/kindnetd",)
    words = ("main.go:109] connected to apiserver: https://10.96.0.1:443",)


class StorageProvisioner(_Daemon):
    repository = "gcr.io/k8s-minikube/storage-provisioner"
    tags = {tag: content_digest("storage-provisioner v5") for tag in ("v5", "latest")}
    program, folder, size, memory = "storage-provisioner", "", 9 * MIB, 12 * MIB
    cmd = ("/storage-provisioner",)
    words = ("storage_provisioner.go:116] Initializing the minikube storage provisioner...",)
