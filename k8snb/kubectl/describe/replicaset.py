"""ReplicaSets."""

from __future__ import annotations

from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.api.errors import StatusError
from k8snb.api.selector import format_label_selector, from_label_selector
from k8snb.kubectl.describe import conditions, metadata
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader, pods_status
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: ReplicaSet, reader: Reader) -> None:
    """A ReplicaSet. If its Pods cannot be read, that is said instead of their number."""
    meta, spec, status = obj.metadata, obj.spec, obj.status
    try:
        pods = pods_status(reader, meta.namespace, str(from_label_selector(spec.selector)), meta.uid)
    except StatusError as error:
        pods = f"error in fetching pods: {error.message}"
    w.field(0, "Name", meta.name)
    w.field(0, "Namespace", meta.namespace)
    w.field(0, "Selector", format_label_selector(spec.selector))
    metadata.both(w, obj)
    metadata.controlled_by(w, obj)
    w.field(0, "Replicas", f"{status.replicas} current / {spec.replicas or 0} desired")
    w.field(0, "Pods Status", pods)
    template(w, spec.template)
    conditions.short(w, status.conditions)
