"""Second endpoints of objects (`pods/binding`, `deployments/scale`, …): one module each, over the server's verbs.

The table says which module serves which path; handlers are imported when first called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from k8snb.apiserver.rest import SubresourceHandler

#: `plural/subresource`, or `*/subresource` for every kind that has it -> (module, function)
TABLE: dict[str, tuple[str, str]] = {
    "pods/binding": ("binding", "serve"),
    "pods/eviction": ("eviction", "serve"),
    "pods/ephemeralcontainers": ("ephemeralcontainers", "serve"),
    "pods/log": ("log", "serve"),
    "pods/exec": ("execute", "serve"),
    "pods/attach": ("execute", "serve_attach"),
    "pods/portforward": ("portforward", "serve"),
    "pods/proxy": ("proxy", "serve_pod"),
    "pods/resize": ("ephemeralcontainers", "serve_resize"),
    "services/proxy": ("proxy", "serve_service"),
    "nodes/proxy": ("proxy", "serve_node"),
    "namespaces/finalize": ("finalize", "serve"),
    "serviceaccounts/token": ("token", "serve"),
    "certificatesigningrequests/approval": ("approval", "serve"),
    "*/scale": ("scale", "serve"),
}


class _Lazy(Mapping[str, "SubresourceHandler"]):
    def __getitem__(self, key: str) -> SubresourceHandler:
        return _handler(*TABLE[key])

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)


@cache
def _handler(module: str, name: str) -> SubresourceHandler:
    return cast("SubresourceHandler", getattr(import_module(f"{__name__}.{module}"), name))


SUBRESOURCES: Mapping[str, SubresourceHandler] = _Lazy()
