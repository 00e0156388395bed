"""The spec of a Pod and the templates that Pods are made from.

Reads `PodSpec` and `PodTemplateSpec` objects with defaults filled in. Errors come in the order in which
`pkg/apis/core/validation` v1.36 finds them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_affinity, validate_tolerations, validate_topology_spread
from k8snb.api.validation.container import (
    Surroundings,
    validate_containers,
    validate_ephemeral_containers,
    validate_init_containers,
)
from k8snb.api.validation.field import (
    FieldError,
    GoStruct,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from k8snb.api.validation.metadata import validate_annotations, validate_labels, validate_names
from k8snb.api.validation.resources import (
    validate_container_resource_name,
    validate_pod_resource_name,
    validate_quantity,
    validate_requirements,
)
from k8snb.api.validation.security import (
    validate_host_users,
    validate_pod_security_context,
    validate_profile_annotations,
    validate_profiles_match,
)
from k8snb.api.validation.volume import validate_volumes
from k8snb.api.validation.windows import validate_host_process, validate_operating_system

_RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
_DNS_POLICIES: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_INT32_MAX: Final = 2**31 - 1
_MIRROR: Final = "kubernetes.io/config.mirror"
_DELETION_COST: Final = "controller.kubernetes.io/pod-deletion-cost"
_is_cost = re.compile(r"0|-?[1-9][0-9]*").fullmatch


def validate_pod_template(template: Any, path: str) -> list[FieldError]:
    """The template of a workload; `path` is its own (`spec.template`)."""
    metadata, spec = template.metadata, template.spec
    errors = validate_labels(metadata.labels, f"{path}.labels")
    if metadata.annotations:
        errors += validate_annotations(metadata.annotations, f"{path}.annotations")
        errors += validate_pod_annotations(metadata.annotations, spec, f"{path}.annotations")
    errors += validate_pod_spec(spec, f"{path}.spec")
    if metadata.annotations:
        errors += validate_profiles_match(metadata.annotations, spec, f"{path}.spec")
    if spec.ephemeralContainers:
        detail = "ephemeral containers not allowed in pod template"
        errors.append(forbidden(f"{path}.spec.ephemeralContainers", detail))
    return errors


def validate_pod_spec(spec: Any, path: str, metadata: Any = None) -> list[FieldError]:
    """A Pod's spec; `metadata` is the Pod's, None for a template."""
    errors: list[FieldError] = []
    if spec.terminationGracePeriodSeconds is None:
        errors.append(required(f"{path}.terminationGracePeriodSeconds"))
    volumes, found = validate_volumes(spec.volumes, metadata, f"{path}.volumes", metadata is not None)
    claims = {claim.name for claim in spec.resourceClaims if claim.name}
    errors += found + _validate_resource_claims(spec.resourceClaims, f"{path}.resourceClaims")
    pod = Surroundings(
        volumes=volumes,
        claims=claims,
        grace_period=spec.terminationGracePeriodSeconds,
        restart_policy=spec.restartPolicy,
        host_users=spec.hostUsers is not False,
        operating_system=spec.os.name if spec.os is not None else "",
    )
    errors += validate_containers(spec.containers, pod, f"{path}.containers")
    if spec.initContainers:
        errors += validate_init_containers(spec.initContainers, spec.containers, pod, f"{path}.initContainers")
    if spec.ephemeralContainers:
        others = spec.containers + spec.initContainers
        errors += validate_ephemeral_containers(spec.ephemeralContainers, others, pod, f"{path}.ephemeralContainers")
    if spec.resources is not None:
        errors += _validate_pod_resources(spec, claims, f"{path}.resources")
    if spec.hostNetwork:
        errors += _validate_host_network(spec, f"{path}.containers", metadata is not None)
    return errors + _validate_policies(spec, path) + _validate_placement(spec, path) + _validate_names(spec, path)


def _validate_policies(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.restartPolicy not in _RESTART_POLICIES:
        errors += _validate_choice(spec.restartPolicy, _RESTART_POLICIES, f"{path}.restartPolicy")
    if spec.dnsPolicy not in _DNS_POLICIES:
        errors += _validate_choice(spec.dnsPolicy, _DNS_POLICIES, f"{path}.dnsPolicy")
    if spec.nodeSelector:
        errors += validate_labels(spec.nodeSelector, f"{path}.nodeSelector")
    return errors + validate_pod_security_context(spec, f"{path}.securityContext")


def _validate_placement(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.affinity is not None:
        errors += validate_affinity(spec.affinity, f"{path}.affinity")
    if spec.dnsConfig is not None or spec.dnsPolicy == "None":
        errors += _validate_dns_config(spec, f"{path}.dnsConfig")
    for i, gate in enumerate(spec.readinessGates):
        at = f"{path}.readinessGates[{i}].conditionType"
        errors += validate_names(names.label_key, gate.conditionType, at)
    seen: set[str] = set()
    for i, gate in enumerate(spec.schedulingGates):
        errors += validate_names(names.label_key, gate.name, f"{path}.schedulingGates[{i}]")
        if gate.name in seen:
            errors.append(duplicate(f"{path}.schedulingGates[{i}]", gate.name))
        seen.add(gate.name)
    if spec.topologySpreadConstraints:
        errors += validate_topology_spread(spec.topologySpreadConstraints, f"{path}.topologySpreadConstraints")
    return errors + validate_host_process(spec, path) + validate_host_users(spec, path)


def _validate_names(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("serviceAccountName", "nodeName"):
        value = getattr(spec, field)
        if value and names.dns_subdomain(value):
            errors += validate_names(names.dns_subdomain, value, f"{path}.{field}")
    deadline = spec.activeDeadlineSeconds
    if deadline is not None and not 1 <= deadline <= _INT32_MAX:
        errors.append(invalid(f"{path}.activeDeadlineSeconds", deadline, names.out_of_range(1, _INT32_MAX)))
    errors += _validate_host_names(spec, path)
    if spec.tolerations:
        errors += validate_tolerations(spec.tolerations, f"{path}.tolerations")
    for i, alias in enumerate(spec.hostAliases):
        errors += validate_names(names.ip, alias.ip, f"{path}.hostAliases[{i}].ip")
        for j, hostname in enumerate(alias.hostnames):
            errors += validate_names(names.dns_subdomain, hostname, f"{path}.hostAliases[{i}].hostnames[{j}]")
    if spec.priorityClassName:
        errors += validate_names(names.dns_subdomain, spec.priorityClassName, f"{path}.priorityClassName")
    if spec.runtimeClassName is not None:
        errors += validate_names(names.dns_subdomain, spec.runtimeClassName, f"{path}.runtimeClassName")
    if spec.preemptionPolicy is not None:
        supported = ("PreemptLowerPriority", "Never")
        errors += _validate_choice(spec.preemptionPolicy, supported, f"{path}.preemptionPolicy")
    for name, amount in sorted(spec.overhead.items()):
        at = f"{path}.overhead.limits[{name}]"
        errors += validate_container_resource_name(name, at) + validate_quantity(name, amount, at)
    if spec.os is not None:
        errors += validate_operating_system(spec, path)
    return errors


def _validate_host_names(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("hostname", "subdomain"):
        value = getattr(spec, field)
        if value:
            errors += validate_names(names.dns_label, value, f"{path}.{field}")
    override = spec.hostnameOverride
    if override is None:
        return errors
    at = f"{path}.hostnameOverride"
    errors += validate_names(names.dns_subdomain, override, at)
    if len(override) > 64:
        errors.append(invalid(at, override, names.too_many_characters(64)))
    if spec.setHostnameAsFQDN:
        errors.append(forbidden(at, "may not be specified when `setHostnameAsFQDN` is true"))
    if spec.hostNetwork:
        errors.append(forbidden(at, "may not be specified when `hostNetwork` is true"))
    return errors


def _validate_choice(value: str, supported: tuple[str, ...], path: str) -> list[FieldError]:
    if value in supported:
        return []
    return [not_supported(path, value, supported) if value else required(path)]


def _validate_resource_claims(claims: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, claim in enumerate(claims):
        at = f"{path}[{i}]"
        if not claim.name:
            errors.append(required(f"{at}.name"))
        elif claim.name in seen:
            errors.append(duplicate(f"{at}.name", claim.name))
        else:
            errors += validate_names(names.dns_label, claim.name, f"{at}.name")
        seen.add(claim.name)
        own, template = claim.resourceClaimName or None, claim.resourceClaimTemplateName or None
        shown = GoStruct(Name=claim.name, ResourceClaimName=own, ResourceClaimTemplateName=template)
        if own and template:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            errors.append(invalid(at, shown, detail))
        if not own and not template:
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            errors.append(invalid(at, shown, detail))
        for field, value in (("resourceClaimName", own), ("resourceClaimTemplateName", template)):
            if value:
                errors += validate_names(names.dns_subdomain, value, f"{at}.{field}")
    return errors


def _validate_pod_resources(spec: Any, claims: set[str], path: str) -> list[FieldError]:
    """Resources of the Pod as a whole: no less than its containers ask for together."""
    errors: list[FieldError] = []
    if spec.resources.claims:
        errors.append(forbidden(f"{path}.claims", "claims cannot be set for Resources at pod-level"))
    errors += validate_requirements(spec.resources, claims, path, validate_pod_resource_name)
    for name, whole in sorted(spec.resources.requests.items()):
        parts = _container_requests(spec, name)
        if quantity.compare(parts, whole) > 0:
            detail = f"must be greater than or equal to aggregate container requests of {parts}"
            errors.append(invalid(f"{path}.requests[{name}]", whole, detail))
    for i, container in enumerate(spec.containers):
        for name, limit in sorted(container.resources.limits.items()):
            whole = spec.resources.limits.get(name)
            if whole is not None and quantity.compare(limit, whole) > 0:
                detail = f"must be less than or equal to pod limits of {whole}"
                errors.append(invalid(f"{path}.containers[{i}][{name}].limits", limit, detail))
    return errors


def _container_requests(spec: Any, name: str) -> str:
    """What all containers need at the busiest moment: sidecars stay, other init containers run one by one."""
    running = peak = "0"
    for container in spec.initContainers:
        amount = container.resources.requests.get(name, "0")
        together = quantity.add(running, amount)
        if container.restartPolicy == "Always":
            running = together
        peak = max(peak, together, key=_nanos)
    for container in spec.containers:
        running = quantity.add(running, container.resources.requests.get(name, "0"))
    return max(running, peak, key=_nanos)


def _nanos(amount: str) -> int:
    return quantity.parse(amount).nanos


def _validate_host_network(spec: Any, path: str, pod: bool) -> list[FieldError]:
    # In a template hostPort may still be open: it is filled in when the Pod is made.
    detail = "must match `containerPort` when `hostNetwork` is true"
    return [
        invalid(f"{path}[{i}].ports[{j}].hostPort", port.hostPort, detail)
        for i, container in enumerate(spec.containers)
        for j, port in enumerate(container.ports)
        if (pod or port.hostPort) and port.hostPort != port.containerPort
    ]


def _validate_dns_config(spec: Any, path: str) -> list[FieldError]:
    config = spec.dnsConfig
    if spec.dnsPolicy == "None":
        if config is None:
            return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
        if not config.nameservers:
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            return [required(f"{path}.nameservers", detail)]
    errors: list[FieldError] = []
    if len(config.nameservers) > 3:
        errors.append(invalid(f"{path}.nameservers", config.nameservers, "must not have more than 3 nameservers"))
    for i, server in enumerate(config.nameservers):
        errors += validate_names(names.ip, server, f"{path}.nameservers[{i}]")
    if len(config.searches) > 32:
        errors.append(invalid(f"{path}.searches", config.searches, "must not have more than 32 search paths"))
    if len(" ".join(config.searches)) > 2048:
        detail = "must not have more than 2048 characters (including spaces) in the search list"
        errors.append(invalid(f"{path}.searches", config.searches, detail))
    for i, search in enumerate(config.searches):
        if search != ".":
            name = search.removesuffix(".")
            errors += validate_names(names.dns_subdomain_with_underscore, name, f"{path}.searches[{i}]")
    for i, option in enumerate(config.options):
        if not option.name:
            errors.append(required(f"{path}.options[{i}]", "must not be empty"))
    return errors


def validate_pod_annotations(annotations: Mapping[str, str], spec: Any, path: str) -> list[FieldError]:
    """Annotations that mean something to the server: deletion cost, mirror Pods, old security profiles."""
    errors: list[FieldError] = []
    if _MIRROR in annotations and not spec.nodeName:
        detail = "must set spec.nodeName if mirror pod annotation is set"
        errors.append(invalid(f"{path}[{_MIRROR}]", annotations[_MIRROR], detail))
    cost = annotations.get(_DELETION_COST)
    if cost is not None and not (_is_cost(cost) and -(2**31) <= int(cost) <= _INT32_MAX):
        errors.append(invalid(f"{path}[{_DELETION_COST}]", cost, "must be a 32bit integer"))
    return errors + validate_profile_annotations(annotations, spec, path)
