"""Which resources the server serves right now: the built-in table, on older clusters also the versions that went since
(`api/removed.py`), the kinds that CustomResourceDefinitions add, and those of API servers behind it (`aggregation.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from k8snb.api.model import encode
from k8snb.api.object import custom_class
from k8snb.api.resources import RESOURCES, Resource, Subresource
from k8snb.apiserver.aggregation import APISERVICES, Remote, remotes
from k8snb.apiserver.store import Store

#: the minor version whose resources are in the built-in table
_TODAY = 36

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


class Catalogue:
    """Look-ups of resources by path, kind and plural name."""

    def __init__(self, store: Store, version: str) -> None:
        self._store = store
        self._defined: list[Any] = []
        self._custom: tuple[Resource, ...] = ()
        self._registered: list[Any] = []
        self._remotes: tuple[Remote, ...] = ()
        self.serve(version)

    def serve(self, version: str) -> None:
        """Offer what a server of this version of Kubernetes (``v1.36.2``) does, beside everything of today's."""
        minor = int(version.split(".")[1])
        self._built_in = (*RESOURCES, *_removed_since(minor)) if minor < _TODAY else RESOURCES
        self._by_path = {(r.group, r.version, r.plural): r for r in self._built_in}
        self._by_kind = {(r.group, r.version, r.kind): r for r in self._built_in}

    def __iter__(self) -> Iterator[Resource]:
        yield from self._built_in
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


def _schema(version: Any) -> dict[str, Any]:
    found: dict[str, Any] = encode(version.schema_.openAPIV3Schema) if version.schema_ is not None else {}
    return found


def _removed_since(minor: int) -> tuple[Resource, ...]:
    from k8snb.api.removed import removed_since

    return removed_since(minor)


def _resources_of(crd: Any) -> Iterator[Resource]:
    """The served versions of a custom kind, the best first."""
    spec, status = crd.spec, crd.status
    established = status is not None and any(c.type == "Established" and c.status == "True" for c in status.conditions)
    if not established:
        return
    stored = next((_resource_of(crd, version) for version in spec.versions if version.storage), None)
    for version in sorted(spec.versions, key=lambda version: version_order(version.name)):
        if version.served:
            found = _resource_of(crd, version)
            yield replace(found, stored_as=None if version.storage else stored, webhook=_webhook(spec.conversion))


def _resource_of(crd: Any, version: Any) -> Resource:
    spec, names = crd.spec, crd.status.acceptedNames
    subs = []
    if version.subresources is not None and version.subresources.scale is not None:
        subs.append(Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")))
    if version.subresources is not None and "status" in version.subresources.__dict__:
        subs.append(Subresource("status", names.kind, "", ("get", "patch", "update")))
    return Resource(
        spec.group,
        version.name,
        names.kind,
        names.plural,
        namespaced=spec.scope == "Namespaced",
        singular=names.singular,
        short_names=tuple(names.shortNames),
        categories=tuple(names.categories),
        subresources=tuple(subs),
        deprecation=_deprecation(spec, version) if version.deprecated else "",
        custom=custom_class(f"{spec.group}/{version.name}", names.kind, _schema(version)),
        definition=version,
    )


def _deprecation(spec: Any, version: Any) -> str:
    """What users of a deprecated version are told (apiextensions `defaultDeprecationWarning`)."""
    if version.deprecationWarning is not None:
        return str(version.deprecationWarning)
    text = f"{spec.group}/{version.name} {spec.names.kind} is deprecated"
    better = [v.name for v in spec.versions if v.served and not v.deprecated]
    better = sorted((name for name in better if version_order(name) < version_order(version.name)), key=version_order)
    return f"{text}; use {spec.group}/{better[0]} {spec.names.kind}" if better else text


def _webhook(conversion: Any) -> str:
    """Where a definition's conversion webhook would be called; empty if it has none."""
    if conversion is None or conversion.strategy != "Webhook" or conversion.webhook is None:
        return ""
    config = conversion.webhook.clientConfig
    service = config.service if config is not None else None
    if service is None:
        return (config.url if config is not None else None) or "https://"
    return f"https://{service.name}.{service.namespace}.svc:{service.port or 443}{service.path or ''}"


_KUBE_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?").fullmatch
_LEVELS = {None: 0, "beta": 1, "alpha": 2}


def version_order(name: str) -> tuple[Any, ...]:
    """Sorts versions of an API, the best first: v2, v1, v1beta1, v1alpha1, then whatever else by name (apimachinery
    `pkg/version/helpers.go`)."""
    found = _KUBE_VERSION(name)
    if found is None:
        return (3, 0, 0, name)
    return (_LEVELS[found[2]], -int(found[1]), -int(found[3] or 0), name)
