"""Containers of a Pod: regular, init and ephemeral ones.

Reads `Container` and `EphemeralContainer` objects. Follows `pkg/apis/core/validation` v1.36.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from k8snb.api.validation import names
from k8snb.api.validation.env import validate_env, validate_env_from
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
    too_many,
)
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.mount import validate_volume_devices, validate_volume_mounts
from k8snb.api.validation.probe import validate_lifecycle, validate_probes
from k8snb.api.validation.resources import validate_requirements
from k8snb.api.validation.security import validate_security_context
from k8snb.api.validation.volume import validate_pull_policy

PROTOCOLS: Final = ("SCTP", "TCP", "UDP")

_MESSAGE_POLICIES: Final = ("File", "FallbackToLogsOnError")
_RESTART_POLICIES: Final = ("Always", "Never", "OnFailure")
_EPHEMERAL_FORBIDDEN: Final = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
)


class Surroundings(NamedTuple):
    """What containers depend on of their Pod."""

    volumes: Mapping[str, Any]
    claims: Collection[str]
    grace_period: int | None
    restart_policy: str
    host_users: bool
    operating_system: str


def validate_containers(containers: Sequence[Any], pod: Surroundings, path: str) -> list[FieldError]:
    """The regular containers."""
    if not containers:
        return [required(path)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, container in enumerate(containers):
        at = f"{path}[{i}]"
        errors += _validate_container(container, pod, at)
        if container.name in seen:
            errors.append(duplicate(f"{at}.name", container.name))
        seen.add(container.name)
        if container.lifecycle is not None:
            errors += validate_lifecycle(container.lifecycle, pod.grace_period, f"{at}.lifecycle", pod.operating_system)
        errors += validate_probes(container, pod.grace_period, at)
        errors += _validate_restart_policy(container, at)
    return errors + _validate_host_ports(containers, path)


def validate_init_containers(
    containers: Sequence[Any], regular: Sequence[Any], pod: Surroundings, path: str
) -> list[FieldError]:
    """The init containers; those that restart always are sidecars and may have probes."""
    errors: list[FieldError] = []
    seen = {container.name for container in regular}
    for i, container in enumerate(containers):
        at = f"{path}[{i}]"
        errors += _validate_container(container, pod, at) + _validate_restart_policy(container, at)
        if container.name in seen:
            errors.append(duplicate(f"{at}.name", container.name))
        elif container.name:
            seen.add(container.name)
        errors += _validate_host_ports((container,), path)
        if container.restartPolicy == "Always":
            if container.lifecycle is not None:
                errors += validate_lifecycle(
                    container.lifecycle, pod.grace_period, f"{at}.lifecycle", pod.operating_system
                )
            errors += validate_probes(container, pod.grace_period, at)
            continue
        detail = "may not be set for init containers without restartPolicy=Always"
        for name in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if getattr(container, name) is not None:
                errors.append(forbidden(f"{at}.{name}", detail))
    return errors


def validate_ephemeral_containers(
    containers: Sequence[Any], others: Sequence[Any], pod: Surroundings, path: str
) -> list[FieldError]:
    """Containers added for debugging; `others` are the regular and init containers."""
    errors: list[FieldError] = []
    targets = {container.name for container in others}
    seen = set(targets)
    detail = "cannot be set for an Ephemeral Container"
    for i, container in enumerate(containers):
        at = f"{path}[{i}]"
        errors += _validate_container(container, pod, at) + validate_image_spaces(container, at)
        if container.name in seen:
            errors.append(duplicate(f"{at}.name", container.name))
        seen.add(container.name)
        if container.targetContainerName and container.targetContainerName not in targets:
            errors.append(not_found(f"{at}.targetContainerName", container.targetContainerName))
        for name in _EPHEMERAL_FORBIDDEN:
            value = getattr(container, name)
            if value is not None and value != () and (name != "resources" or value.__dict__):
                errors.append(forbidden(f"{at}.{name}", detail))
        for j, mount in enumerate(container.volumeMounts):
            for name in ("subPath", "subPathExpr"):
                if getattr(mount, name):
                    errors.append(forbidden(f"{at}.volumeMounts[{j}].{name}", detail))
    return errors


def validate_image_spaces(container: Any, path: str) -> list[FieldError]:
    """Blanks around an image: tolerated in templates, not in Pods."""
    if container.image == container.image.strip():
        return []
    return [invalid(f"{path}.image", container.image, "must not have leading or trailing whitespace")]


def _validate_container(container: Any, pod: Surroundings, path: str) -> list[FieldError]:
    """What holds for containers of all three sorts."""
    errors: list[FieldError] = []
    if not container.name:
        errors.append(required(f"{path}.name"))
    elif names.dns_label(container.name):
        errors += validate_names(names.dns_label, container.name, f"{path}.name")
    if not container.image:
        errors.append(required(f"{path}.image"))
    if container.terminationMessagePolicy not in _MESSAGE_POLICIES:
        errors += _validate_message_policy(container.terminationMessagePolicy, f"{path}.terminationMessagePolicy")
    # Most containers lack most of what follows: looking is cheaper than calling.
    if container.ports:
        errors += _validate_ports(container.ports, f"{path}.ports")
    if container.env:
        errors += validate_env(container.env, f"{path}.env")
    if container.envFrom:
        errors += validate_env_from(container.envFrom, f"{path}.envFrom")
    if container.volumeMounts:
        errors += validate_volume_mounts(container, pod.volumes, f"{path}.volumeMounts")
    if container.volumeDevices:
        errors += validate_volume_devices(container, pod.volumes, f"{path}.volumeDevices")
    errors += validate_pull_policy(container.imagePullPolicy, f"{path}.imagePullPolicy")
    if container.resources.__dict__:
        errors += validate_requirements(container.resources, pod.claims, f"{path}.resources")
    if container.resizePolicy:
        errors += _validate_resize_policy(container.resizePolicy, pod.restart_policy, f"{path}.resizePolicy")
    if container.securityContext is not None:
        errors += validate_security_context(container.securityContext, f"{path}.securityContext", pod.host_users)
    return errors


def _validate_message_policy(policy: str, path: str) -> list[FieldError]:
    return [not_supported(path, policy, _MESSAGE_POLICIES) if policy else required(path)]


def _validate_ports(ports: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, port in enumerate(ports):
        at = f"{path}[{i}]"
        if port.name:
            wrong = validate_names(names.port_name, port.name, f"{at}.name")
            if not wrong and port.name in seen:
                wrong = [duplicate(f"{at}.name", port.name)]
            errors += wrong
            seen.add(port.name)
        if not port.containerPort:
            errors.append(required(f"{at}.containerPort"))
        elif not 1 <= port.containerPort <= 65535:
            errors.append(invalid(f"{at}.containerPort", port.containerPort, names.out_of_range(1, 65535)))
        if port.hostPort and not 1 <= port.hostPort <= 65535:
            errors.append(invalid(f"{at}.hostPort", port.hostPort, names.out_of_range(1, 65535)))
        if port.protocol not in PROTOCOLS:
            errors += validate_protocol(port.protocol, f"{at}.protocol")
    return errors


def validate_protocol(protocol: str, path: str) -> list[FieldError]:
    """TCP, UDP or SCTP."""
    if protocol in PROTOCOLS:
        return []
    return [not_supported(path, protocol, PROTOCOLS) if protocol else required(path)]


def _validate_host_ports(containers: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    taken: set[str] = set()
    for i, container in enumerate(containers):
        for j, port in enumerate(container.ports):
            if port.hostPort:
                key = f"{port.protocol}/{port.hostIP}/{port.hostPort}"
                if key in taken:
                    errors.append(duplicate(f"{path}[{i}].ports[{j}].hostPort", key))
                taken.add(key)
    return errors


def _validate_resize_policy(policies: Sequence[Any], pod_restart_policy: str, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, policy in enumerate(policies):
        name, restart = policy.resourceName, policy.restartPolicy
        if name in seen:
            errors.append(duplicate(f"{path}[{i}]", name))
        seen.add(name)
        for value, supported in ((name, ("cpu", "memory")), (restart, ("NotRequired", "RestartContainer"))):
            if not value:
                errors.append(required(path))
            elif value not in supported:
                errors.append(not_supported(path, value, supported))
        if pod_restart_policy == "Never" and restart != "NotRequired":
            errors.append(invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    return errors


def _validate_restart_policy(container: Any, path: str) -> list[FieldError]:
    policy, rules = container.restartPolicy, container.restartPolicyRules
    if policy is None and not rules:
        return []
    errors: list[FieldError] = []
    if policy is None:
        detail = "must specify restartPolicy when restart rules are used"
        errors.append(required(f"{path}.restartPolicy", detail))
    elif policy not in _RESTART_POLICIES:
        errors.append(not_supported(f"{path}.restartPolicy", policy, _RESTART_POLICIES))
    if len(rules) > 20:
        errors.append(too_many(f"{path}.restartPolicyRules", len(rules), 20))
    for i, rule in enumerate(rules):
        at = f"{path}.restartPolicyRules[{i}]"
        if rule.action != "Restart":
            errors.append(not_supported(f"{at}.action", rule.action, ("Restart",)))
        codes = rule.exitCodes
        if codes is None:
            errors.append(required(f"{at}.exitCodes", "must be specified"))
            continue
        if codes.operator not in ("In", "NotIn"):
            errors.append(not_supported(f"{at}.exitCodes.operator", codes.operator, ("In", "NotIn")))
        if len(codes.values) > 255:
            errors.append(too_many(f"{at}.exitCodes.values", len(codes.values), 255))
    return errors
