"""`kubectl create service clusterip | nodeport | loadbalancer | externalname`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_service.go`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from k8snb.api.validation.names import dns_subdomain, port_name
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag

_TCP = Flag("tcp", "stringSlice", usage="Port pairs can be specified as '<port>:<targetPort>'.")


def build(service_type: str, invocation: Invocation, name: str) -> dict[str, Any]:
    """The Service of the flags; it selects the pods that carry its own name as `app`."""
    values = invocation.parsed.values
    cluster_ip, pairs = values.get("clusterip", ""), invocation.flag("tcp")
    if cluster_ip != "None" and not pairs and service_type != "ExternalName":
        raise CommandError("at least one tcp port specifier must be provided")
    external = values.get("external-name", "")
    if service_type == "ExternalName" and dns_subdomain(external):
        raise CommandError(f"invalid service external name {external}")
    spec: dict[str, Any] = {}
    ports = [_port(pair, values.get("node-port", 0)) for pair in pairs]
    if ports:
        spec["ports"] = ports
    spec["selector"] = {"app": name}
    if cluster_ip:
        spec["clusterIP"] = cluster_ip
    spec["type"] = service_type
    if external:
        spec["externalName"] = external
    return {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": metadata(invocation, name, labels={"app": name}),
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def _port(pair: str, node_port: int) -> dict[str, Any]:
    parts = pair.split(":")
    port = _number(parts[0])
    target: int | str = port
    if len(parts) > 1:
        target = _target(parts[1])
    found: dict[str, Any] = {"name": pair.replace(":", "-"), "protocol": "TCP", "port": port, "targetPort": target}
    if node_port:
        found["nodePort"] = node_port
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise CommandError(f"strconv.ParseUint: parsing {quoted(text)}: invalid syntax")
    if int(text) > 65535:
        raise CommandError(f"strconv.ParseUint: parsing {quoted(text)}: value out of range")
    return int(text)


def _target(text: str) -> int | str:
    sign = text[:1] in ("-", "+")
    digits = text[1:] if sign else text
    if not (digits.isascii() and digits.isdigit()):
        if problems := port_name(text):
            raise CommandError(",".join(problems))
        return text
    if not 1 <= int(text) <= 65535:
        raise CommandError("must be between 1 and 65535, inclusive")
    return int(text)


def _service(
    name: str, service_type: str, short: str, use: str, examples: str, *flags: Flag, required: tuple[str, ...] = ()
) -> Command:
    failure = f"failed to create {service_type} service: "
    spec = Generator("services", partial(build, service_type), failure)
    return generator(
        name, short, spec, use=f"NAME {use} {DRY_RUN_USE}", flags=flags, required=required, examples=examples
    )


COMMAND = Command(
    "service",
    "Create a service using a specified subcommand",
    use="service [flags]",
    aliases=("svc",),
    subcommands=(
        _service(
            "clusterip",
            "ClusterIP",
            "Create a ClusterIP service",
            "[--tcp=<port>:<targetPort>]",
            """
# Port 80 of the service leads to port 8080 of the pods
kubectl create service clusterip web --tcp=80:8080

# A headless service: DNS answers with the pods themselves
kubectl create service clusterip db --clusterip=None
""",
            Flag(
                "clusterip",
                usage="Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing).",
            ),
            _TCP,
        ),
        _service(
            "nodeport",
            "NodePort",
            "Create a NodePort service",
            "[--tcp=port:targetPort]",
            """
# A service that every node also serves, on a port of the server's choice
kubectl create service nodeport web --tcp=80:8080
""",
            Flag("node-port", "int", usage="Port used to expose the service on each node in a cluster."),
            _TCP,
        ),
        _service(
            "loadbalancer",
            "LoadBalancer",
            "Create a LoadBalancer service",
            "[--tcp=port:targetPort]",
            """
# A service with an address from outside the cluster
kubectl create service loadbalancer web --tcp=80:8080
""",
            _TCP,
        ),
        _service(
            "externalname",
            "ExternalName",
            "Create an ExternalName service",
            "--external-name external.name",
            """
# A name in the cluster for a host outside of it
kubectl create service externalname mail --external-name smtp.example.com
""",
            Flag("external-name", usage="External name of service"),
            _TCP,
            required=("external-name",),
        ),
    ),
)
