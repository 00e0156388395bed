"""From client-side to server-side apply: the fields that client-side apply owned go over to server-side apply.

Otherwise a field that is no longer in the manifest would stay, because the old manager still holds it. The annotation of
client-side apply is kept, under a manager of its own, so that there is a way back.
Source: `k8s.io/kubectl/pkg/cmd/apply/apply.go`, client-go `util/csaupgrade/upgrade.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import LAST_APPLIED, last_applied
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import message_of
from k8snb.kubectl.info import Info, get

Json = dict[str, Any]

_APPLY: Final = "application/apply-patch+yaml"
_JSON_PATCH: Final = "application/json-patch+json"
_RETRIES: Final = 5
_LATER: Final = "This is non-fatal and will be retried next time you apply. Error:"
#: the field manager of server-side apply, and the one that keeps the annotation
_MANAGER: Final = "kubectl"
_KEEPER: Final = "kubectl-last-applied"


def migrate(invocation: Invocation, info: Info, config: Json, query: Mapping[str, str]) -> None:
    """Hand over what client-side apply owned, if there is such. `info` has just been applied with `config`; what goes wrong
    is no more than a warning."""
    writing = {name: value for name, value in query.items() if name != "force"}
    manager, api = query["fieldManager"], invocation.api
    doing = f"failed to migrate {LAST_APPLIED} for Server-Side Apply."
    try:
        if manager == _MANAGER:
            _keep_annotation(invocation, info, writing)
        doing = "server rejected managed fields migration to Server-Side Apply."
        if _hand_over(invocation, info, manager, writing):
            doing = "failed to re-apply configuration after performing Server-Side Apply migration."
            info.refresh(api.patch(info.kind, info.namespace, info.name, config, _APPLY, dict(query)))
    except StatusError as error:
        invocation.err(f"Warning: {doing} {_LATER} {message_of(error)}\n")


def _keep_annotation(invocation: Invocation, info: Info, query: dict[str, str]) -> None:
    text = last_applied(info.object)
    if text is None or _owners(info.object, "Apply"):
        return
    meta = {"annotations": {LAST_APPLIED: text}, "name": info.name}
    if info.namespace:
        meta["namespace"] = info.namespace
    config = {"apiVersion": info.kind.api_version, "kind": info.kind.kind, "metadata": meta}
    api = invocation.api
    query = {**query, "fieldManager": _KEEPER}
    info.refresh(api.patch(info.kind, info.namespace, info.name, config, _APPLY, query))


def _hand_over(invocation: Invocation, info: Info, manager: str, query: dict[str, str]) -> bool:
    """Whether there was something to hand over."""
    names = sorted({entry["manager"] for entry in _owners(info.object, "Update")})
    for attempt in range(_RETRIES):
        meta = info.object["metadata"]
        entries = upgraded(meta.get("managedFields") or [], names, manager)
        if entries == (meta.get("managedFields") or []):
            return False
        body = [
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": meta["resourceVersion"]},
        ]
        try:
            info.refresh(invocation.api.patch(info.kind, info.namespace, info.name, body, _JSON_PATCH, query))
        except StatusError as error:
            if error.reason != "Conflict" or attempt == _RETRIES - 1:
                raise
            info.object = get(invocation, info)
        else:
            return True
    return False


def _owners(obj: Json, operation: str) -> list[Json]:
    """The entries of managers that own the annotation of client-side apply by this operation."""
    found = []
    for entry in obj["metadata"].get("managedFields") or []:
        fields = entry.get("fieldsV1") or {}
        annotations = (fields.get("f:metadata") or {}).get("f:annotations") or {}
        if entry["operation"] == operation and f"f:{LAST_APPLIED}" in annotations:
            found.append(entry)
    return found


def upgraded(entries: Sequence[Json], names: Sequence[str], manager: str) -> list[Json]:
    """`metadata.managedFields` with what the managers `names` have updated made over to `manager`, who applies."""
    rows = list(entries)
    for name in names:
        old = [row for row in rows if _is(row, name, "Update")]
        own = next((row for row in rows if _is(row, manager, "Apply")), old[0] if old else None)
        if own is None:
            continue
        same = next((row for row in old if row["apiVersion"] == own["apiVersion"]), None)
        fields = _united(own.get("fieldsV1") or {}, (same.get("fieldsV1") or {}) if same is not None else {})
        united = {**own, "manager": manager, "operation": "Apply", "fieldsV1": fields}
        rows = [united if row is own else row for row in rows if row is own or not _is(row, name, "Update")]
    return rows


def _is(entry: Json, manager: str, operation: str) -> bool:
    return entry["manager"] == manager and entry["operation"] == operation and not entry.get("subresource")


def _united(one: Json, other: Json) -> Json:
    return {name: _united(one.get(name) or {}, other.get(name) or {}) for name in sorted({*one, *other})}
