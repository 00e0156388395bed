"""A Pod's resolver: what the kubelet writes into /etc/resolv.conf and /etc/hosts, and the names a lookup tries in
turn.

Reads a Pod's dnsPolicy, dnsConfig, hostAliases, hostname and subdomain. Source: the Kubernetes page "DNS for Services
and Pods" and `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.core.pod import Pod

#: limits of the kubelet
MAX_NAMESERVERS = 3
MAX_SEARCH_PATHS = 32
_HOSTS_HEAD = (
    "# Kubernetes-managed hosts file.\n"
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "fe00::0\tip6-mcastprefix\n"
    "fe00::1\tip6-allnodes\n"
    "fe00::2\tip6-allrouters\n"
)


class ResolvConf(NamedTuple):
    """The contents of a /etc/resolv.conf."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def ndots(self) -> int:
        """How many dots a name needs to be tried as it is first."""
        found = [option.partition(":")[2] for option in self.options if option.startswith("ndots:")]
        return int(found[-1]) if found and found[-1].isdigit() else 1

    def text(self) -> str:
        """The file, as the kubelet has containerd write it."""
        lines = [f"search {' '.join(self.search)}"] if self.search else []
        lines += [f"nameserver {server}" for server in self.nameservers]
        if self.options:
            lines.append(f"options {' '.join(self.options)}")
        return "\n".join(lines) + "\n" if lines else ""

    def candidates(self, name: str) -> list[str]:
        """The absolute names that are tried for `name`, in order."""
        if name.endswith("."):
            return [name.rstrip(".")]
        searched = [f"{name}.{domain}" for domain in self.search]
        return [name, *searched] if name.count(".") >= self.ndots else [*searched, name]


def resolv_conf(pod: Pod, cluster_dns: str, domain: str, node: ResolvConf) -> ResolvConf:
    """The resolver settings of a Pod. `node` is the machine's own file, for dnsPolicy Default and Pods on the host
    network.
    """
    policy = pod.spec.dnsPolicy or "ClusterFirst"
    if policy == "ClusterFirst" and pod.spec.hostNetwork:
        policy = "Default"
    if policy in ("ClusterFirst", "ClusterFirstWithHostNet") and cluster_dns:
        namespace = pod.metadata.namespace
        own = (f"{namespace}.svc.{domain}", f"svc.{domain}", domain)
        base = ResolvConf((cluster_dns,), own + node.search, ("ndots:5",))
    elif policy == "None":
        base = ResolvConf()
    else:
        base = node
    config = pod.spec.dnsConfig
    if config is None:
        return base
    merged = {option.partition(":")[0]: option for option in base.options}
    for extra in config.options:
        merged[extra.name] = f"{extra.name}:{extra.value}" if extra.value else extra.name
    return ResolvConf(
        tuple(dict.fromkeys(base.nameservers + config.nameservers))[:MAX_NAMESERVERS],
        tuple(dict.fromkeys(base.search + config.searches))[:MAX_SEARCH_PATHS],
        tuple(merged.values()),
    )


def hostname(pod: Pod) -> str:
    """The host name inside a Pod."""
    return pod.spec.hostname or pod.metadata.name[:63].rstrip("-.")


def hosts_file(pod: Pod, domain: str) -> str:
    """The /etc/hosts that the kubelet manages for a Pod with an address of its own."""
    text, ip = _HOSTS_HEAD, pod.status.podIP
    if ip:
        name = hostname(pod)
        names = name
        if pod.spec.subdomain:
            names = f"{name}.{pod.spec.subdomain}.{pod.metadata.namespace}.svc.{domain}\t{name}"
        text += f"{ip}\t{names}\n"
    if pod.spec.hostAliases:
        text += "\n# Entries added by HostAliases.\n"
        text += "".join(f"{alias.ip}\t{chr(9).join(alias.hostnames)}\n" for alias in pod.spec.hostAliases)
    return text


def parse_hosts(text: str) -> dict[str, str]:
    """Names and their IPv4 addresses of a hosts file; the first entry of a name counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        fields = line.partition("#")[0].split()
        if len(fields) > 1 and ":" not in fields[0]:
            for name in fields[1:]:
                found.setdefault(name.lower(), fields[0])
    return found


def parse_resolv_conf(text: str) -> ResolvConf:
    """A resolv.conf that somebody wrote or changed."""
    servers: list[str] = []
    search: tuple[str, ...] = ()
    options: list[str] = []
    for line in text.splitlines():
        fields = line.partition("#")[0].split()
        if not fields:
            continue
        if fields[0] == "nameserver" and len(fields) > 1:
            servers.append(fields[1])
        elif fields[0] in ("search", "domain"):
            search = tuple(fields[1:])
        elif fields[0] == "options":
            options += fields[1:]
    return ResolvConf(tuple(servers[:MAX_NAMESERVERS]), search, tuple(options))
