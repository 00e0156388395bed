"""Words and walks that the checks share: whom to blame for a violation, and where to look in a Pod's spec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from k8snb.api.validation.field import quote


class Violation(NamedTuple):
    """What a check found: the reason in a few words, and who is to blame."""

    reason: str
    detail: str


Check = Callable[[Mapping[str, str], Any], Violation | None]


def many(singular: str, count: int) -> str:
    return singular if count == 1 else f"{singular}s"


def join(values: Iterable[str]) -> str:
    return ", ".join(quote(value) for value in values)


def named(names: Sequence[str]) -> str:
    return f"{many('container', len(names))} {join(names)}"


def setters(pod: bool, names: Sequence[str]) -> list[str]:
    return [*(["pod"] if pod else []), *([named(names)] if names else [])]


def containers_of(spec: Any) -> Iterator[Any]:
    yield from spec.initContainers
    yield from spec.containers
    yield from spec.ephemeralContainers


def context(container: Any, name: str) -> Any:
    """A field of a container's security context, None if it is not set."""
    context = container.securityContext
    return None if context is None else getattr(context, name)


def pod_context(spec: Any, name: str) -> Any:
    context = spec.securityContext
    return None if context is None else getattr(context, name)


def is_windows(spec: Any) -> bool:
    return spec.os is not None and spec.os.name == "windows"


def has_own_users(spec: Any) -> bool:
    return spec.hostUsers is False
