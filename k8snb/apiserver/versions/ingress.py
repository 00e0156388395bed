"""Ingresses of the beta groups: a backend is a service's name and port. Source: `pkg/apis/networking/v1beta1/conversion.go`."""

from __future__ import annotations

from typing import Any

from k8snb.api.networking import ingress as v1
from k8snb.api.networking import v1beta1


def to_stored(obj: v1beta1.Ingress) -> v1.Ingress:
    """A beta Ingress as networking.k8s.io/v1. A path without a type was left to the controller."""
    fields, spec = obj.fields(), obj.spec.fields()
    if "backend" in spec:
        spec["defaultBackend"] = _modern(spec.pop("backend"))
    if "rules" in spec:
        spec["rules"] = tuple(_modern_rule(rule) for rule in spec["rules"])
    if "spec" in fields:
        fields["spec"] = v1.IngressSpec.of(spec)
    return v1.Ingress.of(fields)


def from_stored(obj: v1.Ingress, model: type[v1beta1.Ingress]) -> v1beta1.Ingress:
    """An Ingress in the shape of the beta groups."""
    fields, spec = obj.fields(), obj.spec.fields()
    if "defaultBackend" in spec:
        spec["backend"] = _older(spec.pop("defaultBackend"))
    if "rules" in spec:
        spec["rules"] = tuple(_older_rule(rule) for rule in spec["rules"])
    if "spec" in fields:
        fields["spec"] = v1beta1.IngressSpec.of(spec)
    return model.of(fields)


def _modern(backend: v1beta1.IngressBackend) -> v1.IngressBackend:
    if backend.resource is not None or not (backend.serviceName or backend.servicePort):
        return v1.IngressBackend(resource=backend.resource)
    port = backend.servicePort
    named = v1.ServiceBackendPort(name=port) if isinstance(port, str) else v1.ServiceBackendPort(number=port)
    return v1.IngressBackend(service=v1.IngressServiceBackend(name=backend.serviceName, port=named))


def _older(backend: v1.IngressBackend) -> v1beta1.IngressBackend:
    service = backend.service
    if service is None:
        return v1beta1.IngressBackend(resource=backend.resource)
    port: Any = service.port.name or service.port.number
    return v1beta1.IngressBackend(serviceName=service.name, servicePort=port)


def _modern_rule(rule: v1beta1.IngressRule) -> v1.IngressRule:
    fields = rule.fields()
    if rule.http is not None:
        paths = tuple(
            v1.HTTPIngressPath(
                backend=_modern(path.backend),
                path=path.path or None,
                pathType=path.pathType or "ImplementationSpecific",
            )
            for path in rule.http.paths
        )
        fields["http"] = v1.HTTPIngressRuleValue(paths=paths)
    return v1.IngressRule.of(fields)


def _older_rule(rule: v1.IngressRule) -> v1beta1.IngressRule:
    fields = rule.fields()
    if rule.http is not None:
        # What the beta groups took for granted they need not say.
        paths = tuple(
            v1beta1.HTTPIngressPath(
                backend=_older(path.backend),
                path=path.path or None,
                pathType=None if path.pathType in ("", "ImplementationSpecific") else path.pathType,
            )
            for path in rule.http.paths
        )
        fields["http"] = v1beta1.HTTPIngressRuleValue(paths=paths)
    return v1beta1.IngressRule.of(fields)
