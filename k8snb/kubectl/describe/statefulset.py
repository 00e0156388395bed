"""StatefulSets, with the claims that each of their Pods gets."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.apps.statefulset import StatefulSet
from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim
from k8snb.api.selector import from_label_selector
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.persistentvolumeclaim import storage_class
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader, pods_status
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: StatefulSet, reader: Reader) -> None:
    """A StatefulSet."""
    meta, spec = obj.metadata, obj.spec
    selector = str(from_label_selector(spec.selector))
    pods = pods_status(reader, meta.namespace, selector, meta.uid)
    w.field(0, "Name", meta.name)
    w.field(0, "Namespace", meta.namespace)
    w.field(0, "CreationTimestamp", date(meta.creationTimestamp))
    w.field(0, "Selector", selector)
    metadata.both(w, obj)
    w.field(0, "Replicas", f"{spec.replicas or 0} desired | {obj.status.replicas} total")
    w.field(0, "Update Strategy", spec.updateStrategy.type)
    rolling = spec.updateStrategy.rollingUpdate
    if rolling is not None and rolling.partition is not None:
        w.field(1, "Partition", rolling.partition)
        if rolling.maxUnavailable is not None:
            w.field(1, "MaxUnavailable", rolling.maxUnavailable)
    w.field(0, "Pods Status", pods)
    template(w, spec.template)
    _claims(w, spec.volumeClaimTemplates)


def _claims(w: PrefixWriter, found: Sequence[PersistentVolumeClaim]) -> None:
    if not found:
        w.field(0, "Volume Claims", "<none>")
        return
    w.line(0, "Volume Claims:")
    for one in found:
        meta, spec = one.metadata, one.spec
        w.field(1, "Name", meta.name)
        w.field(1, "StorageClass", storage_class(meta, spec))
        metadata.labels(w, "Labels", meta.labels, "  ")
        metadata.labels(w, "Annotations", meta.annotations, "  ")
        w.field(1, "Capacity", spec.resources.requests.get("storage", "<default>"))
        w.field(1, "Access Modes", metadata.listed(spec.accessModes))
