"""IngressClasses."""

from __future__ import annotations

from k8snb.api.networking.ingressclass import IngressClass
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: IngressClass, reader: Reader) -> None:
    """An IngressClass."""
    metadata.head(w, obj, namespaced=False)
    w.field(0, "Controller", obj.spec.controller)
    parameters = obj.spec.parameters
    if parameters is not None:
        w.line(0, "Parameters:")
        if parameters.apiGroup is not None:
            w.field(1, "APIGroup", parameters.apiGroup)
        w.field(1, "Kind", parameters.kind)
        w.field(1, "Name", parameters.name)
