"""Services: ports, addresses, traffic policies, and addresses that stay once they are given.

Reads `Service` objects with defaults filled in, before and after addresses are allocated. Whether an address or a node port
is free is the allocators' business. Follows `pkg/apis/core/validation` v1.36.
"""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.address import validate_not_special
from k8snb.api.validation.container import validate_protocol
from k8snb.api.validation.field import FieldError, GoStruct, duplicate, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import IMMUTABLE, validate_labels, validate_names
from k8snb.api.validation.probe import validate_port_or_name

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES: Final = ("Cluster", "Local")
_FAMILIES: Final = ("IPv4", "IPv6")
_FAMILY_POLICIES: Final = ("PreferDualStack", "RequireDualStack", "SingleStack")
_DISTRIBUTIONS: Final = ("PreferClose", "PreferSameZone", "PreferSameNode")
_AFFINITY_MAX: Final = 86400
_RANGES: Final = "service.beta.kubernetes.io/load-balancer-source-ranges"
_HINTS: Final = "service.kubernetes.io/topology-aware-hints"
_MODE: Final = "service.kubernetes.io/topology-mode"
_ONLY_BALANCER: Final = "may only be used when `type` is 'LoadBalancer'"
_FIXED: Final = "may not change once set"


def validate_service(obj: Any) -> list[FieldError]:
    """A new Service, its common metadata apart."""
    spec, annotations = obj.spec, obj.metadata.annotations
    errors: list[FieldError] = []
    if _HINTS in annotations and _MODE in annotations and annotations[_HINTS] != annotations[_MODE]:
        detail = f"must match annotations[{_HINTS}] when both are specified"
        errors.append(invalid(f"metadata.annotations[{_MODE}]", annotations[_MODE], detail))
    if not spec.ports and not _is_headless(spec) and spec.type != "ExternalName":
        errors.append(required("spec.ports"))
    errors += _validate_type(spec)
    seen: set[str] = set()
    for i, port in enumerate(spec.ports):
        errors += _validate_port(port, len(spec.ports) > 1, seen, f"spec.ports[{i}]")
    errors += validate_labels(spec.selector, "spec.selector") + _validate_affinity(spec)
    errors += _validate_cluster_ips(spec)
    for i, address in enumerate(spec.externalIPs):
        at = f"spec.externalIPs[{i}]"
        errors += validate_names(names.ip, address, at) or validate_not_special(address, at)
    if spec.type not in _TYPES:
        errors.append(not_supported("spec.type", spec.type, _TYPES) if spec.type else required("spec.type"))
    errors += _validate_port_conflicts(spec) + _validate_source_ranges(spec, annotations)
    errors += _validate_balancer(spec) + _validate_balancer_class(spec, None)
    return errors + _validate_policies(spec)


def validate_service_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Service: its addresses and families may be extended or cut, not replaced."""
    before, after = old.spec, new.spec
    errors: list[FieldError] = []
    if "ExternalName" not in (before.type, after.type):
        was, is_now = _is_headless(before), _is_headless(after)
        if not (was and is_now):
            errors += _validate_fixed_ips(after, before)
        if not was and not is_now:
            errors += _validate_fixed_families(after, before)
    errors += _validate_balancer_class(after, before)
    checked = _needs_health_check(before) and _needs_health_check(after)
    if checked and before.healthCheckNodePort != after.healthCheckNodePort:
        errors.append(forbidden("spec.healthCheckNodePort", IMMUTABLE))
    return errors + validate_service(new)


def validate_service_status_update(new: Any, old: Any) -> list[FieldError]:
    """What a load balancer reports."""
    balancer = new.status.loadBalancer
    ingress = balancer.ingress if balancer is not None else ()
    errors: list[FieldError] = []
    if ingress and new.spec.type != "LoadBalancer":
        detail = "may only be used when `spec.type` is 'LoadBalancer'"
        return [forbidden("status.loadBalancer.ingress", detail)]
    for i, entry in enumerate(ingress):
        at = f"status.loadBalancer.ingress[{i}]"
        if entry.ip:
            errors += validate_names(names.ip, entry.ip, f"{at}.ip")
            if entry.ipMode is None:
                errors.append(required(f"{at}.ipMode", "must be specified when `ip` is set"))
        elif entry.ipMode is not None:
            errors.append(forbidden(f"{at}.ipMode", "may not be specified when `ip` is not set"))
        if entry.ip and entry.ipMode is not None and entry.ipMode not in ("Proxy", "VIP"):
            errors.append(not_supported(f"{at}.ipMode", entry.ipMode, ("Proxy", "VIP")))
        if entry.hostname:
            errors += validate_names(names.dns_subdomain, entry.hostname, f"{at}.hostname")
            if names.address(entry.hostname) is not None:
                detail = "must be a DNS name, not an IP address"
                errors.append(invalid(f"{at}.hostname", entry.hostname, detail))
    return errors


def _is_headless(spec: Any) -> bool:
    return len(spec.clusterIPs) == 1 and spec.clusterIPs[0] == "None"


def _needs_health_check(spec: Any) -> bool:
    return bool(spec.type == "LoadBalancer" and spec.externalTrafficPolicy == "Local")


def _validate_type(spec: Any) -> list[FieldError]:
    if spec.type in ("LoadBalancer", "NodePort") and _is_headless(spec):
        detail = f"may not be set to 'None' for {spec.type} services"
        return [invalid("spec.clusterIPs[0]", "None", detail)]
    if spec.type != "ExternalName":
        return []
    detail = "may not be set for ExternalName services"
    errors = [
        forbidden(f"spec.{name}", detail)
        for name in ("clusterIPs", "ipFamilies", "ipFamilyPolicy")
        if getattr(spec, name)
    ]
    name = spec.externalName.removesuffix(".")
    if not name:
        return [*errors, required("spec.externalName")]
    return errors + validate_names(names.dns_subdomain, name, "spec.externalName")


def _validate_port(port: Any, named: bool, seen: set[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if port.name:
        errors += validate_names(names.dns_label, port.name, f"{path}.name")
        if port.name in seen:
            errors.append(duplicate(f"{path}.name", port.name))
        seen.add(port.name)
    elif named:
        errors.append(required(f"{path}.name"))
    errors += [invalid(f"{path}.port", port.port, text) for text in names.port_number(port.port)]
    errors += validate_protocol(port.protocol, f"{path}.protocol")
    errors += validate_port_or_name(port.targetPort, f"{path}.targetPort")
    if port.appProtocol is not None:
        errors += validate_names(names.label_key, port.appProtocol, f"{path}.appProtocol")
    return errors


def _validate_affinity(spec: Any) -> list[FieldError]:
    path, config = "spec.sessionAffinityConfig", spec.sessionAffinityConfig
    if not spec.sessionAffinity:
        return [required("spec.sessionAffinity")]
    if spec.sessionAffinity == "None":
        return [] if config is None else [forbidden(path, "must not be set when session affinity is None")]
    if spec.sessionAffinity != "ClientIP":
        return [not_supported("spec.sessionAffinity", spec.sessionAffinity, ("ClientIP", "None"))]
    detail = "when session affinity type is ClientIP"
    if config is None:
        return [required(path, detail)]
    if config.clientIP is None:
        return [required(f"{path}.clientIP", detail)]
    seconds = config.clientIP.timeoutSeconds
    if seconds is None:
        return [required(f"{path}.clientIP.timeoutSeconds", detail)]
    if 0 < seconds <= _AFFINITY_MAX:
        return []
    detail = f"must be greater than 0 and less than {_AFFINITY_MAX}"
    return [invalid(f"{path}.clientIP.timeoutSeconds", seconds, detail)]


def _validate_cluster_ips(spec: Any) -> list[FieldError]:
    if spec.type == "ExternalName":
        return []
    path, addresses = "spec.clusterIPs", spec.clusterIPs
    errors: list[FieldError] = []
    if spec.clusterIP:
        if not addresses:
            errors.append(required(path))
        elif addresses[0] != spec.clusterIP:
            errors.append(invalid(path, addresses, "first value must match `clusterIP`"))
    elif addresses:
        errors.append(invalid(path, addresses, "must be empty when `clusterIP` is not specified"))
    errors += _validate_families(spec)
    wrong = _validate_addresses(addresses, path)
    errors += wrong
    if len(addresses) > 2:
        errors.append(invalid(path, addresses, "may only hold up to 2 values"))
    if wrong:
        return errors
    versions = [":" in address for address in addresses]
    if len(addresses) > 1 and len(set(versions)) < 2:
        errors.append(invalid(path, addresses, "may specify no more than one IP for each IP family"))
    if not _is_headless(spec):
        for i, (address, family) in enumerate(zip(addresses, spec.ipFamilies, strict=False)):
            if family in _FAMILIES and (":" in address) is (family == "IPv4"):
                detail = f"expected an {family} value as indicated by `ipFamilies[{i}]`"
                errors.append(invalid(f"{path}[{i}]", address, detail))
    return errors


def _validate_families(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, family in enumerate(spec.ipFamilies):
        if family not in _FAMILIES:
            errors.append(not_supported(f"spec.ipFamilies[{i}]", family, _FAMILIES))
        if family in spec.ipFamilies[:i]:
            errors.append(duplicate(f"spec.ipFamilies[{i}]", family))
    if spec.ipFamilyPolicy is not None and spec.ipFamilyPolicy not in _FAMILY_POLICIES:
        errors.append(not_supported("spec.ipFamilyPolicy", spec.ipFamilyPolicy, _FAMILY_POLICIES))
    return errors


def _validate_addresses(addresses: Sequence[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, address in enumerate(addresses):
        if i or address != "None":
            errors += validate_names(names.ip, address, f"{path}[{i}]")
        elif len(addresses) > 1:
            errors.append(invalid(path, addresses, "'None' must be the first and only value"))
    return errors


def _validate_port_conflicts(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.type == "ClusterIP":
        detail = "may not be used when `type` is 'ClusterIP'"
        errors += [forbidden(f"spec.ports[{i}].nodePort", detail) for i, port in enumerate(spec.ports) if port.nodePort]
    taken: set[tuple[str, int]] = set()
    for i, port in enumerate(spec.ports):
        if port.nodePort:
            if (port.protocol, port.nodePort) in taken:
                errors.append(duplicate(f"spec.ports[{i}].nodePort", port.nodePort))
            taken.add((port.protocol, port.nodePort))
    taken = set()
    for i, port in enumerate(spec.ports):
        if (port.protocol, port.port) in taken:
            shown = GoStruct(
                Name="", Protocol=port.protocol, AppProtocol=None, Port=port.port, TargetPort=0, NodePort=0
            )
            errors.append(duplicate(f"spec.ports[{i}]", shown))
        taken.add((port.protocol, port.port))
    return errors


def _validate_source_ranges(spec: Any, annotations: Any) -> list[FieldError]:
    if spec.loadBalancerSourceRanges:
        path = "spec.LoadBalancerSourceRanges"
        ranges = [(f"{path}[{i}]", block.strip()) for i, block in enumerate(spec.loadBalancerSourceRanges)]
    elif _RANGES in annotations:
        path = f"metadata.annotations[{_RANGES}]"
        text = annotations[_RANGES].strip()
        ranges = [(path, block.strip()) for block in text.split(",")] if text else []
    else:
        return []
    errors = [] if spec.type == "LoadBalancer" else [forbidden(path, _ONLY_BALANCER)]
    for at, block in ranges:
        errors += validate_names(names.cidr, block, at)
    return errors


def _validate_balancer(spec: Any) -> list[FieldError]:
    if spec.type == "LoadBalancer":
        unset = spec.allocateLoadBalancerNodePorts is None
        return [required("allocateLoadBalancerNodePorts")] if unset else []
    if spec.allocateLoadBalancerNodePorts is not None:
        return [forbidden("spec.allocateLoadBalancerNodePorts", _ONLY_BALANCER)]
    return []


def _validate_balancer_class(spec: Any, old: Any) -> list[FieldError]:
    path, name = "spec.loadBalancerClass", spec.loadBalancerClass
    errors: list[FieldError] = []
    if old is not None and old.type == spec.type == "LoadBalancer" and old.loadBalancerClass != name:
        errors.append(invalid(path, name, _FIXED))
    if name is None:
        return errors
    if spec.type != "LoadBalancer":
        return [*errors, forbidden(path, _ONLY_BALANCER)]
    return errors + validate_names(names.label_key, name, path)


def _validate_policies(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    path, policy = "spec.externalTrafficPolicy", spec.externalTrafficPolicy
    reachable = spec.type in ("LoadBalancer", "NodePort") or (spec.type == "ClusterIP" and spec.externalIPs)
    if not reachable:
        if policy:
            errors.append(invalid(path, policy, "may only be set for externally-accessible services"))
    elif policy not in _POLICIES:
        errors.append(not_supported(path, policy, _POLICIES) if policy else required(path))
    errors += _validate_health_port(spec)
    path, policy = "spec.internalTrafficPolicy", spec.internalTrafficPolicy
    if policy is None:
        if spec.type in ("ClusterIP", "LoadBalancer", "NodePort"):
            errors.append(required(path))
    elif policy not in _POLICIES:
        errors.append(not_supported(path, policy, _POLICIES))
    distribution = spec.trafficDistribution
    if distribution is not None and distribution not in _DISTRIBUTIONS:
        errors.append(not_supported("spec.trafficDistribution", distribution, _DISTRIBUTIONS))
    return errors


def _validate_health_port(spec: Any) -> list[FieldError]:
    path, port = "spec.healthCheckNodePort", spec.healthCheckNodePort
    if _needs_health_check(spec):
        if not port:
            return [required(path)]
        return [invalid(path, port, text) for text in names.port_number(port)]
    if not port:
        return []
    detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    return [invalid(path, port, detail)]


def _validate_fixed_ips(new: Any, old: Any) -> list[FieldError]:
    path, before, after = "spec.clusterIPs", old.clusterIPs, new.clusterIPs
    if len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [invalid(f"{path}[{i}]", after, _FIXED) for i, (was, is_now) in pairs if was != is_now]
    errors: list[FieldError] = []
    if not after:
        errors.append(invalid(f"{path}[0]", after, "primary clusterIP can not be unset"))
    if before and after and before[0] != after[0]:
        errors.append(invalid(f"{path}[0]", after, _FIXED))
    if len(before) > len(after) == 1 and new.ipFamilyPolicy != "SingleStack":
        detail = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        errors.append(invalid("spec.ipFamilyPolicy", new.ipFamilyPolicy, detail))
    return errors


def _validate_fixed_families(new: Any, old: Any) -> list[FieldError]:
    path, before, after = "spec.ipFamilies[0]", old.ipFamilies, new.ipFamilies
    if len(before) == len(after):
        return [invalid(path, after, _FIXED) for was, is_now in zip(before, after, strict=True) if was != is_now]
    errors: list[FieldError] = []
    if len(before) > len(after) and not new.clusterIPs:
        errors.append(invalid(path, after, "primary ipFamily can not be unset"))
    if before and after and before[0] != after[0]:
        errors.append(invalid(path, new.clusterIPs, _FIXED))
    if len(before) > len(after) == 1 and new.ipFamilyPolicy != "SingleStack":
        detail = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        errors.append(invalid("spec.ipFamilyPolicy", new.ipFamilyPolicy, detail))
    return errors
