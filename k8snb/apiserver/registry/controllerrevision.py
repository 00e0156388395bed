"""ControllerRevisions: kept templates of DaemonSets and StatefulSets. Source: printers' printControllerRevision."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apps.controllerrevision import ControllerRevision
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class ControllerRevisionStrategy(Strategy):
    """A snapshot of a workload's template."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Controller"),
        Column("Revision"),
        Column("Age"),
    )

    def validate(self, ctx: Context, obj: ControllerRevision) -> list[FieldError]:
        return rule("controllerrevision", "validate_controller_revision")(obj)

    def validate_update(self, ctx: Context, obj: ControllerRevision, old: ControllerRevision) -> list[FieldError]:
        return rule("controllerrevision", "validate_controller_revision_update")(obj, old)

    def row(self, obj: ControllerRevision, now: float) -> list[Any]:
        owner = next((o for o in obj.metadata.ownerReferences if o.controller), None)
        name = "<none>"
        if owner is not None:
            group = owner.apiVersion.rpartition("/")[0]
            name = f"{owner.kind.lower()}.{group}/{owner.name}" if group else f"{owner.kind.lower()}/{owner.name}"
        return [obj.metadata.name, name, str(obj.revision), age(obj, now)]
