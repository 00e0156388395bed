"""The metrics server: asks the kubelets every so often, and answers for metrics.k8s.io behind the API server.

The container holds what is observable of it: flags, ports, health, log. The numbers are worked out when somebody asks
(`k8snb/metricsserver.py`). It is ready once it has asked twice. Without `--kubelet-insecure-tls` it does not accept the
certificates that kubelets sign themselves, and never gets ready. Source: kubernetes-sigs/metrics-server.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.duration import parse_duration
from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Serve

_API = "/apis/metrics.k8s.io/v1beta1"
_PORT, _RESOLUTION = 443, 60.0
_TRUSTING = "--kubelet-insecure-tls"


class Flags(NamedTuple):
    """What the command line asks for: the port, seconds between two readings, whether kubelets are believed."""

    port: int
    resolution: float
    trusting: bool


def flags(argv: tuple[str, ...]) -> Flags:
    """The flags that matter here. ValueError for what is no number or duration."""
    values = {name: value for name, _, value in (word.partition("=") for word in argv[1:])}
    resolution = values.get("--metric-resolution")
    seconds = parse_duration(resolution) / 1e9 if resolution else _RESOLUTION
    trusting = values.get(_TRUSTING, "false") in ("", "true")
    return Flags(int(values.get("--secure-port", _PORT)), seconds, trusting)


class MetricsServer(Image):
    repository = "registry.k8s.io/metrics-server/metrics-server"
    tags = {tag: content_digest(f"metrics-server {tag}") for tag in ("v0.8.1", "v0.8.0", "v0.7.2", "latest")}
    size = 21 * MIB
    memory = 17 * MIB
    cpu_millis = 3
    entrypoint = ("/metrics-server",)
    user = "65534"

    def files(self) -> Directory:
        row = "image:metricsserver:MetricsServer"
        return userland.distroless({"/metrics-server": userland.executable(row, 67 * MIB)})

    def start(self, call: Call) -> Outcome:
        try:
            wanted = flags(tuple(call.argv))
        except ValueError as error:
            call.err(f"Error: invalid argument: {error}\n")
            return 1
        call.listen(wanted.port)
        _log(call, "I", "serving.go:374] Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)")
        _log(call, "I", "handler.go:288] Adding GroupVersion metrics.k8s.io v1beta1 to ResourceManager")
        _log(call, "I", f"secure_serving.go:211] Serving securely on [::]:{wanted.port}")
        if not wanted.trusting:
            _log(call, "E", f'scraper.go:149] "Failed to scrape node" err="{_UNTRUSTED}"')
            return Serve(False)
        return Serve(False, wanted.resolution)

    def tick(self, call: Call) -> Outcome:
        """The second reading is there."""
        return Serve(True)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if request.path == "/livez":
            return HttpResponse(200, b"ok")
        if request.path == "/readyz":
            return HttpResponse(200, b"ok") if call.state else HttpResponse(500, _NOT_READY)
        if request.path in ("/apis", "/apis/metrics.k8s.io", _API):
            return HttpResponse(200, b"{}", {"Content-Type": "application/json"})
        return HttpResponse(403, b"Forbidden\n")

    def signal(self, call: Call, signal: int) -> int | None:
        return 0 if signal in (2, 15) else None


_UNTRUSTED = (
    "tls: failed to verify certificate: x509: cannot validate certificate because it doesn't contain any IP SANs"
)
_NOT_READY = b"[+]ping ok\n[+]log ok\n[-]metric-storage-ready failed: reason withheld\nreadyz check failed\n"


def _log(call: Call, level: str, text: str) -> None:
    call.err(f"{level}{format_date('%m%d %H:%M:%S', call.now)}.000000       1 {text}\n")
