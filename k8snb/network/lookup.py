"""A name on its way to an address: hosts files, search domains, and questions that travel to CoreDNS as packets.

Inside a Pod a question goes to the resolver's name servers through the same data path as everything else, so without a
reachable CoreDNS Pod names do not resolve while addresses go on working. The CoreDNS that is reached answers by the
Corefile that its process runs, and logs the question if that says so; a program that wants an address asks for A and AAAA.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from k8snb.api.core.pod import Pod
from k8snb.network import dns
from k8snb.network.dns import Answer
from k8snb.network.netfilter import Packet
from k8snb.network.origin import HOST_IP
from k8snb.network.path import Arrival, Path
from k8snb.network.querylog import log_class, log_line
from k8snb.network.resolv import ResolvConf, hostname, resolv_conf
from k8snb.network.trace import DNS, Failure
from k8snb.runtime.corefile import parse
from k8snb.runtime.net import HttpRequest

#: a resolver waits 5 seconds for a name server, and asks twice
ATTEMPT_SECONDS, ATTEMPTS = 5.0, 2
ANSWER_SECONDS, OUTSIDE_SECONDS = 0.0003, 0.02
#: what stands in the resolv.conf of a minikube machine
NODE_RESOLVER = ResolvConf((HOST_IP,), (), ("ndots:0",))
_LIMIT = 253


def is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True


def resolver(path: Path, pod: Pod) -> ResolvConf:
    """The resolver settings inside a Pod."""
    fabric = path.fabric
    service = fabric.client.find("services", "kube-dns", "kube-system")
    cluster_dns = service.spec.clusterIP if service is not None else _default_dns(fabric.settings.service_cidr)
    return resolv_conf(pod, cluster_dns, fabric.settings.cluster_domain, NODE_RESOLVER)


def _default_dns(service_cidr: str) -> str:
    """The tenth address of the Service range: what the kubelets are configured with."""
    return str(IPv4Address(service_cidr.partition("/")[0]) + 10)


def resolve(path: Path, name: str) -> tuple[str, ...] | Failure:
    """The IPv4 addresses of a name for the client of this path; notes each step of the search."""
    name = name.lower()
    if is_address(name):
        return (name,)
    known = _hosts(path).get(name.rstrip("."))
    if known:
        path.note("lookup", path.origin.place, f"{name} is {known} in /etc/hosts")
        return (known,)
    pod = path.origin.pod
    if pod is None:
        return _nobody(path, name)
    conf = resolver(path, pod)
    if not conf.nameservers:
        return Failure(DNS, path.origin.place, f"/etc/resolv.conf has no name server to ask for {name}")
    return _search(path, conf, name)


def _hosts(path: Path) -> dict[str, str]:
    origin, pod = path.origin, path.origin.pod
    local = {"localhost": "127.0.0.1"}
    control_plane = path.fabric.atlas.control_plane
    if origin.place == "host":
        return {**local, **path.fabric.state.hosts}
    if pod is not None and not pod.spec.hostNetwork:
        aliases = {name.lower(): alias.ip for alias in pod.spec.hostAliases for name in alias.hostnames}
        own = hostname(pod)
        full = f"{own}.{pod.spec.subdomain}.{pod.metadata.namespace}.svc.{path.fabric.settings.cluster_domain}"
        return {**aliases, **local, own: pod.status.podIP, **({full: pod.status.podIP} if pod.spec.subdomain else {})}
    if origin.node and control_plane is not None:
        names = {place.name: place.ip for place in path.fabric.atlas.nodes.values()}
        return {
            **names,
            **local,
            "host.minikube.internal": HOST_IP,
            "control-plane.minikube.internal": control_plane.ip,
        }
    return local


def _nobody(path: Path, name: str) -> Failure:
    domain = path.fabric.settings.cluster_domain
    why = f"no name server outside the cluster knows {name}"
    if name.endswith(f".{domain}") or ".svc" in name:
        why += ": the names of Services exist for Pods only"
    return Failure(DNS, path.origin.place, why)


def _search(path: Path, conf: ResolvConf, name: str) -> tuple[str, ...] | Failure:
    place = path.origin.place
    tried: list[str] = []
    for candidate in conf.candidates(name):
        if len(candidate) > _LIMIT:
            continue
        found = query(path, conf, candidate, quiet=bool(tried))
        if isinstance(found, Failure):
            return found
        tried.append(candidate)
        if found.addresses:
            shown = ", ".join(found.addresses)
            path.note("lookup", place, f"{candidate} → {shown}", ANSWER_SECONDS)
            return found.addresses
        path.note(
            "lookup", place, f"{candidate} → {found.code if found.code != 'NOERROR' else 'no address'}", ANSWER_SECONDS
        )
    why = f"no such name: {name} (tried {', '.join(tried)})"
    if all(server == HOST_IP or dns.is_somewhere(server) for server in conf.nameservers):
        why += (
            f"; the name server {conf.nameservers[0]} is none of the cluster's: see the Pod's dnsPolicy and dnsConfig"
        )
    return Failure(DNS, place, why, _suspect(path, name))


def query(path: Path, conf: ResolvConf, name: str, type: str = "A", quiet: bool = False) -> Answer | Failure:
    """Ask the name servers one question about an absolute name. `quiet` leaves out how the question got there."""
    failure: Failure | None = None
    for server in conf.nameservers:
        if server == HOST_IP or dns.is_somewhere(server):
            path.note("lookup", path.origin.place, f"asks {server}:53, outside the cluster", OUTSIDE_SECONDS)
            return dns.outside(name, type)
        way = Path(path.fabric, path.origin, path.chooser)
        end = way.send(Packet(path.origin.ip, server, "udp", 53))
        if isinstance(end, Arrival) and end.pod is not None and _serves(path, end.pod):
            if not quiet:
                text = f"asks {server}:53 → {end.place}"
                path.note("lookup", path.origin.place, text, way.seconds)
            elif way.seconds:
                path.note("lookup", path.origin.place, f"asks {server}:53 again", way.seconds)
            return _answered(path, end, end.pod, name, type)
        failure = failure or _unanswered(path, server, end)
    return failure or Failure(DNS, path.origin.place, "no name server is configured")


def _answered(path: Path, end: Arrival, pod: Pod, name: str, type: str) -> Answer:
    """The answer of the CoreDNS in this Pod, by its own configuration."""
    client, endpoints = path.fabric.client, path.fabric.endpoints
    listener = endpoints.listener(pod, end.port)
    text = getattr(listener.memory, "corefile", None) if listener is not None else None
    config = dns.corefile(client) if text is None else parse(text)
    found = dns.answer(client, name, type, config)
    block = config.block(name)
    if block is not None and block.loadbalance and len(found.addresses) > 1:
        path.balanced, found = True, _shuffled(path, found)
    if text is None or block is None or not block.log or not path.logs:
        return found
    asked = {type: found} if type != "A" else {"A": found, "AAAA": dns.answer(client, name, "AAAA", config)}
    lines = [_line(path, end, name, *item) for item in asked.items() if log_class(item[1]) in block.log]
    endpoints.http(pod, end.port, HttpRequest("QUERY", "/", {}, "".join(lines).encode(), end.client_ip))
    return found


def _shuffled(path: Path, found: Answer) -> Answer:
    """Plugin loadbalance: the addresses in any order, what leads to them before."""
    records = list(found.records)
    first = sum(record.type == "CNAME" for record in records)
    for last in range(len(records) - 1, first, -1):
        other = first + path.fabric.rng.below(last - first + 1, "dns")
        records[last], records[other] = records[other], records[last]
    return found._replace(records=tuple(records))


def _line(path: Path, end: Arrival, name: str, type: str, found: Answer) -> str:
    bits = path.fabric.rng.bits("dns")
    port, number = 32768 + bits % 28232, (bits >> 16) % 65536
    return log_line(end.client_ip, port, number, name, type, found, 0.0001 + (bits >> 32) % 200_000 / 1e9)


def _serves(path: Path, pod: Pod) -> bool:
    """Is this a DNS server with its port open?"""
    dns_server = any("coredns" in container.image for container in pod.spec.containers)
    return dns_server and (path.fabric.listens(pod, 53, "UDP") or path.fabric.listens(pod, 53, "TCP"))


def _unanswered(path: Path, server: str, end: Arrival | Failure) -> Failure:
    if isinstance(end, Failure):
        waits = 0.0 if end.kind == "refused" else ATTEMPT_SECONDS * ATTEMPTS
        return Failure(DNS, end.place, f"the name server {server} is not reachable: {end.why}", end.look_at, waits)
    return Failure(DNS, end.place, f"{end.place} does not answer on port 53", end.place)


def _suspect(path: Path, name: str) -> str:
    """Which Service may have been meant: one of this name in another namespace."""
    wanted = name.partition(".")[0]
    services = path.fabric.client.list("services").items
    found = [s.metadata for s in services if s.metadata.name == wanted]
    return f"service/{found[0].namespace}/{wanted}" if found else "services"
