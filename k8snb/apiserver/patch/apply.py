"""Server-side apply: an object's configuration with its owner; fields that the owner no longer names go away.

    merge what is applied into what is there → prune what the manager had and left out → find conflicts → write

Source: sigs.k8s.io/structured-merge-diff `merge/update.go` and KEP-555.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.api import errors
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.conversion import from_stored, storage_of
from k8snb.apiserver.fieldset import (
    NO_FIELDS,
    FieldSet,
    Path,
    Shape,
    children,
    compare,
    element_key,
    fields_of,
    format_path,
    root_shape,
)
from k8snb.apiserver.managers import Manager, Owned, Ownership, schema_class, strip
from k8snb.apiserver.patch.lastapplied import agreed_fields, with_annotation
from k8snb.apiserver.patch.typed import check_typed
from k8snb.apiserver.request import Options, Request, Target

if TYPE_CHECKING:
    from k8snb.apiserver.rest import Rest


def apply(
    rest: Rest, request: Request, target: Target, resource: Resource, options: Options, warnings: list[str]
) -> tuple[Object, bool]:
    """Apply a configuration: (the object as stored, whether it was created). Conflict if others own what it changes."""
    config = _configuration(rest, request, target, resource, options, warnings)
    server = rest.server
    live = server.store.get(storage_of(resource).group_resource, target.namespace, target.name)
    shape = root_shape(schema_class(resource.model))
    manager = Manager(options.field_manager, "Apply", resource.api_version, target.subresource)
    check_typed(resource, config, shape)
    fields = strip(fields_of(config, shape))
    now = server.clock.timestamp()
    if live is None:
        if config["metadata"].get("uid") or config["metadata"].get("resourceVersion"):
            raise errors.not_found(errors.GroupResource(resource.group, resource.plural), target.name)
        obj = rest.decode(resource, config, options, warnings)
        created = server.create(request.user, resource, target.namespace, obj, options, warnings)
        server.managers.put(created, {manager: Owned(fields, now)}, options.dry_run)
        return created, True
    before = from_stored(live, resource).to_dict()
    owners = _under_one_version(server.managers.of(live.metadata.uid), manager)
    last = owners.get(manager, Owned(NO_FIELDS, "")).fields
    merged = _merge(before, config, shape)
    kept_by_others = frozenset().union(*(o.fields for m, o in owners.items() if m != manager)) if owners else NO_FIELDS
    merged = _prune(merged, shape, (), last - fields - kept_by_others, fields | kept_by_others)
    changed = compare(before, merged, shape)
    agreed = NO_FIELDS if options.force else agreed_fields(manager.name, before, shape)
    others = _resolved(owners, manager, set(changed.added | changed.modified), changed.removed, options.force, agreed)
    obj = rest.decode(resource, with_annotation(manager.name, merged, config), options, warnings)
    stored = server.update(request.user, resource, target.namespace, obj, target.subresource, options, warnings)
    same = owners.get(manager)
    mine = same if same is not None and same.fields == fields and changed.is_empty else Owned(fields, now)
    server.managers.put(stored, {**others, manager: mine}, options.dry_run)
    return stored, False


def _configuration(
    rest: Rest, request: Request, target: Target, resource: Resource, options: Options, warnings: list[str]
) -> dict[str, Any]:
    config = request.body
    if not isinstance(config, dict):
        raise errors.bad_request("error decoding YAML: json: cannot unmarshal into an object")
    version = config.get("apiVersion") or ""
    if version != resource.api_version:
        raise errors.bad_request(
            "Incorrect version specified in apply patch. "
            f"Specified patch version: {version}, expected: {resource.api_version}"
        )
    if not isinstance(config.get("metadata"), dict | None):
        rest.decode(resource, config, options, warnings)  # which says what is wrong with it
    meta = dict(config.get("metadata") or {})
    if meta.get("managedFields") is not None:
        raise errors.bad_request("metadata.managedFields must be nil")
    if meta.setdefault("name", target.name) != target.name:
        raise errors.bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL ({target.name})"
        )
    if resource.namespaced:
        meta.setdefault("namespace", target.namespace)
    # What the endpoint would not take over is nobody's to own (upstream GetResetFields).
    if resource.subresource("status") is not None:
        config = {name: value for name, value in config.items() if name != _RESET.get(target.subresource)}
    return {**config, "metadata": meta}


#: subresource -> the field of an object that a write there leaves as it is
_RESET = {"": "status", "status": "spec"}


def _under_one_version(owners: Ownership, manager: Manager) -> Ownership:
    """The owners, what this manager has applied before under the version it uses now: an applier has one entry."""
    return {
        manager if other._replace(api_version=manager.api_version) == manager else other: owned
        for other, owned in owners.items()
    }


def _merge(live: Any, config: Any, shape: Shape) -> Any:
    """The live value with the applied one laid over it."""
    if children(live, shape) is None or children(config, shape) is None:
        return config
    if isinstance(config, dict):
        parts = {element[2:]: inner for element, _, inner in children(config, shape) or ()}
        merged = dict(live)
        for name, value in config.items():
            merged[name] = _merge(live[name], value, parts[name]) if name in live else value
        return merged
    if shape.kind == "set":
        return [*live, *(item for item in config if item not in live)]
    wanted = {element_key(item, shape): item for item in config}
    inner = Shape("struct", shape.cls)
    merged_list = []
    for item in live:
        key = element_key(item, shape)
        merged_list.append(_merge(item, wanted.pop(key), inner) if key in wanted else item)
    return [*merged_list, *wanted.values()]


def _prune(value: Any, shape: Shape, path: Path, gone: frozenset[Path], kept: frozenset[Path]) -> Any:
    """The value without the fields in `gone`; a container goes with them when nothing in it is `kept`."""
    if not gone:
        return value
    parts = children(value, shape)
    if parts is None:
        return value
    survivors = []
    for element, item, inner in parts:
        below = (*path, element)
        if below in gone and not _has_kept(below, kept):
            continue
        rest = frozenset(p for p in gone if p[: len(below)] == below)
        survivors.append((element, _prune(item, inner, below, rest, kept) if rest else item))
    if isinstance(value, dict):
        result = {element[2:]: item for element, item in survivors}
        return {name: item for name, item in result.items() if item not in ({}, []) or value[name] in ({}, [])}
    return [item for _, item in survivors]


def _has_kept(path: Path, kept: frozenset[Path]) -> bool:
    size = len(path)
    return any(p[:size] == path for p in kept)


def _resolved(
    owners: Ownership, manager: Manager, changed: set[Path], removed: set[Path], force: bool, agreed: FieldSet
) -> Ownership:
    """The other managers' ownership after the change. Conflict (409) if it takes fields of theirs without force, unless
    all of those are `agreed`."""
    result: Ownership = {}
    disputed: set[Path] = set()
    conflicts: list[tuple[str, str]] = []
    for other, owned in owners.items():
        if other == manager:
            continue
        taken = owned.fields & changed
        if taken and not force:
            disputed |= taken
            conflicts += [(_named(other), format_path(path)) for path in sorted(taken)]
        left = owned.fields - taken - removed
        if left:
            result[other] = Owned(left, owned.time)
    if disputed - agreed:
        raise errors.apply_conflict(conflicts)
    return result


def _named(manager: Manager) -> str:
    """`"kubectl" using v1` for managers that did not apply, just the name otherwise."""
    text = f'"{manager.name}"'
    if manager.subresource:
        text += f' with subresource "{manager.subresource}"'
    return f"{text} using {manager.api_version}" if manager.operation == "Update" else text
