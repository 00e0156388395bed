"""API priority and fairness: the server's own FlowSchemas and priority levels stay, and each schema says if its level is there.

Source: `pkg/registry/flowcontrol/rest/storage_flowcontrol.go` (the ensurer looks every minute),
`k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go`. Simplification: requests are not queued.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.errors import StatusError
from k8snb.api.flowcontrol.flowschema import FlowSchemaCondition
from k8snb.apiserver import priorities
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

_GROUP = "flowcontrol.apiserver.k8s.io"
_SCHEMAS, _LEVELS = f"flowschemas.{_GROUP}", f"prioritylevelconfigurations.{_GROUP}"
_ENSURE = "ensure "
_PERIOD = 60.0
#: what rounding may leave of a minute
_INSTANT = 1e-6


class FlowControlController:
    """Keys are names of FlowSchemas, and `ensure RESOURCE/NAME` for one of the server's own objects."""

    name: ClassVar[str] = "flow-control"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(_SCHEMAS, _schema_keys), Watch(_LEVELS, self._level_keys))

    def _level_keys(self, change: Change) -> Iterable[str]:
        name = change.object.metadata.name
        schemas = self.client.list(_SCHEMAS).items if change.type != "MODIFIED" else ()
        keys = [obj.metadata.name for obj in schemas if obj.spec.priorityLevelConfiguration.name == name]
        return [*keys, *_ensured(_LEVELS, name)]

    def reconcile(self, key: str) -> After | None:
        if key.startswith(_ENSURE):
            return self._ensure(key)
        schema = self.client.find(_SCHEMAS, key)
        if schema is not None:
            self._judge(schema)
        return None

    def _judge(self, schema: Any) -> None:
        level = schema.spec.priorityLevelConfiguration.name
        start = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}"'
        if self.client.find(_LEVELS, level) is not None:
            said = ("False", "Found", f"{start} and it exists")
        else:
            said = ("True", "NotFound", f"{start} but there is no such object")
        known = next((c for c in schema.status.conditions if c.type == "Dangling"), None)
        if known is not None and (known.status, known.reason, known.message) == said:
            return
        condition = FlowSchemaCondition(
            type="Dangling",
            status=said[0],
            lastTransitionTime=self.client.clock.timestamp(),
            reason=said[1],
            message=said[2],
        )
        others = tuple(c for c in schema.status.conditions if c.type != "Dangling")
        self.client.update_status(schema.replace(status=schema.status.replace(conditions=(*others, condition))))

    def _ensure(self, key: str) -> After | None:
        """Once a minute: bring back what is gone, and set right what may be updated."""
        resource, _, name = key.removeprefix(_ENSURE).partition("/")
        wanted = _own(resource, name)
        found = self.client.find(resource, name)
        if wanted is None or (found is not None and not _strayed(found, wanted)):
            return None
        rest = -self.client.clock.now % _PERIOD
        if rest > _INSTANT:
            return After(rest)
        try:
            if found is None:
                self.client.create(wanted)
            else:
                self.client.update(found.replace(spec=wanted.spec))
        except StatusError as error:
            if error.reason not in ("AlreadyExists", "Conflict"):
                raise
        return None


def _schema_keys(change: Change) -> Iterable[str]:
    name = change.object.metadata.name
    return [name, *_ensured(_SCHEMAS, name)]


def _ensured(resource: str, name: str) -> tuple[str, ...]:
    return (f"{_ENSURE}{resource}/{name}",) if _own(resource, name) is not None else ()


def _own(resource: str, name: str) -> Any | None:
    """The server's own object of this name."""
    found: tuple[Any, ...] = priorities.schemas() if resource == _SCHEMAS else priorities.levels()
    return next((obj for obj in found if obj.metadata.name == name), None)


def _strayed(found: Any, wanted: Any) -> bool:
    return bool(found.metadata.annotations.get(priorities.AUTOUPDATE) == "true" and found.spec != wanted.spec)
