"""LimitRanger: fills in requests and limits from the namespace's LimitRanges, and refuses what is out of bounds.

Source: `plugin/pkg/admission/limitranger/admission.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from k8snb.api import errors, quantity
from k8snb.api.errors import GroupResource
from k8snb.api.model import FrozenMap
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context
from k8snb.apiserver.quota import pod_requests

ANNOTATION = "kubernetes.io/limit-ranger"


class LimitRanger(Plugin):
    """Defaults and bounds for containers, Pods and claims."""

    resources: ClassVar[frozenset[str]] = frozenset({"pods", "persistentvolumeclaims"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        if ctx.resource.plural != "pods" or ctx.subresource or old is not None:
            return obj
        ranges = ctx.store.list("limitranges", ctx.namespace)
        if not ranges:
            return obj
        requests, limits = _defaults(ranges)
        if not requests and not limits:
            return obj
        said: list[str] = []
        changes: dict[str, Any] = {}
        for field, word in (("containers", "container"), ("initContainers", "init container")):
            before = getattr(obj.spec, field)
            after = tuple(_filled(c, requests, limits, word, said) for c in before)
            if after != before:
                changes[field] = after
        if not changes:
            return obj
        text = f"LimitRanger plugin set: {'; '.join(said)}"
        annotations = FrozenMap({**obj.metadata.annotations, ANNOTATION: text})
        return obj.replace(spec=obj.spec.replace(**changes), metadata=obj.metadata.replace(annotations=annotations))

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.subresource or (ctx.resource.plural == "pods" and old is not None):
            return
        problems: list[str] = []
        for limit_range in ctx.store.list("limitranges", ctx.namespace):
            for item in limit_range.spec.limits:  # type: ignore[attr-defined]
                problems += _violations(ctx.resource.plural, item, obj)
        if problems:
            detail = problems[0] if len(problems) == 1 else "[" + ", ".join(problems) + "]"
            raise errors.forbidden(GroupResource("", ctx.resource.plural), obj.metadata.name, detail)


def _defaults(ranges: list[Any]) -> tuple[dict[str, str], dict[str, str]]:
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for limit_range in ranges:
        for item in limit_range.spec.limits:
            if item.type == "Container":
                requests.update(item.defaultRequest)
                limits.update(item.default)
    return requests, limits


def _filled(container: Any, requests: dict[str, str], limits: dict[str, str], word: str, said: list[str]) -> Any:
    resources, changes = container.resources, {}
    for field, wanted, noun in (("requests", requests, "request"), ("limits", limits, "limit")):
        have = getattr(resources, field)
        missing = {name: q for name, q in wanted.items() if name not in have}
        if missing:
            changes[field] = FrozenMap({**have, **missing})
            said.append(f"{', '.join(sorted(missing))} {noun} for {word} {container.name}")
    return container.replace(resources=resources.replace(**changes)) if changes else container


def _violations(plural: str, item: Any, obj: Any) -> Iterator[str]:
    if plural == "persistentvolumeclaims":
        if item.type == "PersistentVolumeClaim":
            requests = obj.spec.resources.requests
            for name, bound in item.min.items():
                yield from _below(name, bound, requests.get(name), {}, "PersistentVolumeClaim")
            for name, bound in item.max.items():
                yield from _above_request(name, bound, requests, "PersistentVolumeClaim")
        return
    if item.type == "Container":
        for container in (*obj.spec.containers, *obj.spec.initContainers):
            yield from _bounds(item, container.resources.requests, container.resources.limits, "Container")
    elif item.type == "Pod":
        requests = pod_requests(obj.spec, "requests")
        limits = pod_requests(obj.spec, "limits")
        yield from _bounds(item, requests, limits, "Pod")


def _bounds(item: Any, requests: Mapping[str, str], limits: Mapping[str, str], kind: str) -> Iterator[str]:
    for name, bound in sorted(item.min.items()):
        yield from _below(name, bound, requests.get(name), limits, kind)
    for name, bound in sorted(item.max.items()):
        yield from _above(name, bound, requests.get(name), limits.get(name), kind)
    for name, ratio in sorted(item.maxLimitRequestRatio.items()):
        yield from _ratio(name, ratio, requests.get(name), limits.get(name), kind)


def _below(name: str, bound: str, request: str | None, limits: Mapping[str, str], kind: str) -> Iterator[str]:
    limit = limits.get(name)
    if request is None:
        yield f"minimum {name} usage per {kind} is {bound}.  No request is specified"
    elif quantity.compare(request, bound) < 0:
        yield f"minimum {name} usage per {kind} is {bound}, but request is {request}"
    elif limit is not None and quantity.compare(limit, bound) < 0:
        yield f"minimum {name} usage per {kind} is {bound}, but limit is {limit}"


def _above(name: str, bound: str, request: str | None, limit: str | None, kind: str) -> Iterator[str]:
    if limit is None:
        yield f"maximum {name} usage per {kind} is {bound}.  No limit is specified"
    elif quantity.compare(limit, bound) > 0:
        yield f"maximum {name} usage per {kind} is {bound}, but limit is {limit}"
    elif request is not None and quantity.compare(request, bound) > 0:
        yield f"maximum {name} usage per {kind} is {bound}, but request is {request}"


def _above_request(name: str, bound: str, requests: Mapping[str, str], kind: str) -> Iterator[str]:
    request = requests.get(name)
    if request is None:
        yield f"maximum {name} usage per {kind} is {bound}.  No request is specified"
    elif quantity.compare(request, bound) > 0:
        yield f"maximum {name} usage per {kind} is {bound}, but request is {request}"


def _ratio(name: str, ratio: str, request: str | None, limit: str | None, kind: str) -> Iterator[str]:
    for what, amount in (("request", request), ("limit", limit)):
        if amount is None or quantity.sign(amount) == 0:
            said = f"no {what} is specified or {what} is 0"
            yield f"{name} max limit to request ratio per {kind} is {ratio}, but {said}"
            return
    assert request is not None
    assert limit is not None
    have = quantity.number(limit) / quantity.number(request)
    if have > quantity.number(ratio):
        yield f"{name} max limit to request ratio per {kind} is {ratio}, but provided ratio is {have:f}"
