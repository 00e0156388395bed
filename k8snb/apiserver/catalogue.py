"""Which resources the server serves right now: the built-in table, the kinds that CustomResourceDefinitions add, and those
of API servers behind it (`aggregation.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8snb.api.object import custom_class
from k8snb.api.resources import RESOURCES, Resource, Subresource
from k8snb.apiserver.aggregation import APISERVICES, Remote, remotes
from k8snb.apiserver.store import Store

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


class Catalogue:
    """Look-ups of resources by path, kind and plural name."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._defined: list[Any] = []
        self._custom: tuple[Resource, ...] = ()
        self._registered: list[Any] = []
        self._remotes: tuple[Remote, ...] = ()
        self._by_path = {(r.group, r.version, r.plural): r for r in RESOURCES}
        self._by_kind = {(r.group, r.version, r.kind): r for r in RESOURCES}

    def __iter__(self) -> Iterator[Resource]:
        yield from RESOURCES
        yield from self.custom()
        for remote in self.remotes():
            yield from remote.resources if remote.available else ()

    @property
    def stamp(self) -> int:
        """Changes whenever the custom resources may have changed."""
        return max(self._store.touched(CRDS), self._store.touched(APISERVICES))

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource behind `/apis/<group>/<version>/<plural>`."""
        found = self._by_path.get((group, version, plural))
        if found is not None:
            return found
        return next((r for r in self.added() if (r.group, r.version, r.plural) == (group, version, plural)), None)

    def of_kind(self, group: str, version: str, kind: str) -> Resource | None:
        """The resource of an apiVersion and kind."""
        found = self._by_kind.get((group, version, kind))
        if found is not None:
            return found
        return next((r for r in self.added() if (r.group, r.version, r.kind) == (group, version, kind)), None)

    def added(self) -> Iterator[Resource]:
        """What is not built in: custom resources, and those of API servers behind this one, reachable or not."""
        yield from self.custom()
        for remote in self.remotes():
            yield from remote.resources

    def remotes(self) -> tuple[Remote, ...]:
        """The APIs that Services of the cluster serve."""
        found = self._store.list(APISERVICES)
        if found != self._registered:
            self._registered, self._remotes = found, tuple(remotes(found))
        return self._remotes

    def remote(self, resource: Resource) -> Remote | None:
        """Who serves a resource, if it is not this server."""
        group, version = resource.group, resource.version
        return next((r for r in self.remotes() if (r.group, r.version) == (group, version)), None)

    def definitions(self) -> list[Any]:
        """The CustomResourceDefinitions, established or not."""
        return list(self._store.list(CRDS))

    def custom(self) -> tuple[Resource, ...]:
        """Resources of the established CustomResourceDefinitions."""
        found = self._store.list(CRDS)  # nearly always the very same objects: comparing them costs next to nothing
        if found != self._defined:
            self._defined = found
            self._custom = tuple(resource for crd in found for resource in _resources_of(crd))
        return self._custom


def _resources_of(crd: object) -> Iterator[Resource]:
    spec, status = crd.spec, crd.status  # type: ignore[attr-defined]
    established = status is not None and any(c.type == "Established" and c.status == "True" for c in status.conditions)
    if not established:
        return
    names = status.acceptedNames
    for version in spec.versions:
        if not version.served:
            continue
        subs = []
        if version.subresources is not None and version.subresources.scale is not None:
            subs.append(Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")))
        if version.subresources is not None and "status" in version.subresources.__dict__:
            subs.append(Subresource("status", names.kind, "", ("get", "patch", "update")))
        yield Resource(
            spec.group,
            version.name,
            names.kind,
            names.plural,
            namespaced=spec.scope == "Namespaced",
            singular=names.singular,
            short_names=tuple(names.shortNames),
            categories=tuple(names.categories),
            subresources=tuple(subs),
            custom=custom_class(f"{spec.group}/{version.name}", names.kind),
            definition=version,
        )
