"""IPAddresses: cluster IPs that are taken."""

from __future__ import annotations

from k8snb.api.networking.ipaddress import IPAddress
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: IPAddress, reader: Reader) -> None:
    """An IPAddress."""
    metadata.head(w, obj, namespaced=False)
    parent = obj.spec.parentRef
    if parent is not None:
        w.line(0, "Parent Reference:")
        w.field(1, "Group", parent.group)
        w.field(1, "Resource", parent.resource)
        w.field(1, "Namespace", parent.namespace)
        w.field(1, "Name", parent.name)
