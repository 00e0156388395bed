"""`kubectl expose`: a Service for what is there: its selector and ports are taken from the object.

Source: kubectl `pkg/cmd/expose/expose.go`, `pkg/polymorphichelpers/{canbeexposed,mapbasedselectorforobject,
portsforobject,protocolsforobject}.go`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from k8snb.kubectl.apply.lastapplied import with_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.overrides import OVERRIDE_FLAGS, overridden
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SAVE_CONFIG, field_manager, filename
from k8snb.kubectl.typedobjects import go_type, typed

_EXPOSABLE: Final = {
    ("", "ReplicationController"),
    ("", "Service"),
    ("", "Pod"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
}
_NAME_LENGTH: Final = 63
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")


def run(invocation: Invocation) -> None:
    """Make a Service for each object that is meant."""
    dry_run = invocation.dry_run
    show = Output(invocation, typed=True).printer("exposed", dry_run)

    def work(info: Info) -> None:
        kind = info.kind
        if (kind.group, kind.kind) not in _EXPOSABLE:
            raise CommandError(f"cannot expose a {kind.kind}{f'.{kind.group}' if kind.group else ''}")
        service = recorded(invocation, overridden(invocation, _service(invocation, typed(info.object))))
        if invocation.namespace_given:
            service["metadata"] = {**service["metadata"], "namespace": invocation.namespace}
        if dry_run != "client":
            if invocation.flag("save-config"):
                service = with_last_applied(service, typed=True)
            service = _send(invocation, service, dry_run)
        show(service)

    Selection(invocation, Query(invocation.args, typed=True)).visit(work)


def _send(invocation: Invocation, service: dict[str, Any], dry_run: str) -> dict[str, Any]:
    kind = invocation.kinds.of_object(service["apiVersion"], service["kind"])
    if kind is None:
        version = service["apiVersion"]
        raise CommandError(f"no matches for kind {quoted(service['kind'])} in version {quoted(version)}")
    options = {"fieldManager": invocation.flag("field-manager")}
    if dry_run == "server":
        options["dryRun"] = "All"
    return in_go_order(invocation.api.create(kind, invocation.namespace, service, options))


def _service(invocation: Invocation, obj: dict[str, Any]) -> dict[str, Any]:
    """The Service of an object and the flags, in the order of Go's fields."""
    flag = invocation.flag
    selector = _labels(flag("selector")) if flag("selector") else _selector(obj)
    ports = [flag("port")] if flag("port") else _container_ports(invocation, obj)
    labels = _labels(flag("labels")) if flag("labels") else (obj["metadata"].get("labels") or {})
    spec: dict[str, Any] = {}
    rows = _ports(invocation, [part for port in ports for part in port.split(",")], _protocols(obj))
    if rows:
        spec["ports"] = rows
    spec["selector"] = selector
    if flag("cluster-ip"):
        spec["clusterIP"] = flag("cluster-ip")
    if flag("type"):
        spec["type"] = flag("type")
    if flag("external-ip"):
        spec["externalIPs"] = [flag("external-ip")]
    if flag("session-affinity"):
        if flag("session-affinity") not in ("None", "ClientIP"):
            raise CommandError(f"unknown session affinity: {flag('session-affinity')}")
        spec["sessionAffinity"] = flag("session-affinity")
    if flag("type") == "LoadBalancer" and flag("load-balancer-ip"):
        spec["loadBalancerIP"] = flag("load-balancer-ip")
    meta: dict[str, Any] = {"name": flag("name") or obj["metadata"]["name"][:_NAME_LENGTH]}
    if labels:
        meta["labels"] = labels
    service = {"kind": "Service", "apiVersion": "v1", "metadata": meta, "spec": spec, "status": {"loadBalancer": {}}}
    return in_go_order(service)


def _selector(obj: dict[str, Any]) -> dict[str, str]:
    """The labels that select the Pods of an object. CommandError if there are none."""
    kind, spec = obj["kind"], obj.get("spec") or {}
    found: dict[str, str] = {}
    problem = ""
    if kind == "Pod":
        found = obj["metadata"].get("labels") or {}
        problem = "the pod has no labels and cannot be exposed"
    elif kind == "Service":
        found = spec.get("selector") or {}
        problem = "the service has no pod selector set"
    elif kind == "ReplicationController":
        return dict(spec.get("selector") or {})
    elif kind in ("Deployment", "ReplicaSet"):
        selector = spec.get("selector") or {}
        found = selector.get("matchLabels") or {}
        problem = f"invalid {kind.lower()}: no selectors, therefore cannot be exposed"
        if found and selector.get("matchExpressions"):
            rows = " ".join(
                f"{{Key:{item['key']} Operator:{item['operator']} Values:[{' '.join(item.get('values') or ())}]}}"
                for item in selector["matchExpressions"]
            )
            found, problem = {}, f'couldn\'t convert expressions - "[{rows}]" to map-based selector format'
    else:
        problem = f"cannot extract pod selector from {go_type(obj)}"
    if not found:
        raise CommandError(f"couldn't retrieve selectors via --selector flag or introspection: {problem}")
    return dict(found)


def _labels(text: str) -> dict[str, str]:
    """`a=1,b=2`. CommandError for anything else."""
    labels: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or "=" in value:
            raise CommandError(f"unexpected label spec: {part}")
        if not name:
            raise CommandError("unexpected empty label key")
        labels[name] = value
    return labels


def _port_rows(obj: dict[str, Any]) -> list[dict[str, Any]]:
    """What an object says of its ports: `port` or `containerPort`, `protocol`."""
    spec = obj.get("spec") or {}
    if obj["kind"] == "Service":
        return list(spec.get("ports") or ())
    if obj["kind"] != "Pod":
        spec = (spec.get("template") or {}).get("spec") or {}
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    always = [item for item in containers if item in (spec.get("containers") or ()) or item.get("restartPolicy")]
    return [port for item in always for port in item.get("ports") or ()]


def _container_ports(invocation: Invocation, obj: dict[str, Any]) -> list[str]:
    found = [str(row.get("port") or row.get("containerPort")) for row in _port_rows(obj)]
    found = list(dict.fromkeys(found))
    if not found and invocation.flag("cluster-ip") != "None":
        raise CommandError("couldn't find port via --port flag or introspection")
    return found


def _protocols(obj: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in _port_rows(obj):
        names = found.setdefault(str(row.get("port") or row.get("containerPort")), [])
        protocol = row.get("protocol") or "TCP"
        if protocol not in names:
            names.append(protocol)
    return found


def _ports(invocation: Invocation, ports: list[str], known: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The ports of the Service; of several each gets a name."""
    wanted = invocation.flag("protocol")
    found: list[dict[str, Any]] = []
    for index, text in enumerate(ports, 1):
        if not _INTEGER.fullmatch(text):
            raise CommandError(f"strconv.Atoi: parsing {quoted(text)}: invalid syntax")
        name = f"port-{index}" if len(ports) > 1 else ""
        protocols = [wanted] if wanted else known.get(text) or ["TCP"]
        for protocol in protocols:
            row: dict[str, Any] = {}
            full = f"port-{index}-{protocol.lower()}" if len(protocols) > 1 else name
            if full:
                row["name"] = full
            row |= {"protocol": protocol, "port": int(text), "targetPort": _target(invocation, int(text))}
            found.append(row)
    return found


def _target(invocation: Invocation, port: int) -> int | str:
    text: str = invocation.flag("target-port") or invocation.flag("container-port")
    if not text:
        return port
    return int(text) if _INTEGER.fullmatch(text) else text


COMMAND = Command(
    "expose",
    "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    use="expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] "
    "[--name=name] [--external-ip=external-ip-of-service] [--type=type]",
    long="Make a service for a pod, service, deployment, replica set or replication controller. The service has the name of "
    "the object and its labels, selects the pods that the object selects, and serves on the ports of its containers, unless "
    "flags say otherwise.\n\n A deployment or replica set can be exposed if its selector consists of labels only "
    "(matchLabels), since services know no more.",
    examples="""
# Port 80 of the service leads to port 8000 of the containers
kubectl expose deployment web --port=80 --target-port=8000

# On a port of every node
kubectl expose deployment web --type=NodePort --port=80

# One pod, under another name
kubectl expose pod web-0 --port=444 --name=front

# A second service for the pods of a service
kubectl expose service web --port=443 --target-port=8443 --name=web-https

# Show the manifest, make nothing
kubectl expose deployment web --port=80 --dry-run=client -o yaml
""",
    flags=(
        RECORD,
        *PRINT_FLAGS,
        Flag("protocol", usage="The network protocol for the service to be created. Default is 'TCP'."),
        Flag(
            "port",
            usage="The port that the service should serve on. Copied from the resource being exposed, if unspecified",
        ),
        Flag(
            "type",
            usage="Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.",
        ),
        Flag(
            "load-balancer-ip",
            usage="IP to assign to the LoadBalancer. If empty, an ephemeral IP will be created and used (cloud-provider "
            "specific).",
        ),
        Flag(
            "selector",
            usage="A label selector to use for this service. Only equality-based selector requirements are supported. If "
            "empty (the default) infer the selector from the replication controller or replica set.)",
        ),
        Flag("labels", shorthand="l", usage="Labels to apply to the service created by this call."),
        Flag(
            "container-port",
            usage="Synonym for --target-port",
            deprecated="--container-port will be removed in the future, please use --target-port instead",
        ),
        Flag(
            "target-port",
            usage="Name or number for the port on the container that the service should direct traffic to. Optional.",
        ),
        Flag(
            "external-ip",
            usage="Additional external IP address (not managed by Kubernetes) to accept for the service. If this IP is "
            "routed to a node, the service can be accessed by this IP in addition to its generated service IP.",
        ),
        Flag("name", usage="The name for the newly created object."),
        Flag(
            "session-affinity",
            usage="If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'",
        ),
        Flag(
            "cluster-ip",
            usage="ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a "
            "headless service.",
        ),
        field_manager("kubectl-expose"),
        *OVERRIDE_FLAGS,
        *filename("Filename, directory, or URL to files identifying the resource to expose a service"),
        DRY_RUN,
        SAVE_CONFIG,
    ),
    run=run,
)
