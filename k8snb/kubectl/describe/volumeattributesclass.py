"""VolumeAttributesClasses."""

from __future__ import annotations

from k8snb.api.storage.volumeattributesclass import VolumeAttributesClass
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels


def describe(w: PrefixWriter, obj: VolumeAttributesClass, reader: Reader) -> None:
    """A VolumeAttributesClass."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Annotations", format_labels(obj.metadata.annotations))
    w.field(0, "DriverName", obj.driverName)
    w.field(0, "Parameters", format_labels(obj.parameters))
