"""Ingresses and IngressClasses: hosts, paths, and where requests go. Follows `pkg/apis/networking/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.domainpath import validate_domain_prefixed_path
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required, too_long
from k8snb.api.validation.metadata import validate_immutable, validate_names

_CLASS: Final = "kubernetes.io/ingress.class"
_PATH_TYPES: Final = ("Exact", "ImplementationSpecific", "Prefix")
_INSIDE: Final = ("//", "/./", "/../", "%2f", "%2F")
_AT_END: Final = ("/..", "/.")
_CONTROLLER_MAX: Final = 250
_SCOPES: Final = ("Cluster", "Namespace")
_NOT_AN_ADDRESS: Final = "must be a DNS name, not an IP address"


def validate_ingress(obj: Any) -> list[FieldError]:
    """A new Ingress, its common metadata apart."""
    errors = _validate_spec(obj.spec)
    annotated = obj.metadata.annotations.get(_CLASS)
    if annotated is not None and obj.spec.ingressClassName not in (None, annotated):
        detail = "must match `ingressClassName` when both are specified"
        errors.append(invalid(f"annotations.{_CLASS}", annotated, detail))
    return errors


def validate_ingress_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an Ingress."""
    return _validate_spec(new.spec)


def validate_ingress_status_update(new: Any, old: Any) -> list[FieldError]:
    """What an ingress controller reports."""
    errors: list[FieldError] = []
    for i, entry in enumerate(new.status.loadBalancer.ingress):
        path = f"status.loadBalancer.ingress[{i}]"
        if entry.ip:
            errors += validate_names(names.ip, entry.ip, f"{path}.ip")
        if entry.hostname:
            errors += validate_names(names.dns_subdomain, entry.hostname, f"{path}.hostname")
            if names.address(entry.hostname) is not None:
                errors.append(invalid(f"{path}.hostname", entry.hostname, _NOT_AN_ADDRESS))
    return errors


def validate_ingress_class(obj: Any) -> list[FieldError]:
    """A new IngressClass, its common metadata apart."""
    spec, path = obj.spec, "spec.controller"
    errors: list[FieldError] = []
    if spec.controller and len(spec.controller) > _CONTROLLER_MAX:
        errors.append(too_long(path, _CONTROLLER_MAX))
    errors += validate_domain_prefixed_path(spec.controller, path)
    if spec.parameters is not None:
        errors += _validate_parameters(spec.parameters, "spec.parameters")
    return errors


def validate_ingress_class_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an IngressClass: the controller stays."""
    errors = validate_immutable(new.spec.controller, old.spec.controller, "spec.controller")
    return errors + validate_ingress_class(new)


def _validate_spec(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if not spec.rules and spec.defaultBackend is None:
        errors.append(invalid("spec", None, "either `defaultBackend` or `rules` must be specified"))
    if spec.defaultBackend is not None:
        errors += _validate_backend(spec.defaultBackend, "spec.defaultBackend")
    for i, rule in enumerate(spec.rules):
        path = f"spec.rules[{i}]"
        if rule.host:
            if names.address(rule.host) is not None:
                errors.append(invalid(f"{path}.host", rule.host, _NOT_AN_ADDRESS))
            errors += _validate_host(rule.host, f"{path}.host")
        if rule.http is not None:
            errors += _validate_paths(rule.http, f"{path}.http")
    for i, tls in enumerate(spec.tls):
        for j, host in enumerate(tls.hosts):
            errors += _validate_host(host, f"spec.tls[{i}].hosts[{j}]")
        if tls.secretName:
            errors += validate_names(names.dns_subdomain, tls.secretName, f"spec.tls[{i}].secretName")
    if spec.ingressClassName is not None:
        errors += validate_names(names.dns_subdomain, spec.ingressClassName, "spec.ingressClassName")
    return errors


def _validate_host(host: str, path: str) -> list[FieldError]:
    return validate_names(names.wildcard_subdomain if "*" in host else names.dns_subdomain, host, path)


def _validate_paths(http: Any, path: str) -> list[FieldError]:
    errors = [] if http.paths else [required(f"{path}.paths")]
    for i, entry in enumerate(http.paths):
        errors += _validate_path(entry, f"{path}.paths[{i}]")
    return errors


def _validate_path(entry: Any, path: str) -> list[FieldError]:
    if not entry.pathType:
        return [required(f"{path}.pathType", "pathType must be specified")]
    errors: list[FieldError] = []
    at, value = f"{path}.path", entry.path
    if entry.pathType not in _PATH_TYPES:
        errors.append(not_supported(f"{path}.pathType", entry.pathType, _PATH_TYPES))
    elif entry.pathType == "ImplementationSpecific":
        if value and not value.startswith("/"):
            errors.append(invalid(at, value, "must be an absolute path"))
    else:
        if not value.startswith("/"):
            errors.append(invalid(at, value, "must be an absolute path"))
        errors += [invalid(at, value, f"must not contain '{part}'") for part in _INSIDE if part in value]
        errors += [invalid(at, value, f"cannot end with '{part}'") for part in _AT_END if value.endswith(part)]
    return errors + _validate_backend(entry.backend, f"{path}.backend")


def _validate_backend(backend: Any, path: str) -> list[FieldError]:
    resource, service = backend.resource, backend.service
    if resource is not None and service is not None:
        return [invalid(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return _validate_reference(resource, f"{path}.resource")
    if service is None:
        return [invalid(path, "", "resource or service backend is required")]
    at, port = f"{path}.service", service.port
    if service.name:
        errors = validate_names(names.dns_label, service.name, f"{at}.name")
    else:
        errors = [required(f"{at}.name")]
    if port.name and port.number:
        errors.append(invalid(path, "", "cannot set both port name & port number"))
    elif port.name:
        errors += validate_names(names.port_name, port.name, f"{at}.port.name")
    elif port.number:
        errors += [invalid(f"{at}.port.number", port.number, text) for text in names.port_number(port.number)]
    else:
        errors.append(required(path, "port name or number is required"))
    return errors


def _validate_reference(reference: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if reference.apiGroup is not None:
        errors += validate_names(names.dns_subdomain, reference.apiGroup, f"{path}.apiGroup")
    for name in ("kind", "name"):
        value = getattr(reference, name)
        if value:
            errors += validate_names(names.path_segment, value, f"{path}.{name}")
        else:
            errors.append(required(f"{path}.{name}"))
    return errors


def _validate_parameters(parameters: Any, path: str) -> list[FieldError]:
    errors = _validate_reference(parameters, path)
    scope, namespace = parameters.scope, parameters.namespace
    if scope is None:
        errors.append(required(f"{path}.scope"))
    elif scope not in _SCOPES:
        errors.append(not_supported(f"{path}.scope", scope, _SCOPES))
    elif scope == "Cluster" and namespace is not None:
        errors.append(forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'"))
    elif scope == "Namespace" and namespace is None:
        errors.append(required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'"))
    elif namespace is not None:
        errors += validate_names(names.dns_label, namespace, f"{path}.namespace")
    return errors
