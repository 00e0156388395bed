"""The API server's verbs: one write path, in upstream's order, readable in `create`, `update` and `delete`.

    decode and default → mutating admission → prepare → validate → validating admission → store

Callers are authenticated and authorised before they come here (`apiserver/rest.py`, `auth/`). Objects go in and out typed and
frozen; a write that changes nothing is not written. Source: `k8s.io/apiserver/pkg/endpoints/handlers` and
`pkg/registry/generic/registry/store.go`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from k8snb.api import errors, selector
from k8snb.api.errors import GroupResource
from k8snb.api.meta import ObjectMeta
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.api.validation.field import invalid
from k8snb.apiserver.admission import Chain
from k8snb.apiserver.aggregation import Aggregator, Backend
from k8snb.apiserver.catalogue import Catalogue
from k8snb.apiserver.context import Context, Settings
from k8snb.apiserver.conversion import storage_of, to_stored
from k8snb.apiserver.deletion import deletion_finalizers
from k8snb.apiserver.listing import objects_at
from k8snb.apiserver.managers import FieldManagers
from k8snb.apiserver.registry import strategy_of
from k8snb.apiserver.registry.strategy import Strategy
from k8snb.apiserver.request import DEFAULT, DELETE, DeleteOptions, Options, User
from k8snb.apiserver.store import Store
from k8snb.sim.clock import Clock
from k8snb.sim.rng import Rng


class ListResult(NamedTuple):
    """Objects of a list and the revision at which they were read."""

    items: list[Object]
    revision: int


def _as_written(event: Any) -> Any:
    return event


def _is_never(name: str) -> bool:
    return False


class APIServer:
    """Typed verbs over the store."""

    def __init__(self, store: Store, clock: Clock, rng: Rng, settings: Settings) -> None:
        self.store, self.clock, self.rng, self.settings = store, clock, rng, settings
        self.catalogue = Catalogue(store, settings.version)
        self.managers = FieldManagers(clock)
        self.admission = Chain()
        self.aggregator = Aggregator()
        #: whether a program of the control plane (`scheduler`, `controller-manager`) is switched off
        self.is_down: Callable[[str], bool] = _is_never
        #: an Event as its source would have written it by now (`client.events`)
        self.retold: Callable[[Any], Any] = _as_written

    def configure(self, settings: Settings) -> None:
        """Go on with other flags, as a snapshot of another cluster says them."""
        self.settings = settings
        self.catalogue.serve(settings.version)

    # -- reading ------------------------------------------------------------------------------------------------------

    def get(self, user: User, resource: Resource, namespace: str, name: str) -> Object:
        """One object, in the stored version. NotFound if it does not exist."""
        resource = storage_of(resource)
        if resource.api_version in self.aggregator.backends:
            return self._behind(resource, name).get(resource, namespace, name)
        if resource.group_resource == _COMPONENTS:
            return self._component(name)
        obj = self.store.get(resource.group_resource, namespace, name)
        if obj is None:
            raise errors.not_found(_gr(resource), name)
        obj = strategy_of(resource).on_read(self._context(user, resource, "get", namespace), obj)
        return self.retold(obj) if resource.group_resource == "events" else obj  # type: ignore[no-any-return]

    def list(
        self,
        user: User,
        resource: Resource,
        namespace: str = "",
        labels: selector.Selector | None = None,
        fields: selector.FieldSelector | None = None,
        revision: int | None = None,
    ) -> ListResult:
        """All objects that the selectors admit, ordered by namespace and name; as they were at a revision, if one is named."""
        resource = storage_of(resource)
        if resource.api_version in self.aggregator.backends:
            measured = self._behind(resource).list(resource, namespace, labels, fields)
            return ListResult(measured, self.store.revision)
        strategy = strategy_of(resource)
        ctx = self._context(user, resource, "list", namespace)
        if resource.group_resource == _COMPONENTS:
            stored, revision = self._components(), self.store.revision
        elif revision is None:
            stored, revision = self.store.list(resource.group_resource, namespace), self.store.revision
        else:
            stored = objects_at(self.store, resource.group_resource, namespace, revision)
        found = [strategy.on_read(ctx, obj) for obj in stored]
        if resource.group_resource == "events":
            found = [self.retold(event) for event in found]
        admits = self.filter(resource, labels, fields)
        return ListResult(found if admits is None else [obj for obj in found if admits(obj)], revision)

    def _components(self) -> builtins.list[Any]:
        from k8snb.apiserver.registry.componentstatus import component_statuses

        return [*component_statuses(self.is_down)]

    def _component(self, name: str) -> Object:
        found = next((obj for obj in self._components() if obj.metadata.name == name), None)
        if found is None:
            raise errors.not_found(GroupResource("", _COMPONENTS), name)
        return cast(Object, found)

    def _behind(self, resource: Resource, name: str = "") -> Backend:
        """Who serves a resource in this server's place. ServiceUnavailable if it cannot be reached."""
        remote = self.catalogue.remote(resource)
        if remote is None or not remote.available:
            raise errors.generic_server_response(503, "get", _gr(resource), name, "")
        return self.aggregator.backends[resource.api_version]

    def filter(
        self, resource: Resource, labels: selector.Selector | None, fields: selector.FieldSelector | None
    ) -> Callable[[Object], bool] | None:
        """A predicate for both selectors; None if everything passes. Unsupported fields are a BadRequest."""
        strategy = strategy_of(resource)
        if fields is not None and fields.empty:
            fields = None
        if fields is not None:
            _check_fields(fields, strategy.selectable)
        if labels is not None and labels.empty:
            labels = None
        if labels is None and fields is None:
            return None

        def admits(obj: Object) -> bool:
            meta = obj.metadata
            if labels is not None and not labels.matches(meta.labels):
                return False
            if fields is None:
                return True
            values = {"metadata.name": meta.name, "metadata.namespace": meta.namespace}
            values.update(strategy.selectable_fields(obj))
            return fields.matches(values)

        return admits

    # -- writing ------------------------------------------------------------------------------------------------------

    def create(
        self,
        user: User,
        resource: Resource,
        namespace: str,
        obj: Object,
        options: Options = DEFAULT,
        warnings: builtins.list[str] | None = None,
    ) -> Object:
        """Store a new object and return it. Invalid, AlreadyExists, Forbidden or NotFound refuse it."""
        obj, resource = to_stored(obj, resource), storage_of(resource)
        strategy = strategy_of(resource)
        ctx = self._context(user, resource, "create", namespace, options, warnings)
        obj = self._in_namespace(ctx, obj)
        obj = strategy.defaults(obj)
        obj = self._named(obj)
        obj = self.admission.mutate(ctx, obj, None)
        strategy.authorize(ctx, obj, None)
        obj = self._new_metadata(strategy, obj)
        obj = strategy.prepare_create(ctx, obj)
        if problems := strategy.validate_meta(ctx, obj) + strategy.validate(ctx, obj):
            raise errors.invalid(resource.kind, resource.group, obj.metadata.name, problems)
        if warnings is not None:  # a component's client has nobody to tell
            for text in strategy.warnings(ctx, obj, None):
                ctx.warn(text)
        self.admission.validate(ctx, obj, None)
        if not strategy.stored:
            return cast(Object, strategy.answer(ctx, obj))
        meta = obj.metadata
        if self.store.get(resource.group_resource, meta.namespace, meta.name) is not None:
            if meta.generateName:
                raise errors.generate_name_conflict(_gr(resource), meta.name)
            raise errors.already_exists(_gr(resource), meta.name)
        manager = options.field_manager or _MANAGER
        if options.dry_run:
            self.managers.tried(manager, "", None, obj)
            return obj
        obj = self.store.put(resource.group_resource, obj, self.clock.now)
        self.managers.wrote(manager, "", None, obj)
        return obj

    def update(
        self,
        user: User,
        resource: Resource,
        namespace: str,
        obj: Object,
        subresource: str = "",
        options: Options = DEFAULT,
        warnings: builtins.list[str] | None = None,
    ) -> Object:
        """Replace an object (or its status) and return it. Conflict if it has changed since it was read."""
        obj, resource = to_stored(obj, resource), storage_of(resource)
        strategy = strategy_of(resource)
        ctx = self._context(user, resource, "update", namespace, options, warnings, subresource)
        obj = self._in_namespace(ctx, obj)
        old = self.store.get(resource.group_resource, obj.metadata.namespace, obj.metadata.name)
        if old is None:
            if strategy.create_on_update and not subresource:
                return self.create(user, resource, namespace, obj, options, warnings)
            raise errors.not_found(_gr(resource), obj.metadata.name)
        obj = self._kept_metadata(ctx, obj, old)
        if subresource in _STATUS:
            obj = strategy.prepare_status(ctx, obj, old)
            obj = self.admission.mutate(ctx, obj, old)
            problems = strategy.validate_meta_update(obj, old) + strategy.validate_status(ctx, obj, old)
        else:
            obj = strategy.defaults(obj)
            obj = self.admission.mutate(ctx, obj, old)
            strategy.authorize(ctx, obj, old)
            obj = strategy.prepare_update(ctx, obj, old)
            obj = self._new_generation(ctx, obj, old)
            problems = strategy.validate_meta_update(obj, old) + strategy.validate_update(ctx, obj, old)
        if problems:
            raise errors.invalid(resource.kind, resource.group, obj.metadata.name, problems)
        if warnings is not None:
            for text in strategy.warnings(ctx, obj, old):
                ctx.warn(text)
        self.admission.validate(ctx, obj, old)
        if obj == old:
            return old
        manager = options.field_manager or _MANAGER
        if options.dry_run:
            self.managers.tried(manager, subresource, old, obj)
            return obj
        meta = obj.metadata
        held = meta.finalizers or meta.deletionGracePeriodSeconds or strategy.holds(obj)
        if meta.deletionTimestamp is not None and not held:
            return self.remove(resource, obj)
        obj = self.store.put(resource.group_resource, obj, self.clock.now)
        self.managers.wrote(manager, subresource, old, obj)
        return obj

    def delete(
        self, user: User, resource: Resource, namespace: str, name: str, options: DeleteOptions = DELETE
    ) -> tuple[Object, bool]:
        """Delete an object: (its last form, whether it is gone). It stays while finalizers or a grace period hold it."""
        resource = storage_of(resource)
        strategy = strategy_of(resource)
        ctx = self._context(user, resource, "delete", namespace, Options(dry_run=options.dry_run))
        old = self.store.get(resource.group_resource, namespace, name)
        if old is None:
            raise errors.not_found(_gr(resource), name)
        _check_preconditions(resource, old, options)
        self.admission.validate(ctx, old, old)
        finalizers = deletion_finalizers(old, options.propagation)
        grace = strategy.grace(old, options.grace_period).seconds
        meta = old.metadata
        if meta.deletionTimestamp is not None and grace is not None and meta.deletionGracePeriodSeconds is not None:
            grace = min(grace, meta.deletionGracePeriodSeconds)  # a second delete may only shorten
        if not finalizers and not grace and not strategy.holds(old):
            if options.dry_run:
                return old, True
            return self.remove(resource, old), True
        obj = strategy.deleting(old.replace(metadata=self._deleting(ctx, meta, finalizers, grace)))
        if obj == old:
            return old, False
        if not options.dry_run:
            obj = self.store.put(resource.group_resource, obj, self.clock.now)
        return obj, False

    def remove(self, resource: Resource, obj: Object) -> Object:
        """Take an object out for good; nothing holds it any more."""
        self.managers.forget(obj.metadata.uid)
        return self.store.remove(resource.group_resource, obj, self.clock.now)

    def _deleting(self, ctx: Context, meta: ObjectMeta, finalizers: tuple[str, ...], grace: int | None) -> ObjectMeta:
        changes: dict[str, Any] = {"finalizers": finalizers or None, "deletionGracePeriodSeconds": grace or 0}
        if meta.deletionTimestamp is None:
            changes["deletionTimestamp"] = ctx.clock.timestamp_in(grace or 0)
            if meta.generation:
                changes["generation"] = meta.generation + 1
        elif grace is not None and grace != meta.deletionGracePeriodSeconds:
            changes["deletionTimestamp"] = ctx.clock.timestamp_in(grace)
        return meta.replace(**changes)

    # -- steps --------------------------------------------------------------------------------------------------------

    def _context(
        self,
        user: User,
        resource: Resource,
        verb: str,
        namespace: str,
        options: Options = DEFAULT,
        warnings: builtins.list[str] | None = None,
        subresource: str = "",
    ) -> Context:
        return Context(
            self.store,
            self.clock,
            self.rng,
            resource,
            user,
            verb,
            namespace,
            subresource,
            options,
            self.settings,
            [] if warnings is None else warnings,
        )

    def _in_namespace(self, ctx: Context, obj: Object) -> Object:
        """The object in the namespace of the request. BadRequest if it names another one."""
        meta = obj.metadata
        if not ctx.resource.namespaced:
            return obj.with_metadata(namespace=None) if "namespace" in meta.__dict__ else obj
        if not meta.namespace:
            return obj.with_metadata(namespace=ctx.namespace)
        if meta.namespace != ctx.namespace:
            raise errors.bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        return obj

    def _named(self, obj: Object) -> Object:
        """A name for an object that only has a `generateName`."""
        meta = obj.metadata
        if meta.name or not meta.generateName:
            return obj
        return obj.replace(metadata=meta.replace(name=f"{meta.generateName[:58]}{self.rng.suffix()}"))

    def _new_metadata(self, strategy: Strategy, obj: Object) -> Object:
        """What the server says of a new object: name, UID, time (upstream `rest.FillObjectMetaSystemFields`)."""
        meta = obj.metadata
        changes: dict[str, Any] = {"uid": self.rng.uid(), "creationTimestamp": self.clock.timestamp()}
        if not meta.__dict__.keys().isdisjoint(_NOT_FOR_CLIENTS):
            changes.update((name, None) for name in _NOT_FOR_CLIENTS)
        if strategy.generation and "spec" in type(obj).__pydantic_fields__:
            changes["generation"] = 1
        elif meta.generation:
            changes["generation"] = None
        return obj.replace(metadata=meta.replace(**changes))

    def _kept_metadata(self, ctx: Context, obj: Object, old: Object) -> Object:
        """Check preconditions of a change, and keep what a client cannot change (upstream `rest.BeforeUpdate`)."""
        meta, before = obj.metadata, old.metadata
        if not meta.resourceVersion and not strategy_of(ctx.resource).unconditional_update:
            unsaid = invalid("metadata.resourceVersion", 0, "must be specified for an update")
            raise errors.invalid(ctx.resource.plural, ctx.resource.group, before.name, [unsaid])
        if meta.resourceVersion and meta.resourceVersion != before.resourceVersion:
            raise errors.conflict(_gr(ctx.resource), before.name)
        if meta.uid and meta.uid != before.uid:
            raise errors.conflict(
                _gr(ctx.resource),
                before.name,
                f"Precondition failed: UID in precondition: {meta.uid}, UID in object meta: {before.uid}",
            )
        changes: dict[str, Any] = {}
        for name in _SERVER_OWNED:
            kept = before.__dict__.get(name)
            if meta.__dict__.get(name) != kept:
                changes[name] = kept
        return obj.replace(metadata=meta.replace(**changes)) if changes else obj

    def _new_generation(self, ctx: Context, obj: Object, old: Object) -> Object:
        strategy = strategy_of(ctx.resource)
        if strategy.generation and old.metadata.generation and strategy.spec_changed(obj, old):
            return obj.with_metadata(generation=old.metadata.generation + 1)
        return obj


_COMPONENTS = "componentstatuses"

#: what a new object cannot bring along
_NOT_FOR_CLIENTS = ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "managedFields")

#: metadata that only the server sets
_SERVER_OWNED = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "resourceVersion",
    "generation",
    "selfLink",
    "generateName",
    "managedFields",
)

#: subresources that write an object's status and nothing else
_STATUS = ("status", "approval")

#: the field manager of a caller that names none (upstream: the first word of its user agent)
_MANAGER = "unknown"


def _gr(resource: Resource) -> GroupResource:
    return GroupResource(resource.group, resource.plural)


def _check_fields(fields: selector.FieldSelector, selectable: tuple[str, ...]) -> None:
    try:
        if selectable:
            selector.check_fields(fields, ("metadata.name", "metadata.namespace", *selectable))
        else:
            selector.check_metadata_fields(fields)
    except selector.SelectorError as error:
        raise errors.bad_request(str(error)) from None


def _check_preconditions(resource: Resource, obj: Object, options: DeleteOptions) -> None:
    meta = obj.metadata
    for what, wanted, found in (
        ("UID", options.uid, meta.uid),
        ("ResourceVersion", options.resource_version, meta.resourceVersion),
    ):
        if wanted and wanted != found:
            detail = f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}"
            raise errors.conflict(_gr(resource), meta.name, detail)
