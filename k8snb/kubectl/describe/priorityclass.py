"""PriorityClasses."""

from __future__ import annotations

from k8snb.api.scheduling.priorityclass import PriorityClass
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels


def describe(w: PrefixWriter, obj: PriorityClass, reader: Reader) -> None:
    """A PriorityClass."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Value", obj.value)
    w.field(0, "GlobalDefault", "true" if obj.globalDefault else "false")
    w.field(0, "PreemptionPolicy", obj.preemptionPolicy)
    w.field(0, "Description", obj.description)
    w.field(0, "Annotations", format_labels(obj.metadata.annotations))
