"""DaemonSets."""

from __future__ import annotations

from k8snb.api.apps.daemonset import DaemonSet
from k8snb.api.selector import from_label_selector
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader, pods_status
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels


def describe(w: PrefixWriter, obj: DaemonSet, reader: Reader) -> None:
    """A DaemonSet."""
    meta, spec, status = obj.metadata, obj.spec, obj.status
    selector = str(from_label_selector(spec.selector))
    pods = pods_status(reader, meta.namespace, selector, meta.uid)
    w.field(0, "Name", meta.name)
    w.field(0, "Namespace", meta.namespace)
    w.field(0, "Selector", selector)
    w.field(0, "Node-Selector", format_labels(spec.template.spec.nodeSelector))
    metadata.both(w, obj)
    w.line(0, f"Desired Number of Nodes Scheduled: {status.desiredNumberScheduled}")
    w.line(0, f"Current Number of Nodes Scheduled: {status.currentNumberScheduled}")
    w.line(0, f"Number of Nodes Scheduled with Up-to-date Pods: {status.updatedNumberScheduled}")
    w.line(0, f"Number of Nodes Scheduled with Available Pods: {status.numberAvailable}")
    w.line(0, f"Number of Nodes Misscheduled: {status.numberMisscheduled}")
    w.field(0, "Pods Status", pods)
    template(w, spec.template)
