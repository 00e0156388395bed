"""`/livez`, `/readyz` and `/healthz`: named checks, all at once or one by one (`/readyz/etcd`), told apart with `?verbose`.

Each check looks at what it is named after. `?exclude=NAME` leaves one out. Source: `apiserver/pkg/server/healthz/healthz.go`,
https://kubernetes.io/docs/reference/using-api/health-checks/. Simplified: of upstream's start-up hooks only those are listed
that make objects here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from k8snb.apiserver.server import APIServer
from k8snb.apiserver.store import Store

ENDPOINTS: Final = ("healthz", "livez", "readyz")


class Answer(NamedTuple):
    """HTTP status and text."""

    code: int
    text: str


class _Check(NamedTuple):
    """A name, what it looks at, and the endpoints that include it."""

    name: str
    holds: Callable[[Store], bool]
    endpoints: tuple[str, ...] = ENDPOINTS


def _always(store: Store) -> bool:
    return True


def _answers(store: Store) -> bool:
    """The store can be read."""
    return store.changes_since(store.revision) == ([], store.revision)


def _has(resource: str, *names: str) -> Callable[[Store], bool]:
    return lambda store: all(store.get(resource, "", name) is not None for name in names)


#: in upstream's order
_CHECKS: Final = (
    _Check("ping", _always),
    _Check("log", _always),
    _Check("etcd", _answers),
    _Check("etcd-readiness", _answers, ("readyz",)),
    _Check("informer-sync", _answers, ("readyz",)),
    _Check("poststarthook/crd-informer-synced", _answers),
    _Check("poststarthook/start-system-namespaces-controller", _has("namespaces", "kube-system", "kube-public")),
    _Check("poststarthook/bootstrap-controller", _has("namespaces", "default")),
    _Check("shutdown", _always, ("readyz",)),
)


def check(server: APIServer, path: str, excluded: tuple[str, ...], verbose: bool) -> Answer | None:
    """The answer for `/readyz` or `/readyz/NAME`; None if there is no such check."""
    endpoint, _, wanted = path.strip("/").partition("/")
    checks = [one for one in _CHECKS if endpoint in one.endpoints]
    if wanted:
        found = next((one for one in checks if one.name == wanted), None)
        if found is None:
            return None
        return Answer(200, "ok") if found.holds(server.store) else Answer(500, "internal server error: not done\n")
    lines, failed = [], False
    for one in checks:
        if one.name in excluded:
            lines.append(f"[+]{one.name} excluded: ok")
        elif one.holds(server.store):
            lines.append(f"[+]{one.name} ok")
        else:
            failed = True
            lines.append(f"[-]{one.name} failed: reason withheld")
    unknown = [name for name in excluded if all(name != one.name for one in checks)]
    if unknown:
        quoted = ", ".join(f'"{name}"' for name in unknown)
        lines.append(f"warn: some health checks cannot be excluded: no matches for {quoted}")
    if failed:
        return Answer(500, "\n".join([*lines, f"{endpoint} check failed"]) + "\n")
    return Answer(200, "\n".join([*lines, f"{endpoint} check passed"]) + "\n" if verbose else "ok")


def names(endpoint: str) -> list[str]:
    """The paths of an endpoint's checks."""
    return [f"/{endpoint}/{one.name}" for one in _CHECKS if endpoint in one.endpoints]
