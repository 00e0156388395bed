"""ServiceCIDRs: where cluster IPs come from."""

from __future__ import annotations

from k8snb.api.networking.servicecidr import ServiceCIDR
from k8snb.kubectl.describe import conditions, metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: ServiceCIDR, reader: Reader) -> None:
    """A ServiceCIDR."""
    metadata.head(w, obj, namespaced=False)
    w.field(0, "CIDRs", ", ".join(obj.spec.cidrs))
    if obj.status.conditions:
        w.line(0, "Status:")
        conditions.dated(w, obj.status.conditions)
