"""Which resources the server has, and which one a word on the command line means (`po`, `deploy.apps`, `Pod`, `all`).

Read from discovery, as kubectl's RESTMapper and shortcut expander do, and kept between the commands of a session, as
kubectl keeps it on disk: for six hours, or until a word is met that is not in it. Source: client-go `restmapper`,
apimachinery `pkg/api/meta/restmapper.go`, cli-runtime `pkg/resource/builder.go` (mappingFor).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from k8snb.api.errors import GroupResource
from k8snb.api.resources import RESOURCES
from k8snb.client.refused import ConnectionRefused
from k8snb.client.rest import RestClient
from k8snb.kubectl.errors import CommandError, quoted


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource under one version."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    verbs: tuple[str, ...]
    subresources: tuple[str, ...]
    preferred: bool

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_resource(self) -> str:
        """`deployments.apps`"""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def about(self) -> GroupResource:
        """The resource as errors name it."""
        return GroupResource(self.group, self.plural)

    @property
    def group_kind(self) -> str:
        """`deployment.apps`: how kubectl names objects in its answers."""
        return f"{self.kind.lower()}.{self.group}" if self.group else self.kind.lower()

    @property
    def go_group_kind(self) -> str:
        """Go's text of a GroupKind: `Deployment.apps`, `Pod`."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def resource_text(self) -> str:
        """Go's text of a GroupVersionResource: `apps/v1, Resource=deployments`, `/v1, Resource=pods`."""
        return f"{self.group}/{self.version}, Resource={self.plural}"

    @property
    def kind_text(self) -> str:
        """Go's text of a GroupVersionKind: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`."""
        return f"{self.group}/{self.version}, Kind={self.kind}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection or of one object. CommandError for a name in no namespace, if there must be one."""
        if name and self.namespaced and not namespace:
            raise CommandError("an empty namespace may not be set when a resource name is provided")
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part]
        return "/" + "/".join(parts)


#: virtual seconds for which discovery is believed, as kubectl's cache on disk
CACHE_SECONDS = 6 * 3600.0

#: how often kubectl asks a server that does not answer for its groups before it gives a word up: a type of objects (cli-runtime
#: looks for a kind and for a resource, client-go's mappers each twice), and where only the resource is wanted
_KIND_TRIES, _RESOURCE_TRIES = 4, 2


@cache
def compiled(word: str) -> Kind:
    """A resource that kubectl has a typed client for (`deployments.apps`): nobody has to be asked what it is. Or KeyError."""
    row = {row.group_resource: row for row in reversed(RESOURCES)}[word]
    subresources = tuple(sub.name for sub in row.subresources)
    names = (row.kind, row.plural, row.singular or row.kind.lower())
    return Kind(
        row.group, row.version, *names, row.namespaced, row.short_names, row.categories, row.verbs, subresources, True
    )


def unheard(severity: str, place: str, text: str) -> None:
    """A log that nobody reads."""


class Kinds:
    """The resources of one server as this session knows them."""

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._read_at = 0.0
        #: whether the running command has asked the server already
        self.fresh = False
        #: groups and versions whose server did not answer when they were asked for
        self.stale: list[str] = []
        #: where kubectl's log goes, line by line: (severity, place in its source, text)
        self.log: Callable[[str, str, str], None] = unheard
        self._all: list[Kind] = []
        self._words: dict[str, list[Kind]] = {}
        self._short: dict[str, list[Kind]] = {}
        self._by_object: dict[tuple[str, str, str], Kind] = {}

    @property
    def all(self) -> list[Kind]:
        """Every resource and version, in the order of discovery."""
        self._read()
        return self._all

    @property
    def _cold(self) -> bool:
        return not self._all or self._client.now() - self._read_at > CACHE_SECONDS

    def _read(self, tries: int = 1) -> None:
        if self._cold:
            self.refresh(tries)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.all)

    def refresh(self, tries: int = 1) -> None:
        """Ask the server again. Where nobody answers, kubectl tries as often as its mappers look, and logs each try."""
        try:
            stale: list[str] = []
            found = list(discover(self._client, stale))
        except ConnectionRefused as refused:
            for _ in range(tries):
                self.log("E", "memcache.go:265", f'"Unhandled Error" err={_logged(refused)}')
            raise
        self._all, self.stale = found, stale
        self._read_at, self.fresh = self._client.now(), True
        self._words, self._short, self._by_object = {}, {}, {}
        for kind in self._all:
            for word in {kind.plural, kind.singular, kind.kind.lower()}:
                self._words.setdefault(word, []).append(kind)
            for word in kind.short_names:
                self._short.setdefault(word, []).append(kind)
            for name in (kind.kind, kind.kind.lower(), f"{kind.kind}List"):
                self._by_object.setdefault((kind.group, kind.version, name), kind)

    def find(self, word: str) -> Kind | None:
        """The resource of `plural`, `singular`, short name or kind, perhaps with `.group` or `.version.group`."""
        return self._find(word, _KIND_TRIES)

    def resource(self, word: str) -> Kind | None:
        """As `find`, for commands that ask for no more than the resource."""
        return self._find(word, _RESOURCE_TRIES)

    def _find(self, word: str, tries: int) -> Kind | None:
        self._read(tries)
        found = self._look_up(word)
        if found is None and not self.fresh:
            self.refresh(tries - 1)
            found = self._look_up(word)
        return found

    def _look_up(self, word: str) -> Kind | None:
        name, _, rest = word.partition(".")
        short = self._short.get(name, [])
        found = short + [kind for kind in self._words.get(name.lower(), []) if kind not in short]
        if not rest:
            return _best(found)
        version, _, group = rest.partition(".")
        exact = [kind for kind in found if kind.version == version and kind.group == group] if "." in rest else []
        by_group = [kind for kind in found if kind.group == rest] or [k for k in found if k.group.startswith(rest)]
        return _best(exact) or _best(by_group)

    def namesakes(self, word: str) -> list[str]:
        """The other resources with this short name (`events.events.k8s.io` of `ev`): those of lower priority."""
        if word in self._words:
            return []
        found = list(dict.fromkeys(kind.group_resource for kind in self._short.get(word, [])))
        return found[1:]

    def need(self, word: str) -> Kind:
        """As `find`. CommandError if there is no such resource."""
        kind = self.find(word)
        if kind is None:
            raise CommandError(f"the server doesn't have a resource type {quoted(word.partition('.')[0])}")
        return kind

    def match(self, word: str) -> Kind:
        """As `find`, with the words of a RESTMapper that finds no resource (`create role --resource`)."""
        kind = self.resource(word)
        if kind is None:
            name, _, group = word.partition(".")
            where = f" in group {quoted(group)}" if group else ""
            raise CommandError(f"the server doesn't have a resource type {quoted(name)}{where}", bare=True)
        return kind

    def category(self, word: str) -> list[Kind]:
        """The resources of a category (`all`); none if nobody can be asked."""
        try:
            self._read()
        except ConnectionRefused:
            return []
        return [kind for kind in self.all if word in kind.categories and kind.preferred]

    def of_object(self, api_version: str, kind_name: str) -> Kind | None:
        """The resource of an object's apiVersion and kind; without an apiVersion, of the kind in the core group."""
        self._read()
        found = self._of_object(api_version, kind_name)
        if found is None and not self.fresh:
            self.refresh()
            found = self._of_object(api_version, kind_name)
        return found

    def _of_object(self, api_version: str, kind_name: str) -> Kind | None:
        group, _, version = api_version.rpartition("/")
        return self._by_object.get((group, version or "v1", kind_name))


def _logged(error: ConnectionRefused) -> str:
    """The text of klog's `err=`."""
    return quoted(f"couldn't get current server API group list: {error.message}")


def _best(found: list[Kind]) -> Kind | None:
    return next((kind for kind in found if kind.preferred), found[0] if found else None)


#: discovery does not wait for ever
_PATIENCE = {"timeout": "32s"}
_ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


def discover(client: RestClient, stale: list[str]) -> Iterator[Kind]:
    """Ask the server what it has. `stale` is told of groups and versions that it knows of but cannot reach."""
    for root in ("/api", "/apis"):
        answer = client.request("GET", root, _PATIENCE, accept=_ACCEPT)
        for item in answer.body.get("items", []):
            group = item.get("metadata", {}).get("name", "")
            for index, version in enumerate(item.get("versions", [])):
                if version.get("freshness") == "Stale":
                    stale.append(f"{group}/{version['version']}")
                    continue
                for row in version.get("resources", []):
                    yield _kind(group, version["version"], row, index == 0)


def _kind(group: str, version: str, row: dict[str, Any], preferred: bool) -> Kind:
    return Kind(
        group,
        version,
        row["responseKind"]["kind"],
        row["resource"],
        row.get("singularResource") or row["responseKind"]["kind"].lower(),
        row.get("scope") == "Namespaced",
        tuple(row.get("shortNames") or ()),
        tuple(row.get("categories") or ()),
        tuple(row.get("verbs") or ()),
        tuple(sub["subresource"] for sub in row.get("subresources") or ()),
        preferred,
    )
