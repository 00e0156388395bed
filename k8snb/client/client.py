"""The client: typed verbs on the API server of this process, as one user.

Resources are named as RBAC names them (`pods`, `deployments.apps`). Everything that comes back is frozen; to change an
object, `replace` parts of it and `update`. Refusals are `StatusError`s. kubectl, which speaks paths and JSON, uses
`client/rest.py` over the same server.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from k8snb.api import errors, selector
from k8snb.api.errors import GroupResource
from k8snb.api.object import Object
from k8snb.api.resources import Resource, builtin
from k8snb.apiserver.request import ADMIN, DeleteOptions, Options, User
from k8snb.apiserver.server import APIServer
from k8snb.apiserver.store import Change
from k8snb.sim.clock import Clock


class ObjectList(NamedTuple):
    """A list and the revision it was read at."""

    items: list[Any]
    resourceVersion: str


class Client:
    """The API server's verbs for one user."""

    def __init__(self, server: APIServer, user: User = ADMIN, manager: str = "k8snb") -> None:
        self.server, self.user = server, user
        self._options = Options(field_manager=manager)
        self._resources: dict[str, Resource] = {}

    @property
    def clock(self) -> Clock:
        """The cluster's clock: for timestamps and timers of components."""
        return self.server.clock

    def resource(self, name: str) -> Resource:
        """The resource of `plural` or `plural.group`; KeyError if there is none."""
        found = self._resources.get(name)
        if found is None:
            plural, _, group = name.partition(".")
            try:
                found = builtin(plural, group)
            except KeyError:
                added = {r.group_resource: r for r in self.server.catalogue.added()}
                return added[name]
            self._resources[name] = found
        return found

    # -- reading ------------------------------------------------------------------------------------------------------

    def get(self, resource: str, name: str, namespace: str = "") -> Any:
        """One object. StatusError NotFound if it does not exist."""
        return self.server.get(self.user, self.resource(resource), namespace, name)

    def find(self, resource: str, name: str, namespace: str = "") -> Any | None:
        """One object, or None."""
        return self.server.store.get(resource, namespace, name)

    def list(
        self, resource: str, namespace: str = "", label_selector: str = "", field_selector: str = ""
    ) -> ObjectList:
        """All objects of a namespace (or of all), ordered by namespace and name."""
        found = self.server.list(
            self.user,
            self.resource(resource),
            namespace,
            selector.parse(label_selector) if label_selector else None,
            selector.parse_fields(field_selector) if field_selector else None,
        )
        return ObjectList(found.items, str(found.revision))

    def indexed(self, resource: str, index: str, value: str) -> builtins.list[Any]:
        """Objects under one value of an index (informers' indexers): see `apiserver/indexes.py` for what there is."""
        return cast("builtins.list[Any]", self.server.store.indexed(resource, index, value))

    def count(self, resource: str, index: str, value: str) -> int:
        """How many objects stand under one value of an index."""
        return self.server.store.count(resource, index, value)

    def dependents(self, uid: str) -> Iterator[tuple[str, Any]]:
        """(resource, object) of everything owned by this UID."""
        return self.server.store.dependents(uid)

    def changes(self, since: int, resource: str = "") -> tuple[builtins.list[Change], int]:
        """Changes after a revision and the revision to go on from."""
        changes, cursor = self.server.store.changes_since(since)
        return [change for change in changes if not resource or change.resource == resource], cursor

    @property
    def revision(self) -> int:
        """The store's present revision."""
        return self.server.store.revision

    # -- writing ------------------------------------------------------------------------------------------------------

    def create(self, obj: Object, resource: str = "", namespace: str = "") -> Any:
        """Store a new object and return it."""
        row = self.resource(resource) if resource else self._row_of(obj)
        return self.server.create(self.user, row, namespace or obj.metadata.namespace, obj, self._options)

    def update(self, obj: Object, resource: str = "") -> Any:
        """Replace an object and return it. Conflict if it has changed since it was read."""
        row = self.resource(resource) if resource else self._row_of(obj)
        return self.server.update(self.user, row, obj.metadata.namespace, obj, "", self._options)

    def update_status(self, obj: Object, resource: str = "") -> Any:
        """Replace an object's status and return it."""
        row = self.resource(resource) if resource else self._row_of(obj)
        return self.server.update(self.user, row, obj.metadata.namespace, obj, "status", self._options)

    def delete(
        self,
        resource: str,
        name: str,
        namespace: str = "",
        grace: int | None = None,
        propagation: str = "",
        uid: str = "",
    ) -> None:
        """Ask for an object's deletion. NotFound if it does not exist."""
        options = DeleteOptions(grace_period=grace, propagation=propagation, uid=uid)
        self.server.delete(self.user, self.resource(resource), namespace, name, options)

    def bind(self, namespace: str, name: str, node: str, uid: str = "") -> Any:
        """Bind a Pod to a node (`pods/binding`). Conflict if it already has one."""
        from k8snb.apiserver.subresources.binding import bind

        return bind(self.server, self.user, namespace, name, node, uid)

    def _row_of(self, obj: Object) -> Resource:
        group, _, version = obj.apiVersion.rpartition("/")
        found = self.server.catalogue.of_kind(group, version, obj.kind)
        if found is None:
            raise errors.not_found(GroupResource(group, obj.kind), obj.metadata.name)
        return found
