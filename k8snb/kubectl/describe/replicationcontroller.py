"""ReplicationControllers."""

from __future__ import annotations

from k8snb.api.core.replicationcontroller import ReplicationController
from k8snb.api.selector import from_labels
from k8snb.kubectl.describe import conditions, metadata
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader, pods_status
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels


def describe(w: PrefixWriter, obj: ReplicationController, reader: Reader) -> None:
    """A ReplicationController."""
    meta, spec, status = obj.metadata, obj.spec, obj.status
    pods = pods_status(reader, meta.namespace, str(from_labels(spec.selector)), meta.uid)
    w.field(0, "Name", meta.name)
    w.field(0, "Namespace", meta.namespace)
    w.field(0, "Selector", format_labels(spec.selector))
    metadata.both(w, obj)
    w.field(0, "Replicas", f"{status.replicas} current / {spec.replicas or 0} desired")
    w.field(0, "Pods Status", pods)
    template(w, spec.template)
    conditions.short(w, status.conditions)
