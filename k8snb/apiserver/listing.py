"""Which state a list shows: the newest, one of the past, or the next page of one that was begun.

`resourceVersion` with `resourceVersionMatch` names a state; a `continue` token carries the state of the first page, so that
the pages of one list fit together however much changes between them. What the store's log no longer reaches is 410 Gone.
Source: `apimachinery/pkg/apis/meta/internalversion/validation`, `apiserver/pkg/storage/etcd3/store.go` (GetList),
`apiserver/pkg/storage/continue.go`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from k8snb.api import errors
from k8snb.api.errors import StatusError
from k8snb.api.object import Object
from k8snb.api.validation.field import FieldError, forbidden, not_supported
from k8snb.apiserver.store import Store

_EXACT, _NOT_OLDER = "Exact", "NotOlderThan"
_TOKEN_VERSION: Final = "meta.k8s.io/v1"
#: what a token holds for a list that goes on in whatever state there is now
_INCONSISTENT: Final = -1
_STALE: Final = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class Reading(NamedTuple):
    """What a list is to read: the state at `revision` (None: the newest), after a key, so many objects (0: all)."""

    revision: int | None
    after: str
    limit: int


def check(query: Mapping[str, str], watch: bool) -> None:
    """Invalid for options that do not go together."""
    match, events = query.get("resourceVersionMatch", ""), query.get("sendInitialEvents", "")
    found = _watch_problems(query, match, events) if watch else _list_problems(query, match, events)
    if found:
        raise errors.invalid("ListOptions", "meta.k8s.io", "", found)


def _list_problems(query: Mapping[str, str], match: str, events: str) -> list[FieldError]:
    found, at = [], "resourceVersionMatch"
    version = query.get("resourceVersion", "")
    if match:
        if not version:
            found.append(forbidden(at, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        if query.get("continue"):
            found.append(forbidden(at, "resourceVersionMatch is forbidden when continue is provided"))
        if match not in (_EXACT, _NOT_OLDER):
            found.append(not_supported(at, match, (_EXACT, _NOT_OLDER, "")))
        if match == _EXACT and version == "0":
            found.append(forbidden(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if events:
        found.append(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    return found


def _watch_problems(query: Mapping[str, str], match: str, events: str) -> list[FieldError]:
    found, at = [], "resourceVersionMatch"
    if events and match != _NOT_OLDER:
        found.append(forbidden(at, f"sendInitialEvents requires setting resourceVersionMatch to {_NOT_OLDER}"))
    if match:
        if not events:
            found.append(
                forbidden(at, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            )
        if match != _NOT_OLDER:
            found.append(not_supported(at, match, (_NOT_OLDER,)))
        if query.get("continue"):
            found.append(forbidden(at, "resourceVersionMatch is forbidden when continue is provided"))
    return found


def revision_of(text: str) -> int:
    """The number in `resourceVersion`. BadRequest if it is none."""
    if text.isascii() and text.isdigit() and len(text) < 20:
        return int(text)
    raise errors.bad_request(
        f'invalid resource version: resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": '
        "invalid syntax"
    )


def reading(query: Mapping[str, str], limit: int, store: Store) -> Reading:
    """What the options of a list ask for. BadRequest, Invalid, Expired, or Timeout for a state that is to come."""
    check(query, watch=False)
    limit = max(limit, 0)
    token, version = query.get("continue", ""), query.get("resourceVersion", "")
    if token:
        if version not in ("", "0"):
            raise errors.bad_request("specifying resource version is not allowed when using continue")
        return _continued(token, limit, store)
    if not version:
        return Reading(None, "", limit)
    revision = revision_of(version)
    if revision == 0:
        return Reading(None, "", 0)  # served from the cache, which knows no pages
    if revision > store.revision:
        raise errors.resource_version_too_large(revision, store.revision)
    exact = query.get("resourceVersionMatch", "") == _EXACT or (not query.get("resourceVersionMatch") and limit > 0)
    if not exact:
        return Reading(None, "", limit)
    if not _reaches(store, revision):
        raise errors.expired("The resourceVersion for the provided list is too old.")
    return Reading(revision, "", limit)


def _continued(token: str, limit: int, store: Store) -> Reading:
    revision, after = read_token(token)
    if revision == _INCONSISTENT:
        return Reading(None, after, limit)
    if not _reaches(store, revision):
        stale = errors.expired(_STALE)
        stale.status["metadata"] = {"continue": write_token(_INCONSISTENT, after)}
        raise stale
    return Reading(min(revision, store.revision), after, limit)


def _reaches(store: Store, revision: int) -> bool:
    try:
        store.changes_since(revision)
    except StatusError:
        return False
    return True


def write_token(revision: int, last: str) -> str:
    """The token for what comes after the key `last`."""
    data = {"v": _TOKEN_VERSION, "rv": revision, "start": last + "\0"}
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).rstrip(b"=").decode()


def read_token(token: str) -> tuple[int, str]:
    """(revision, key after which to go on). BadRequest."""
    try:
        padded = token + "=" * (-len(token) % 4)
        data = json.loads(base64.b64decode(padded.encode(), altchars=b"-_", validate=True))
        if not isinstance(data, dict):
            raise ValueError("json: cannot unmarshal into Go value of type storage.continueToken")
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise errors.bad_request(f"continue key is not valid: {error}") from None
    if data.get("v") != _TOKEN_VERSION:
        version = json.dumps(str(data.get("v", "")))
        raise errors.bad_request(f"continue key is not valid: server does not recognize this encoded version {version}")
    revision, start = data.get("rv", 0), data.get("start", "")
    if not isinstance(revision, int) or revision == 0:
        raise errors.bad_request(
            f"continue key is not valid: incorrect encoded start resourceVersion (version {_TOKEN_VERSION})"
        )
    if not isinstance(start, str) or not start:
        raise errors.bad_request(f"continue key is not valid: encoded start key empty (version {_TOKEN_VERSION})")
    return revision, start.removesuffix("\0")


def page(
    wanted: Reading, objects: Sequence[Object], revision: int, counted: bool
) -> tuple[list[Object], dict[str, Any]]:
    """The objects of one page and the list's metadata. `counted`: whether what remains can be told (no selectors)."""
    found = list(objects)
    if wanted.after:
        found = [obj for obj in found if _key(obj) > wanted.after]
    meta: dict[str, Any] = {"resourceVersion": str(revision)}
    if wanted.limit <= 0 or len(found) <= wanted.limit:
        return found, meta
    meta["continue"] = write_token(revision, _key(found[wanted.limit - 1]))
    if counted:
        meta["remainingItemCount"] = len(found) - wanted.limit
    return found[: wanted.limit], meta


def _key(obj: Object) -> str:
    return f"{obj.metadata.namespace}/{obj.metadata.name}"


def objects_at(store: Store, resource: str, namespace: str, revision: int) -> list[Object]:
    """The objects as they were at a revision that the log still reaches, in the order of their keys."""
    changes, _ = store.changes_since(revision)
    found: dict[str, Object] = {_key(obj): obj for obj in store.list(resource, namespace)}
    for change in reversed(changes):
        obj = change.object
        if change.resource != resource or (namespace and obj.metadata.namespace != namespace):
            continue
        if change.old is None:
            del found[_key(obj)]
        else:
            found[_key(obj)] = change.old
    return [found[key] for key in sorted(found)]
