"""`kubectl proxy`: the API on a port of the learner's machine, without a password for whoever gets there.

In the lab the proxy stays open in the background instead of holding the terminal; the network knows of it, so that requests
from the learner's machine take it. It only ever listens on 127.0.0.1. Source: kubectl `pkg/cmd/proxy/proxy.go`.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from k8snb.client.inprocess import InProcessClient
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.portforward import FIRST_FREE
from k8snb.kubectl.errors import CommandError, Exit
from k8snb.kubectl.goregexp import GoRegexpError, compile_go
from k8snb.kubectl.pflag import Flag
from k8snb.network.apiproxy import ApiProxy

_PORT = 8001
_LOOPBACK = ("127.0.0.1", "localhost")
#: the exit code of a process that klog ends
_FATAL = 255
_FILTERS = {
    "accept-hosts": r"^localhost$,^127\.0\.0\.1$,^\[::1\]$",
    "accept-paths": "^.*",
    "reject-methods": "^$",
    "reject-paths": "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
}


def run(invocation: Invocation) -> None:
    """Open the proxy."""
    flag, client = invocation.flag, invocation.client
    patterns = _patterns(invocation)
    if flag("port") != _PORT and flag("unix-socket"):
        raise CommandError("cannot set --unix-socket and --port at the same time")
    folder = _folder(invocation)
    _check_place(invocation)
    cluster, port = invocation.session.cluster, flag("port")
    if not isinstance(client, InProcessClient):
        raise CommandError("proxy needs a cluster of this process: to others, use a terminal's kubectl")
    if not 0 <= port < 65536:
        raise CommandError(f"listen tcp: address {port}: invalid port")
    proxy = ApiProxy(
        client.user,
        client.impersonated,
        _with_slash(flag("api-prefix")),
        _with_slash(flag("www-prefix")),
        folder,
        not flag("disable-filter"),
        *(patterns[name] for name in ("accept-paths", "reject-paths", "accept-hosts", "reject-methods")),
    )
    fabric = cluster.network.fabric
    port = port or next(free for free in range(FIRST_FREE, 65536) if free not in fabric.forwards)
    present = fabric.forwards.get(port)
    if present is not None and present.proxy == proxy:
        fabric.unforward(port)  # a cell that is run again
    if port in fabric.forwards:
        raise CommandError(f"listen tcp 127.0.0.1:{port}: bind: address already in use")
    fabric.open_proxy(port, proxy)
    invocation.line(f"Starting to serve on 127.0.0.1:{port}")
    invocation.lab(f"the proxy stays open in the background: close it with %cluster unforward {port}")


def _patterns(invocation: Invocation) -> dict[str, tuple[str, ...]]:
    """The filters' expressions. Exit if one is none: kubectl gives up at once."""
    if invocation.flag("disable-filter"):
        if not invocation.flag("unix-socket"):
            text = "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious"
            invocation.klog("W", "proxy.go:177", text)
        return dict.fromkeys(_FILTERS, ())
    found = {}
    for name in ("accept-paths", "reject-paths", "accept-hosts", "reject-methods"):
        texts = invocation.flag(name).split(",") if invocation.flag(name) else []
        try:
            found[name] = tuple(compile_go(text).pattern for text in texts)
        except GoRegexpError as error:
            invocation.klog("F", "proxy_server.go:83", f"Error compiling re: {error}")
            raise Exit(_FATAL) from None
    return found


def _folder(invocation: Invocation) -> str:
    """Where static files are, "" for nowhere."""
    given = invocation.flag("www")
    if not given:
        return ""
    path = Path(invocation.session.cwd, given)
    if not path.exists():
        problem = f"stat {given}: no such file or directory"
        invocation.klog("W", "proxy.go:200", f"Failed to stat static file directory {given}: {problem}")
    elif not path.is_dir():
        invocation.klog("W", "proxy.go:202", f"Static file directory {given} is not a directory")
    return str(path)


def _check_place(invocation: Invocation) -> None:
    """CommandError for places where others could come in."""
    address = invocation.flag("address")
    if invocation.flag("unix-socket"):
        raise CommandError("the lab's proxy has no Unix sockets: it listens on a port of 127.0.0.1")
    if address not in _LOOPBACK:
        if _is_v6(address):
            raise CommandError(f"listen tcp: address {address}:{invocation.flag('port')}: too many colons in address")
        raise CommandError(
            f"the lab's proxy only listens on 127.0.0.1, not on {address}: whoever reached it there would be the "
            "cluster's administrator without a password"
        )


def _is_v6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _with_slash(prefix: str) -> str:
    return prefix if prefix.endswith("/") else f"{prefix}/"


COMMAND = Command(
    "proxy",
    "Run a proxy to the Kubernetes API server",
    use="proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
    long="""Creates a proxy server or application-level gateway between localhost and the Kubernetes API server.

 Who asks there needs no credentials: the proxy has those of the kubeconfig. Below a prefix of their own, files of a folder \
are served beside the API.""",
    examples="""# Serve the API on port 8001: localhost:8001/api/v1/pods is the list of pods
kubectl proxy

# Serve it on another port, or on any that is free
kubectl proxy --port=8011
kubectl proxy --port=0

# Serve it below /k8s/: then the list of pods is localhost:8001/k8s/api/v1/pods
kubectl proxy --api-prefix=/k8s

# Serve a part of the API, and files below /static/
kubectl proxy --www=site --www-prefix=/static/ --api-prefix=/api/""",
    flags=(
        Flag(
            "accept-hosts",
            default=_FILTERS["accept-hosts"],
            usage="Regular expression for hosts that the proxy should accept.",
        ),
        Flag(
            "accept-paths",
            default=_FILTERS["accept-paths"],
            usage="Regular expression for paths that the proxy should accept.",
        ),
        Flag("address", default="127.0.0.1", usage="The IP address on which to serve on."),
        Flag("api-prefix", default="/", usage="Prefix to serve the proxied API under."),
        Flag(
            "append-server-path",
            "bool",
            usage="If true, enables automatic path appending of the kube context server path to each request.",
        ),
        Flag(
            "disable-filter",
            "bool",
            usage="If true, disable request filtering in the proxy. This is dangerous, and can leave you vulnerable to "
            "XSRF attacks, when used with an accessible port.",
        ),
        Flag(
            "keepalive",
            "duration",
            usage="keepalive specifies the keep-alive period for an active network connection. Set to 0 to disable "
            "keepalive.",
        ),
        Flag(
            "port",
            "int",
            _PORT,
            shorthand="p",
            usage="The port on which to run the proxy. Set to 0 to pick a random port.",
        ),
        Flag(
            "reject-methods",
            default=_FILTERS["reject-methods"],
            usage="Regular expression for HTTP methods that the proxy should reject (example "
            "--reject-methods='POST,PUT,PATCH'). ",
        ),
        Flag(
            "reject-paths",
            default=_FILTERS["reject-paths"],
            usage="Regular expression for paths that the proxy should reject. Paths specified here will be rejected even "
            "accepted by --accept-paths.",
        ),
        Flag("unix-socket", shorthand="u", usage="Unix socket on which to run the proxy."),
        Flag(
            "www",
            shorthand="w",
            usage="Also serve static files from the given directory under the specified prefix.",
        ),
        Flag(
            "www-prefix",
            default="/static/",
            shorthand="P",
            usage="Prefix to serve static files under, if static file directory is specified.",
        ),
    ),
    run=run,
)
