"""How a delete spreads: propagation policies become finalizers, which the garbage collector then works off.

`Foreground` keeps the owner until its dependents are gone, `Orphan` until they were set free, `Background` deletes the owner
at once. Source: `pkg/registry/generic/registry/store.go`, deletionFinalizersForGarbageCollection.
"""

from __future__ import annotations

from k8snb.api.object import Object

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


def deletion_finalizers(obj: Object, propagation: str) -> tuple[str, ...]:
    """The finalizers an object has to lose before it is gone, for a delete with this policy ("" leaves what it has)."""
    finalizers = obj.metadata.finalizers
    if not propagation:
        return finalizers
    kept = tuple(name for name in finalizers if name not in (FOREGROUND, ORPHAN))
    if propagation == "Foreground":
        return (*kept, FOREGROUND)
    if propagation == "Orphan":
        return (*kept, ORPHAN)
    return kept
