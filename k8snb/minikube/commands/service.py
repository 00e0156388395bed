"""`minikube service`: the URLs at which Services can be reached from the learner's machine.

A Service with node ports is at every node's address; one without is given a tunnel to its ClusterIP on a local port.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.style import table
from k8snb.network.cni import internal_ip

HEAD = ("NAMESPACE", "NAME", "TARGET PORT", "URL")
_FORMAT = "http://{{.IP}}:{{.Port}}"


def service(call: Invocation) -> int:
    flags, names = call.flags, call.args
    namespace = flags["namespace"]
    if bool(names) == flags["all"]:
        raise call.fail("MK_USAGE", "You must specify service name(s) or --all")
    client = call.running.client
    found = client.list("services", namespace).items
    chosen = found if flags["all"] else [s for s in found if s.metadata.name in names]
    if not chosen:
        raise call.fail("SVC_NOT_FOUND", _not_found(namespace, None if flags["all"] else names[0]))
    rows, without = [], []
    for item in chosen:
        addresses = urls(call, item)
        name = item.metadata.name
        if addresses:
            rows.append((namespace, name, ports(item), "\n".join(addresses)))
        else:
            without.append(item)
        if not flags["url"]:
            cells = rows[-1] if addresses else (namespace, name, "", "No node port")
            call.out(table(HEAD, [cells]))
        elif addresses:
            call.out("\n".join(addresses) + "\n")
        if not addresses:
            call.say("Sad", f"service {namespace}/{name} has no node port")
        _check_pods(call, item)
    _open(call, namespace, rows, without)
    return 0


def _not_found(namespace: str, name: str | None) -> str:
    if name is None:
        return (f"No services were found in the '{namespace}' namespace.\n"
                "You may select another namespace by using 'minikube service --all -n <namespace>'")  # fmt: skip
    return (f"Service '{name}' was not found in '{namespace}' namespace.\n"
            f"You may select another namespace by using 'minikube service {name} -n <namespace>'. "
            "Or list out all the services using 'minikube service list'")  # fmt: skip


def urls(call: Invocation, item: Any) -> list[str]:
    """The URLs of a Service's node ports at the control-plane node, in the form of --format."""
    place = internal_ip(call.host.nodes()[0])
    form = call.flags["format"]
    found = []
    for port in item.spec.ports:
        if port.nodePort:
            text = form.replace("{{.IP}}", place).replace("{{.Port}}", str(port.nodePort))
            text = text.replace("{{.Name}}", item.metadata.name)
            found.append(text.replace("http://", "https://", 1) if call.flags.values.get("https") else text)
    return found


def ports(item: Any) -> str:
    """TARGET PORT: the ports of a Service, with their names."""
    return "\n".join(f"{port.name}/{port.port}" if port.name else str(port.port) for port in item.spec.ports)


def _check_pods(call: Invocation, item: Any) -> None:
    """minikube asks whether any Pod of the Service's selector runs."""
    selector = item.spec.selector
    if not selector:
        return
    pods = call.cluster.client.list("pods", item.metadata.namespace).items
    for pod in pods:
        matches = all(pod.metadata.labels.get(key) == value for key, value in selector.items())
        if matches and pod.status.phase == "Running":
            return
    name = item.metadata.name
    raise call.fail("SVC_UNREACHABLE", f"service not available: no running pod for service {name} found")


def _open(call: Invocation, namespace: str, rows: list[tuple[str, str, str, str]], without: list[Any]) -> None:
    if without:
        names = " ".join(f"{namespace}/{item.metadata.name}" for item in without)
        call.warn(f'Services [{names}] have type "ClusterIP" not meant to be exposed, however for local development '
                  "minikube allows you to access this !")  # fmt: skip
    if call.flags["url"]:
        return
    for _, name, _, address in rows:
        _show(call, namespace, name, address)
    tunnels = [(item.metadata.name, _tunnel(call, item)) for item in without]
    if tunnels:
        call.out(table(HEAD, [(namespace, name, "", address) for name, address in tunnels]))
        for name, address in tunnels:
            _show(call, namespace, name, address)
        call.warn("Because you are using a Docker driver on linux, the terminal needs to be open to run it.")


def _show(call: Invocation, namespace: str, name: str, addresses: str) -> None:
    call.say("Celebrate", f"Opening service {namespace}/{name} in default browser...")
    if call.host.open_url is not None:
        for address in addresses.splitlines():
            call.host.open_url(address)


def _tunnel(call: Invocation, item: Any) -> str:
    """A tunnel from a free local port to the Service's first port."""
    cluster, name = call.cluster, item.metadata.name
    if item.spec.clusterIP in ("", "None"):
        raise call.fail("SVC_TUNNEL_START", f"error starting tunnel: service {name} has no address of its own")
    call.say("Running", f"Starting tunnel for service {name}.")
    fabric = cluster.network.fabric
    local = 32768 + cluster.rng.below(28000, "minikube")
    while local in fabric.forwards:
        local += 1
    fabric.tunnel_to(local, item.spec.clusterIP, item.spec.ports[0].port)
    return f"http://127.0.0.1:{local}"


def list_services(call: Invocation) -> int:
    client, namespace = call.running.client, call.flags["namespace"]
    rows = []
    for item in client.list("services", namespace).items:
        found = urls(call, item)
        meta = item.metadata
        rows.append((meta.namespace, meta.name, ports(item) if found else "No node port", "\n".join(found)))
    call.out(table(HEAD, rows))
    return 0


_COMMON = (
    Flag("format", default=_FORMAT, usage="Format to output service URL in. This format will be applied to each url "
         "individually and they will be printed one at a time."),
)  # fmt: skip

SERVICE = Command(
    "service",
    "Returns a URL to connect to a service",
    "Networking and Connectivity Commands",
    use="[flags] SERVICE [options]",
    long="Returns the Kubernetes URL(s) for service(s) in your local cluster. In the case of multiple URLs they "
    "will be printed "
    "one at a time.",
    flags=(
        Flag("namespace", default="default", shorthand="n", usage="The service namespace"),
        Flag(
            "url",
            "bool",
            usage="Display the Kubernetes service URL in the CLI instead of opening it in the default browser",
        ),
        Flag("all", "bool", usage='Forwards all services in a namespace (defaults to "false")'),
        Flag("https", "bool", usage='Open the service URL with https instead of http (defaults to "false")'),
        Flag("wait", "int", 2, usage="Amount of time to wait for a service in seconds"),
        Flag("interval", "int", 1, usage="The initial time interval for each check that wait performs in seconds"),
        *_COMMON,
    ),
    run=service,
    subcommands=(
        Command(
            "list",
            "Lists the URLs for the services in your local cluster",
            flags=(Flag("namespace", shorthand="n", usage="The services namespace"), *_COMMON),
            run=list_services,
        ),
    ),
)
