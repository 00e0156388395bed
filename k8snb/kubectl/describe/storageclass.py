"""StorageClasses."""

from __future__ import annotations

from k8snb.api.meta import ObjectMeta
from k8snb.api.storage.storageclass import StorageClass, TopologySelectorTerm
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels

_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def describe(w: PrefixWriter, obj: StorageClass, reader: Reader) -> None:
    """A StorageClass."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "IsDefaultClass", "Yes" if is_default(obj.metadata) else "No")
    w.field(0, "Annotations", format_labels(obj.metadata.annotations))
    w.field(0, "Provisioner", obj.provisioner)
    w.field(0, "Parameters", format_labels(obj.parameters))
    expansion = obj.allowVolumeExpansion
    w.field(0, "AllowVolumeExpansion", "<unset>" if expansion is None else expansion)
    if obj.mountOptions:
        w.line(0, "MountOptions:")
        for option in obj.mountOptions:
            w.line(1, option)
    else:
        w.field(0, "MountOptions", "<none>")
    if obj.reclaimPolicy is not None:
        w.field(0, "ReclaimPolicy", obj.reclaimPolicy)
    if obj.volumeBindingMode is not None:
        w.field(0, "VolumeBindingMode", obj.volumeBindingMode)
    if obj.allowedTopologies:
        w.field(0, "AllowedTopologies", "")
        for number, term in enumerate(obj.allowedTopologies):
            _term(w, number, term)


def is_default(meta: ObjectMeta) -> bool:
    """Whether it is the class of claims that name none."""
    return any(meta.annotations.get(key) == "true" for key in _DEFAULT)


def _term(w: PrefixWriter, number: int, term: TopologySelectorTerm) -> None:
    w.write(1, f"Term {number}:\t")
    if not term.matchLabelExpressions:
        w.end("<none>")
    for position, one in enumerate(term.matchLabelExpressions):
        if position:
            w.write(1, "\t")
        values = f" [{', '.join(one.values)}]" if one.values else ""
        w.write(0, f"{one.key} in{values}\n")
