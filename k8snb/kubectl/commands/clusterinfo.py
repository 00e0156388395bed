"""`kubectl cluster-info`: where the control plane is; `dump`: everything there is to know when something is wrong.

Source: kubectl `pkg/cmd/clusterinfo/{clusterinfo,clusterinfo_dump}.go`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kinds import compiled
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.pods import running_timeout
from k8snb.kubectl.selection import Query, Selection
from k8snb.kubectl.typedobjects import typed

Json = dict[str, Any]
_GREEN, _YELLOW, _OFF = "\x1b[0;32m", "\x1b[0;33m", "\x1b[0m"
#: what a dump of a namespace holds: file, resource
_DUMPED = (
    ("events", "events"),
    ("replication-controllers", "replicationcontrollers"),
    ("services", "services"),
    ("daemonsets", "daemonsets.apps"),
    ("deployments", "deployments.apps"),
    ("replicasets", "replicasets.apps"),
    ("pods", "pods"),
)


def run(invocation: Invocation) -> None:
    """Print the addresses of the control plane and of the services of the cluster itself."""
    server = invocation.client.server
    try:
        selection = Selection(invocation, Query(("services",), "kubernetes.io/cluster-service=true"))
        selection.namespace = invocation.flag("namespace") or "kube-system"
        services = [info.object for info in selection.infos()]
        _service(invocation, "Kubernetes control plane", server)
        for service in services:
            meta = service["metadata"]
            name = (meta.get("labels") or {}).get("kubernetes.io/name") or meta["name"]
            _service(invocation, name, _link(server, service))
    finally:
        invocation.line("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")


def _service(invocation: Invocation, name: str, link: str) -> None:
    invocation.line(f"{_GREEN}{name}{_OFF} is running at {_YELLOW}{link}{_OFF}")


def _link(server: str, service: Json) -> str:
    """The address of a service: its load balancer's, or through the API server."""
    meta, ports = service["metadata"], service["spec"].get("ports") or []
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    if ingress:
        host = ingress[0].get("ip") or ingress[0].get("hostname", "")
        return " ".join(f"http://{host}:{port['port']}" for port in ports) + (" " if ports else "")
    name = meta["name"]
    if ports:
        port = ports[0]
        scheme = "https" if port.get("name") == "https" or port["port"] == 443 else ""
        own = port.get("name", "")
        name = f"{scheme}:{name}:{own}" if scheme else f"{name}:{own}" if own else name
    return f"{server}/api/v1/namespaces/{meta['namespace']}/services/{name}/proxy"


def dump(invocation: Invocation) -> None:
    """Write nodes, and of each namespace what runs in it with its logs."""
    output = Output(invocation, default="json", typed=True)
    sink = _Sink(invocation, output)
    sink.objects("nodes", invocation.api.list(compiled("nodes")))
    for namespace in _namespaces(invocation):
        for file, resource in _DUMPED:
            sink.objects(f"{namespace}/{file}", invocation.api.list(compiled(resource), namespace))
        for pod in invocation.api.list(compiled("pods"), namespace)["items"]:
            sink.logs(namespace, pod)
    if sink.folder:
        invocation.line(f"Cluster info dumped to {invocation.flag('output-directory')}")


def _namespaces(invocation: Invocation) -> list[str]:
    flags = invocation.parsed
    if flags["all-namespaces"]:
        found = invocation.api.list(compiled("namespaces"))["items"]
        return [item["metadata"]["name"] for item in found]
    return list(flags["namespaces"]) or ["kube-system", invocation.namespace]


class _Sink:
    """Standard output, or files below `--output-directory`."""

    def __init__(self, invocation: Invocation, output: Output) -> None:
        self._invocation, self._output = invocation, output
        name = invocation.flag("output-directory")
        self.folder = Path(invocation.session.cwd, name) if name not in ("", "-") else None
        self._extension = "yaml" if output.format == "yaml" else "json"

    def objects(self, name: str, found: Json) -> None:
        """A list, in the format that is asked for; kubectl reads it through a typed client."""
        items = [typed(item) for item in found["items"]]
        for item in items:
            del item["kind"], item["apiVersion"]
        found = {
            "kind": found["kind"],
            "apiVersion": found["apiVersion"],
            "metadata": found["metadata"],
            "items": items,
        }
        if self.folder is None:
            self._output.print(found)
            return
        kept: list[str] = []
        emit, self._invocation.out = self._invocation.out, kept.append
        try:
            self._output.print(found)
        finally:
            self._invocation.out = emit
        self._write(f"{name}.{self._extension}", "".join(kept))

    def logs(self, namespace: str, pod: Json) -> None:
        """The logs of every container of a Pod."""
        name = pod["metadata"]["name"]
        head, tail = "==== START logs for container", "==== END logs for container"
        text = ""
        for container in [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]:
            where = f"{container['name']} of pod {namespace}/{name} ===="
            text += f"{head} {where}\n{self._log(namespace, name, container['name'])}{tail} {where}\n"
        if self.folder is None:
            self._invocation.out(text)
        else:
            self._write(f"{namespace}/{name}/logs.txt", text)

    def _log(self, namespace: str, pod: str, container: str) -> str:
        path = compiled("pods").path(namespace, pod, "log")
        try:
            return str(self._invocation.api.call("GET", path, {"container": container}).body)
        except StatusError as error:
            return f"Request log error: {error.message}\n"

    def _write(self, name: str, text: str) -> None:
        assert self.folder is not None
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"open {path}: {error.strerror}") from None


DUMP = Command(
    "dump",
    "Dump relevant information for debugging and diagnosis",
    use="dump [flags]",
    long="""Dump cluster information out suitable for debugging and diagnosing cluster problems.  By default, dumps everything to stdout. You can optionally specify a directory with --output-directory.  If you specify a directory, Kubernetes will build a set of files in that directory.  By default, only dumps things in the current namespace and 'kube-system' namespace, but you can switch to a different namespace with the --namespaces flag, or specify --all-namespaces to dump all namespaces.

 The command also dumps the logs of all of the pods in the cluster; these logs are dumped into different directories based on namespace and pod name.""",  # noqa: E501 - one line in kubectl's help
    examples="""# Dump current cluster state to stdout
kubectl cluster-info dump

# Dump current cluster state to files below the directory state
kubectl cluster-info dump --output-directory=state

# Dump all namespaces to stdout
kubectl cluster-info dump --all-namespaces

# Dump some namespaces to files below the directory state
kubectl cluster-info dump --namespaces default,kube-system --output-directory=state""",
    flags=(
        *(replace(flag, shown="json") if flag.name == "output" else flag for flag in PRINT_FLAGS),
        Flag(
            "all-namespaces",
            "bool",
            shorthand="A",
            usage="If true, dump all namespaces.  If true, --namespaces is ignored.",
        ),
        Flag("namespaces", "stringSlice", usage="A comma separated list of namespaces to dump."),
        Flag(
            "output-directory",
            usage="Where to output the files.  If empty or '-' uses stdout, otherwise creates a directory hierarchy in "
            "that directory",
        ),
        running_timeout(20.0),
    ),
    run=dump,
)
COMMAND = Command(
    "cluster-info",
    "Display cluster information",
    use="[flags]",
    long="""Display addresses of the control plane and services with label kubernetes.io/cluster-service=true. To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.""",  # noqa: E501 - one line in kubectl's help
    examples="# Print the address of the control plane and cluster services\nkubectl cluster-info",
    subcommands=(DUMP,),
    run=run,
)
