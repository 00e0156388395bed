"""CoreDNS: the names of Services and Pods, answered from the API at the moment of the question.

Reads Services, EndpointSlices, Namespaces and a Corefile: the one that the asked CoreDNS runs, or that of ConfigMap
`kube-system/coredns`. Records follow the Kubernetes DNS specification (version 1.1.0): A, SRV, PTR, CNAME and TXT of the
cluster domain. Whether a query reaches a CoreDNS Pod at all is the data path's business (`lookup.py`). Simplifications:
nothing is cached; AAAA questions of the cluster have no answers (IPv4 only); outside the cluster domain only names of the
Corefile's `hosts` and those of `OUTSIDE` exist. Source:
https://github.com/kubernetes/dns/blob/master/docs/specification.md and CoreDNS' plugins kubernetes, hosts, rewrite, log.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import Any, NamedTuple

from k8snb.api.discovery.endpointslice import Endpoint, EndpointSlice
from k8snb.client.client import Client
from k8snb.network.resolv import parse_hosts
from k8snb.network.services import is_headless
from k8snb.runtime.corefile import Corefile, ServerBlock, parse

SLICES = "endpointslices.discovery.k8s.io"
TTL = 30
#: names of the world outside: where the images' package managers look; addresses of RFC 5737
OUTSIDE = {"dl-cdn.alpinelinux.org": "203.0.113.20", "deb.debian.org": "203.0.113.21"}
#: what CoreDNS does in a cluster that has no ConfigMap for it
DEFAULT = """.:53 {
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       ttl 30
    }
    forward . /etc/resolv.conf
}
"""


class Record(NamedTuple):
    """One resource record. `value` is an address, a name, or `priority weight port target` for SRV."""

    name: str
    type: str
    value: str
    ttl: int = TTL


class Answer(NamedTuple):
    """What a name server says. `code`: NOERROR, NXDOMAIN, SERVFAIL or REFUSED; no records with NOERROR is NODATA."""

    code: str
    records: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    authority: str = ""
    #: not forwarded: from a zone of this server, or its hosts
    own: bool = True

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(record.value for record in self.records if record.type == "A")


NXDOMAIN = Answer("NXDOMAIN")


def corefile(client: Client) -> Corefile:
    """The configuration in ConfigMap kube-system/coredns; the usual one if there is none."""
    config = client.find("configmaps", "coredns", "kube-system")
    text = config.data.get("Corefile") if config is not None else None
    return parse(DEFAULT if text is None else text)


def answer(client: Client, name: str, type: str = "A", config: Corefile | None = None) -> Answer:
    """CoreDNS' answer to one question about an absolute name."""
    config = config or corefile(client)
    name = name.rstrip(".").lower()
    block = config.block(name)
    if block is None:
        return Answer("REFUSED")
    asked = block.rewritten(name)
    found = _plugins(client, config, block, asked, type)
    if asked == name:
        return found
    return found._replace(records=tuple(r._replace(name=name) if r.name == asked else r for r in found.records))


def _plugins(client: Client, config: Corefile, block: ServerBlock, name: str, type: str) -> Answer:
    """The plugins of a server block, in CoreDNS' own order: hosts, kubernetes, forward."""
    if block.hosts is not None and type != "PTR":
        hosts = parse_hosts("\n".join(block.hosts))
        if name in hosts:
            return Answer("NOERROR", (Record(name, "A", hosts[name], 3600),) if type == "A" else ())
        if not block.hosts_fall_through:
            return Answer("SERVFAIL")
    if block.reverse and name.endswith((".in-addr.arpa", ".ip6.arpa")):
        found = _reverse(client, block, name)
        if found.records or not block.forward:
            return found
    zone = next((zone for zone in block.kubernetes if name == zone or name.endswith(f".{zone}")), None)
    if zone is None:
        return _forwarded(block, name, type)
    rest = name.removesuffix(zone).rstrip(".")
    found = _in_zone(client, config, zone, rest, type, name)
    found = found._replace(records=tuple(record._replace(ttl=block.ttl) for record in found.records))
    return found._replace(authority=zone) if not found.records else found


def _forwarded(block: ServerBlock, name: str, type: str) -> Answer:
    inside = block.forward_from == "." or name == block.forward_from or name.endswith(f".{block.forward_from}")
    if not block.forward or not inside:
        return Answer("REFUSED")
    if not any(is_somewhere(server) for server in block.forward):
        return Answer("SERVFAIL", own=False)
    return outside(name, type)


def outside(name: str, type: str = "A") -> Answer:
    """What a name server outside the cluster says."""
    name = name.rstrip(".").lower()
    if name not in OUTSIDE:
        return Answer("NXDOMAIN", own=False)
    return Answer("NOERROR", (Record(name, "A", OUTSIDE[name]),) if type == "A" else (), own=False)


def is_somewhere(server: str) -> bool:
    """Is there a name server at this address? Those of the machine and of the internet are; private ones nobody has."""
    try:
        address = IPv4Address(server.removeprefix("dns://").removeprefix("tls://").partition(":")[0])
    except AddressValueError:
        return server.startswith("/")
    return not address.is_private


def _in_zone(client: Client, config: Corefile, zone: str, rest: str, type: str, name: str) -> Answer:
    labels = rest.split(".") if rest else []
    if not labels:
        return Answer("NOERROR")
    if labels == ["dns-version"]:
        return Answer("NOERROR", (Record(name, "TXT", '"1.1.0"'),) if type == "TXT" else ())
    if labels[-1] == "pod":
        block = config.block(name)
        return _pod_record(client, block.pods if block else "disabled", labels[:-1], type, name)
    if labels[-1] != "svc":
        return NXDOMAIN
    if len(labels) == 1:
        return Answer("NOERROR")
    namespace = labels[-2]
    if client.find("namespaces", namespace) is None:
        return NXDOMAIN
    if len(labels) == 2:
        return Answer("NOERROR")
    service = client.find("services", labels[-3], namespace)
    if service is None:
        return NXDOMAIN
    return _service(client, config, service, zone, labels[:-3], type, name)


def _service(
    client: Client, config: Corefile, service: Any, zone: str, prefix: list[str], type: str, name: str
) -> Answer:
    """A question about a Service, one of its ports (`_http._tcp`) or one of its endpoints (`web-0`, `10-244-0-3`)."""
    base = f"{service.metadata.name}.{service.metadata.namespace}.svc.{zone}"
    if service.spec.type == "ExternalName":
        if prefix:
            return NXDOMAIN
        cname = Record(name, "CNAME", service.spec.externalName.rstrip("."))
        further = answer(client, cname.value, type, config).records if type in ("A", "AAAA") else ()
        return Answer("NOERROR", (cname, *further))
    if len(prefix) == 2 and prefix[0].startswith("_") and prefix[1].startswith("_"):
        return _port_records(client, service, base, prefix[0][1:], prefix[1][1:], type, name)
    if not is_headless(service) and not prefix:
        addresses = service.spec.clusterIPs or (service.spec.clusterIP,)
        if type == "SRV":
            return _port_records(client, service, base, "", "", type, name)
        return Answer("NOERROR", tuple(Record(name, "A", ip) for ip in addresses) if type == "A" else ())
    endpoints = _published(client, service)
    if prefix:
        endpoints = [item for item in endpoints if _endpoint_name(item[0]) == ".".join(prefix)]
    if not endpoints:
        return NXDOMAIN
    if type == "SRV" and not prefix:
        return _port_records(client, service, base, "", "", type, name)
    addresses = tuple(dict.fromkeys(ip for endpoint, _ in endpoints for ip in endpoint.addresses))
    return Answer("NOERROR", tuple(Record(name, "A", ip) for ip in addresses) if type == "A" else ())


def _port_records(client: Client, service: Any, base: str, port: str, protocol: str, type: str, name: str) -> Answer:
    """SRV records of the matching ports: one for the Service, or one for each endpoint of a headless one."""
    found: list[tuple[int, str, str]] = []
    if is_headless(service):
        for endpoint, endpoint_slice in _published(client, service):
            for item in endpoint_slice.ports:
                if _is_port(item.name or "", item.protocol or "TCP", port, protocol):
                    found.append((item.port or 0, f"{_endpoint_name(endpoint)}.{base}", endpoint.addresses[0]))
    else:
        for item in service.spec.ports:
            if _is_port(item.name, item.protocol or "TCP", port, protocol):
                found.append((item.port, base, service.spec.clusterIP))
    if not found:
        return NXDOMAIN
    if type != "SRV":
        return Answer("NOERROR", tuple(Record(name, "A", ip) for _, _, ip in found) if type == "A" else ())
    weight = 100 // len(found) or 1
    records = tuple(Record(name, "SRV", f"0 {weight} {number} {target}") for number, target, _ in found)
    extra = tuple(dict.fromkeys(Record(target, "A", ip) for _, target, ip in found))
    return Answer("NOERROR", records, extra)


def _is_port(name: str, protocol: str, port: str, wanted_protocol: str) -> bool:
    if not port and not wanted_protocol:
        return True
    return bool(name) and name.lower() == port and protocol.lower() == wanted_protocol


def _published(client: Client, service: Any) -> list[tuple[Endpoint, EndpointSlice]]:
    """The endpoints of a headless Service that have records: ready ones (the slices already heed
    publishNotReadyAddresses).
    """
    key = f"{service.metadata.namespace}/{service.metadata.name}"
    return [
        (endpoint, endpoint_slice)
        for endpoint_slice in client.indexed(SLICES, "service", key)
        if endpoint_slice.addressType == "IPv4"
        for endpoint in endpoint_slice.endpoints
        if endpoint.addresses and endpoint.conditions.ready is not False
    ]


def _endpoint_name(endpoint: Endpoint) -> str:
    """The label of an endpoint below its Service: its hostname, or its address with dashes."""
    return endpoint.hostname or endpoint.addresses[0].replace(".", "-")


def _pod_record(client: Client, pods: str, labels: list[str], type: str, name: str) -> Answer:
    """`10-244-0-3.default.pod.cluster.local`: with `pods insecure` any address is answered, `verified` asks for a
    Pod.
    """
    if pods == "disabled" or not labels:
        return NXDOMAIN
    namespace = labels[-1]
    if client.find("namespaces", namespace) is None:
        return NXDOMAIN
    if len(labels) == 1:
        return Answer("NOERROR")
    parts = labels[0].split("-")
    if len(labels) != 2 or len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return NXDOMAIN
    ip = ".".join(parts)
    if pods == "verified":
        holders = client.indexed("pods", "podIP", ip)
        if not any(pod.metadata.namespace == namespace for pod in holders):
            return NXDOMAIN
    return Answer("NOERROR", (Record(name, "A", ip),) if type == "A" else ())


def _reverse(client: Client, block: ServerBlock, name: str) -> Answer:
    """PTR: the Service of a ClusterIP, or the endpoints that have an address under a headless Service."""
    labels = name.removesuffix(".in-addr.arpa").split(".")
    if len(labels) != 4:
        return NXDOMAIN
    ip, zone = ".".join(reversed(labels)), block.kubernetes[0] if block.kubernetes else "cluster.local"
    services = client.indexed("services", "clusterIP", ip)
    if services:
        meta = services[0].metadata
        return Answer("NOERROR", (Record(name, "PTR", f"{meta.name}.{meta.namespace}.svc.{zone}"),))
    names = []
    for endpoint_slice in client.indexed(SLICES, "address", ip):
        service = endpoint_slice.metadata.labels.get("kubernetes.io/service-name")
        for endpoint in endpoint_slice.endpoints:
            if service and ip in endpoint.addresses:
                names.append(f"{_endpoint_name(endpoint)}.{service}.{endpoint_slice.metadata.namespace}.svc.{zone}")
    return Answer("NOERROR", tuple(Record(name, "PTR", found) for found in names)) if names else NXDOMAIN
