"""`kubectl port-forward`: ports of the learner's machine that lead into a Pod.

In the lab a forward stays open in the background instead of holding the terminal; the network knows of it, so that
requests from the learner's machine take it. Source: kubectl `pkg/cmd/portforward/portforward.go`, client-go
`tools/portforward`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from k8snb.kubectl import pods, streams
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.flagvalues import ValueRefusedError, parse_uint
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info

Json = dict[str, Any]
#: where local ports are looked for when the system may choose (`:80`)
FIRST_FREE = 46000


def run(invocation: Invocation) -> None:
    """Open the forwards."""
    args = invocation.args
    if len(args) < 2:
        raise UsageError("TYPE/NAME and list of ports are required for port-forward")
    info = pods.named(invocation, args[0])
    pod = pods.attachable(invocation, info, invocation.flag("pod-running-timeout"))
    ports = [_resolved(info, pod, text) for text in args[1:]]
    phase = (pod.get("status") or {}).get("phase")
    if phase != "Running":
        raise CommandError(f"unable to forward port because pod is not running. Current status={phase}")
    pairs = [_pair(text) for text in ports]
    addresses = _addresses(invocation.flag("address"))
    cluster = invocation.session.cluster
    if cluster is None:
        raise CommandError("port-forward needs a cluster of this process: to others, use a terminal's kubectl")
    streams.connect(invocation, pod, "portforward", {}).close()
    meta, fabric = pod["metadata"], cluster.network.fabric
    opened: list[int] = []
    for local, remote in pairs:
        local = local or next(port for port in range(FIRST_FREE, 65536) if port not in fabric.forwards)
        if _is_over(invocation, fabric.forwards.get(local), (meta["namespace"], meta["name"], remote)):
            fabric.unforward(local)
        if local in fabric.forwards:
            _taken(invocation, addresses, local)
            continue
        fabric.forward(local, meta["namespace"], meta["name"], remote)
        opened.append(local)
        for address in addresses:
            invocation.line(f"Forwarding from {address}:{local} -> {remote}")
    if not opened:
        listed = " ".join(f"{{{local} {remote}}}" for local, remote in pairs)
        raise CommandError(f"unable to listen on any of the requested ports: [{listed}]")
    invocation.lab(
        "the forward stays open in the background: close it with %cluster unforward " + " ".join(map(str, opened))
    )


def _is_over(invocation: Invocation, forward: Any, wanted: tuple[str, str, int]) -> bool:
    """Whether a forward in the background has lost its Pod (kubectl ends then), or is wanted again by a rerun cell."""
    if forward is None or forward.address or forward.proxy:
        return False
    pod = invocation.session.cluster.client.find("pods", forward.pod, forward.namespace)
    return pod is None or (forward.namespace, forward.pod, forward.port) == wanted


def _taken(invocation: Invocation, addresses: Sequence[str], port: int) -> None:
    problems = " ".join(
        f"unable to create listener: Error listen tcp{6 if '[' in one else 4} {one}:{port}: bind: address already in use"
        for one in addresses
    )
    invocation.error_line(
        f"Unable to listen on port {port}: Listeners failed to create with the following errors: [{problems}]"
    )


def _addresses(given: Sequence[str]) -> list[str]:
    """The addresses to listen on as URLs show them. CommandError for anything that is no address."""
    found: list[str] = []
    for text in given:
        if text == "localhost":
            found += ["127.0.0.1", "[::1]"]
            continue
        try:
            parsed = ipaddress.ip_address(text)
        except ValueError:
            raise CommandError(f"{text} is not a valid IP") from None
        found.append(f"[{parsed}]" if parsed.version == 6 else str(parsed))
    return list(dict.fromkeys(found))


def _pair(text: str) -> tuple[int, int]:
    """(local, remote); local 0 leaves the choice to the system."""
    parts = text.split(":")
    if len(parts) > 2:
        raise CommandError(f"invalid port format '{text}'")
    local, remote = (parts[0], parts[0]) if len(parts) == 1 else (parts[0] or "0", parts[1])
    pair = _port("local", local), _port("remote", remote)
    if pair[1] == 0:
        raise CommandError("remote port must be > 0")
    return pair


def _port(side: str, text: str) -> int:
    try:
        value = parse_uint(text)
        if value > 65535:
            raise ValueRefusedError(f'strconv.ParseUint: parsing "{text}": value out of range')
        return value
    except ValueRefusedError as error:
        raise CommandError(f"error parsing {side} port '{text}': {error}") from None


# -- ports by name, and of Services --------------------------------------------------------------------------------------------


def _resolved(info: Info, pod: Json, text: str) -> str:
    """`LOCAL:REMOTE` with the Pod's own port by number. CommandError if there is no such port."""
    parts = text.split(":")
    local, remote = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[0])
    if (info.kind.group, info.kind.kind) == ("", "Service"):
        number = _service_port(info.object, remote)
        local = str(number) if local == remote else local
        return f"{local}:{_target_port(info.object, pod, number)}"
    if remote.isdigit() or not remote:
        return f"{local}:{remote}" if len(parts) > 1 else text
    number = _named(pod, remote)
    return f"{number if local == remote else local}:{number}"


def _service_port(service: Json, text: str) -> int:
    ports = service["spec"].get("ports") or []
    if not text.isdigit():
        found = next((one for one in ports if one.get("name") == text), None)
        if found is None:
            raise CommandError(f"Service '{service['metadata']['name']}' does not have a named port '{text}'")
        text = str(found["port"])
    for port in ports:
        if port["port"] == int(text) and port.get("protocol") == "UDP":
            raise CommandError(f"UDP protocol is not supported for {text}")
    return int(text)


def _target_port(service: Json, pod: Json, number: int) -> int:
    spec = service["spec"]
    port = next((one for one in spec.get("ports") or [] if one["port"] == number), None)
    if port is None:
        raise CommandError(f"Service {service['metadata']['name']} does not have a service port {number}")
    if spec.get("clusterIP") == "None":
        return number
    target = port.get("targetPort") or number
    return target if isinstance(target, int) else _named(pod, target)


def _named(pod: Json, name: str) -> int:
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or []:
            if port.get("name") == name:
                if port.get("protocol") == "UDP":
                    raise CommandError(f"UDP protocol is not supported for {name}")
                return int(port["containerPort"])
    raise CommandError(f"Pod '{pod['metadata']['name']}' does not have a named port '{name}'")


COMMAND = Command(
    "port-forward",
    "Forward one or more local ports to a pod",
    use="port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    long="""Forward one or more local ports to a pod.

 Use resource type/name such as deployment/web to choose a pod. Without a type it is taken for a pod.

 If several pods fit, one is chosen. The forward ends when its pod ends, and has to be opened again then.""",
    examples="""# Let the local ports 5000 and 6000 lead to the same ports of the pod web
kubectl port-forward pod/web 5000 6000

# The same, to a pod of the deployment web
kubectl port-forward deployment/web 5000 6000

# Let the local port 8443 lead to the port that the service web calls "https", in one of its pods
kubectl port-forward service/web 8443:https

# Let the local port 8888 lead to port 5000 of the pod web
kubectl port-forward pod/web 8888:5000

# Listen on an address of your choice
kubectl port-forward --address localhost,10.19.21.23 pod/web 8888:5000

# Let any free local port lead to port 5000 of the pod web
kubectl port-forward pod/web :5000""",
    flags=(
        Flag(
            "address",
            "stringSlice",
            ("localhost",),
            usage="Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value. When "
            "localhost is supplied, kubectl will try to bind on both 127.0.0.1 and ::1 and will fail if neither of "
            "these addresses are available to bind.",
        ),
        pods.running_timeout(60.0),
    ),
    run=run,
)
