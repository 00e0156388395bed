"""Which resources the server has, and which one a word on the command line means (`po`, `deploy.apps`, `Pod`, `all`).

Read from discovery, as kubectl's RESTMapper and shortcut expander do, and kept between the commands of a session, as
kubectl keeps it on disk: for six hours, or until a word is met that is not in it. Source: client-go `restmapper`,
apimachinery `pkg/api/meta/restmapper.go`, cli-runtime `pkg/resource/builder.go` (mappingFor).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from k8snb.api.errors import GroupResource
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
    def resource_text(self) -> str:
        """Go's text of a GroupVersionResource: `apps/v1, Resource=deployments`, `/v1, Resource=pods`."""
        return f"{self.group}/{self.version}, Resource={self.plural}"

    @property
    def kind_text(self) -> str:
        """Go's text of a GroupVersionKind: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`."""
        return f"{self.group}/{self.version}, Kind={self.kind}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection or of one object."""
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part]
        return "/" + "/".join(parts)


#: virtual seconds for which discovery is believed, as kubectl's cache on disk
CACHE_SECONDS = 6 * 3600.0


class Kinds:
    """The resources of one server as this session knows them."""

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._read_at = 0.0
        #: whether the running command has asked the server already
        self.fresh = False
        self._all: list[Kind] = []
        self._words: dict[str, list[Kind]] = {}
        self._short: dict[str, list[Kind]] = {}
        self._by_object: dict[tuple[str, str, str], Kind] = {}

    @property
    def all(self) -> list[Kind]:
        """Every resource and version, in the order of discovery."""
        if not self._all or self._client.now() - self._read_at > CACHE_SECONDS:
            self.refresh()
        return self._all

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.all)

    def refresh(self) -> None:
        """Ask the server again."""
        self._all = list(discover(self._client))
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
        found = self._look_up(word)
        if found is None and not self.fresh:
            self.refresh()
            found = self._look_up(word)
        return found

    def _look_up(self, word: str) -> Kind | None:
        if not self.all:
            return None
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
        kind = self.find(word)
        if kind is None:
            name, _, group = word.partition(".")
            where = f" in group {quoted(group)}" if group else ""
            raise CommandError(f"the server doesn't have a resource type {quoted(name)}{where}", bare=True)
        return kind

    def category(self, word: str) -> list[Kind]:
        """The resources of a category (`all`)."""
        return [kind for kind in self.all if word in kind.categories and kind.preferred]

    def of_object(self, api_version: str, kind_name: str) -> Kind | None:
        """The resource of an object's apiVersion and kind; without an apiVersion, of the kind in the core group."""
        found = self._of_object(api_version, kind_name)
        if found is None and not self.fresh:
            self.refresh()
            found = self._of_object(api_version, kind_name)
        return found

    def _of_object(self, api_version: str, kind_name: str) -> Kind | None:
        if not self.all:
            return None
        group, _, version = api_version.rpartition("/")
        return self._by_object.get((group, version or "v1", kind_name))


def _best(found: list[Kind]) -> Kind | None:
    return next((kind for kind in found if kind.preferred), found[0] if found else None)


_ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


def discover(client: RestClient) -> Iterator[Kind]:
    """Ask the server what it has."""
    for root in ("/api", "/apis"):
        answer = client.request("GET", root, accept=_ACCEPT)
        for item in answer.body.get("items", []):
            group = item.get("metadata", {}).get("name", "")
            for index, version in enumerate(item.get("versions", [])):
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
