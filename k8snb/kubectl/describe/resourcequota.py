"""ResourceQuotas, alone and as part of a namespace."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api import quantity
from k8snb.api.core.resourcequota import ResourceQuota
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter

_SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before "
    "being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. These pods usually include long running "
    "pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. These pods have a best effort quality "
    "of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. These pods have a burstable or "
    "guaranteed quality of service.",
}


def describe(w: PrefixWriter, obj: ResourceQuota, reader: Reader) -> None:
    """A ResourceQuota."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    _scopes(w, 0, " *", obj)
    w.row(0, "Resource", "Used", "Hard")
    w.row(0, "--------", "----", "----")
    for name in sorted(obj.status.hard):
        hard, used = quantity.parse(obj.status.hard[name]), obj.status.used.get(name, "0")
        if quantity.parse(used).format != hard.format:
            used = quantity.of(quantity.value(used), hard.format)
        w.row(0, name, used, obj.status.hard[name])


def section(w: PrefixWriter, found: Sequence[ResourceQuota]) -> None:
    """The quotas of a namespace."""
    if not found:
        w.line(0, "No resource quota.")
        return
    w.line(0, "Resource Quotas")
    for one in sorted(found, key=lambda quota: quota.metadata.name):
        w.field(1, "Name", one.metadata.name)
        _scopes(w, 1, "*", one)
        w.row(1, "Resource", "Used", "Hard")
        w.row(1, "--------", "---", "---")
        for name in sorted(one.status.hard):
            w.row(1, name, one.status.used.get(name, "0"), one.status.hard[name])


def _scopes(w: PrefixWriter, level: int, bullet: str, obj: ResourceQuota) -> None:
    scopes = sorted(obj.spec.scopes)
    if not scopes:
        return
    w.field(level, "Scopes", ", ".join(scopes))
    for scope in scopes:
        if scope in _SCOPES:
            w.line(level, f"{bullet} {_SCOPES[scope]}")
