"""Objects as JSON text that is written once: by GETs, in the items of lists and in the events of every watch.

Objects never change, so the text of one version of an object is the same for everybody who may see it. Upstream's
counterpart: `apiserver/pkg/storage/cacher` (cachingObject).
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.http.responses import Fragment, to_json
from k8snb.apiserver.rest import Rest

#: bytes of text that are kept; the oldest goes first
_KEPT: Final = 8 * 1024 * 1024


class Fragments:
    """The texts of one cluster's objects. Asked under the cluster's lock."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        #: by object and version of its API: who owned its fields when it was written, and its text
        self._texts: dict[tuple[Object, str], tuple[Any, Fragment]] = {}
        self._size = 0

    def write(self, resource: Resource, obj: Object, typed: bool) -> Fragment:
        """The whole object, or an item of a list whose kind says what it is."""
        text = self._text(resource, obj)
        if typed or resource.custom is not None:
            return text
        return Fragment(b"{" + text[len(_head(resource)) :])

    def _text(self, resource: Resource, obj: Object) -> Fragment:
        owners, key = self._rest.server.managers.owners(obj), (obj, resource.api_version)
        known = self._texts.get(key)
        if known is not None:
            if known[0] is owners or not (owners or known[0]):
                return known[1]
            self._size -= len(known[1])
            del self._texts[key]
        data = self._rest.full(obj, resource)
        del data["apiVersion"], data["kind"]
        text = Fragment(_head(resource) + to_json(data)[1:])
        self._texts[key] = owners, text
        self._size += len(text)
        while self._size > _KEPT and len(self._texts) > 1:
            oldest = next(iter(self._texts))
            self._size -= len(self._texts.pop(oldest)[1])
        return text


def _head(resource: Resource) -> bytes:
    """Go writes the fields of a struct in their order, and those of a map, which a custom resource is, in the alphabet's."""
    kind, version = f'"kind":"{resource.kind}",', f'"apiVersion":"{resource.api_version}",'
    return f"{{{kind}{version}".encode() if resource.custom is None else f"{{{version}{kind}".encode()
