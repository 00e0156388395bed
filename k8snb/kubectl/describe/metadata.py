"""Labels, annotations and owners of the described object.

Source: kubectl `pkg/describe/describe.go` (printLabelsMultiline, printAnnotationsMultiline, printController).
"""

from collections.abc import Mapping
from typing import Any

from k8snb.kubectl.describe.writer import PrefixWriter

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
#: longer annotations go to lines of their own and are cut
LONGEST = 140


def labels(w: PrefixWriter, title: str, values: Mapping[str, str], indent: str = "") -> None:
    """`Labels:` with one pair a line, by key."""
    w.write(0, f"{indent}{title}:\t")
    if not values:
        w.end("<none>")
        return
    for position, key in enumerate(sorted(values)):
        if position:
            w.write(0, indent)
            w.write(0, "\t")
        w.write(0, f"{key}={values[key]}\n")


def annotations(w: PrefixWriter, title: str, values: Mapping[str, str]) -> None:
    """`Annotations:` with one pair a line; what is long or has several lines goes below its key."""
    w.write(0, f"{title}:\t")
    keys = sorted(key for key in values if key != LAST_APPLIED)
    if not keys:
        w.end("<none>")
        return
    for position, key in enumerate(keys):
        if position:
            w.write(0, "\t")
        value = values[key].removesuffix("\n")
        if len(value.encode()) + len(key.encode()) + 2 > LONGEST or "\n" in value:
            w.write(0, f"{key}:\n")
            for line in value.split("\n"):
                w.write(0, f"\t  {_shortened(line, LONGEST - 2)}\n")
        else:
            w.write(0, f"{key}: {value}\n")


def head(w: PrefixWriter, obj: Any, *, namespaced: bool = True) -> None:
    """Name, namespace, labels and annotations: how most descriptions begin."""
    w.field(0, "Name", obj.metadata.name)
    if namespaced:
        w.field(0, "Namespace", obj.metadata.namespace)
    both(w, obj)


def both(w: PrefixWriter, obj: Any) -> None:
    """Labels, then annotations."""
    labels(w, "Labels", obj.metadata.labels)
    annotations(w, "Annotations", obj.metadata.annotations)


def controller(obj: Any) -> str:
    """`ReplicaSet/web-5d`: what controls the object, "" if nothing does."""
    return next((f"{owner.kind}/{owner.name}" for owner in obj.metadata.ownerReferences if owner.controller), "")


def controlled_by(w: PrefixWriter, obj: Any) -> None:
    """`Controlled By:`, if something does."""
    owner = controller(obj)
    if owner:
        w.field(0, "Controlled By", owner)


def listed(values: tuple[str, ...]) -> str:
    """Go's text of a list of strings: `[a b]`."""
    return "[" + " ".join(values) + "]"


def _shortened(text: str, most: int) -> str:
    data = text.encode()
    return data[:most].decode("utf-8", "replace") + "..." if len(data) > most else text
