"""An immutable snapshot of a workload's template, kept for rollbacks by DaemonSets and StatefulSets (apps/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import JSON, Field
from k8snb.api.object import Object


class ControllerRevision(Object):
    """An immutable snapshot of a workload's template, kept for rollbacks by DaemonSets and StatefulSets."""

    apiVersion: ClassVar[str] = "apps/v1"
    kind: ClassVar[str] = "ControllerRevision"
    data: JSON = Field(
        "runtime.RawExtension", "The snapshot itself, a patch that restores the template; never changes."
    )
    revision: int = Field(
        "int64", "Number of the revision; a rollback gives an old snapshot a new, higher one.", zero=0, always=True
    )
