"""Ingresses, with what stands behind their paths."""

from __future__ import annotations

from k8snb.api.errors import StatusError
from k8snb.api.networking.ingress import Ingress, IngressBackend, IngressServiceBackend
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.endpointslices import addresses, slices_of
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: Ingress, reader: Reader) -> None:
    """An Ingress."""
    meta, spec = obj.metadata, obj.spec
    w.field(0, "Name", meta.name)
    metadata.labels(w, "Labels", meta.labels)
    w.field(0, "Namespace", meta.namespace)
    given = {one.ip or one.hostname for one in obj.status.loadBalancer.ingress}
    w.field(0, "Address", ",".join(sorted(given - {""})))
    w.field(0, "Ingress Class", "<none>" if spec.ingressClassName is None else spec.ingressClassName)
    default = "<default>"
    if spec.defaultBackend is not None:
        default = _backend(spec.defaultBackend, meta.namespace, reader)
    w.field(0, "Default backend", default)
    if spec.tls:
        w.line(0, "TLS:")
    for tls in spec.tls:
        hosts = ",".join(tls.hosts)
        w.line(1, f"{tls.secretName} terminates {hosts}" if tls.secretName else f"SNI routes {hosts}")
    _rules(w, obj, default, reader)
    metadata.annotations(w, "Annotations", meta.annotations)


def _rules(w: PrefixWriter, obj: Ingress, default: str, reader: Reader) -> None:
    w.line(0, "Rules:")
    w.row(1, "Host", "Path", "Backends")
    w.row(1, "----", "----", "--------")
    rules = [rule for rule in obj.spec.rules if rule.http is not None]
    for rule in rules:
        w.row(1, rule.host or "*", "")
        assert rule.http is not None
        for path in rule.http.paths:
            w.row(2, "", f"{path.path} ", _backend(path.backend, obj.metadata.namespace, reader))
    if not rules:
        w.row(1, "*", "*", default)


def _backend(backend: IngressBackend, namespace: str, reader: Reader) -> str:
    """`web:80 (10.0.0.1:80)`, or what is wrong with it."""
    if backend.service is not None:
        return _service(backend.service, namespace, reader)
    if backend.resource is not None:
        target = backend.resource
        group = "<none>" if target.apiGroup is None else target.apiGroup
        return f"APIGroup: {group}, Kind: {target.kind}, Name: {target.name}"
    return ""


def _service(backend: IngressServiceBackend, namespace: str, reader: Reader) -> str:
    shown = f"{backend.name}:{backend.port.number or backend.port.name}"
    try:
        slices = slices_of(reader, namespace, backend.name)
        service = reader.get("services", namespace, backend.name)
    except StatusError as error:
        return f"{shown} (<error: {error.message}>)"
    name = ""
    for port in service["spec"].get("ports") or []:
        number, own = backend.port.number, port.get("name", "")
        if (number and number == port["port"]) or (backend.port.name and backend.port.name == own):
            name = own
    return f"{shown} ({addresses(slices, name)})"
