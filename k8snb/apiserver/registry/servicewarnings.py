"""What the server remarks on Services it accepts: fields that say nothing for their type, old words. Source:
`pkg/api/service/warnings.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8snb.apiserver.registry.addresswarnings import cidr_warnings, ip_warnings

_HINTS = "service.kubernetes.io/topology-aware-hints"


def service_warnings(service: Any) -> Iterator[str]:
    """Remarks on a Service, its defaults filled in."""
    spec = service.spec
    if _HINTS in service.metadata.annotations:
        yield f"annotation {_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead"
    if spec.clusterIP == "None":
        yield from _headless(spec)
    elif spec.type != "ExternalName":
        for i, address in enumerate(spec.clusterIPs):
            yield from ip_warnings(address, f"spec.clusterIPs[{i}]")
    if spec.externalIPs:
        yield "spec.externalIPs is deprecated"
    for i, address in enumerate(spec.externalIPs):
        yield from ip_warnings(address, f"spec.externalIPs[{i}]")
    if spec.loadBalancerIP:
        yield from ip_warnings(spec.loadBalancerIP, "spec.loadBalancerIP")
    for i, block in enumerate(spec.loadBalancerSourceRanges):
        yield from cidr_warnings(block, f"spec.loadBalancerSourceRanges[{i}]")
    yield from _ignored(spec)


def _headless(spec: Any) -> Iterator[str]:
    if spec.type != "ClusterIP":
        return
    for name in ("loadBalancerIP", "externalIPs"):
        if getattr(spec, name):
            yield f"spec.{name} is ignored for headless services"
    if spec.sessionAffinity not in (None, "", "None"):
        yield "spec.SessionAffinity is ignored for headless services"


def _ignored(spec: Any) -> Iterator[str]:
    outside = spec.type == "ExternalName"
    if outside and spec.externalIPs:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if not outside and spec.externalName:
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.trafficDistribution == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'
