"""LimitRanges. Source: `pkg/registry/core/limitrange/strategy.go`, `pkg/apis/core/v1/defaults.go`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.core.limitrange import LimitRange, LimitRangeItem
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, rule


class LimitRangeStrategy(Strategy):
    """Bounds and defaults for single containers, Pods and claims."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Created At", "date"))

    def defaults(self, obj: LimitRange) -> LimitRange:
        limits = tuple(_complete(item) for item in obj.spec.limits)
        return obj if limits == obj.spec.limits else obj.replace(spec=obj.spec.replace(limits=limits))

    def validate(self, ctx: Context, obj: LimitRange) -> list[FieldError]:
        return rule("limitrange", "validate_limit_range")(obj)

    def validate_update(self, ctx: Context, obj: LimitRange, old: LimitRange) -> list[FieldError]:
        return self.validate(ctx, obj)


def _complete(item: LimitRangeItem) -> LimitRangeItem:
    if item.type != "Container":
        return item
    limits = _under(item.default, item.max)
    requests = _under(_under(item.defaultRequest, limits), item.min)
    changes: dict[str, Any] = {}
    if limits != dict(item.default):
        changes["default"] = FrozenMap(limits)
    if requests != dict(item.defaultRequest):
        changes["defaultRequest"] = FrozenMap(requests)
    return item.replace(**changes) if changes else item


def _under(own: Mapping[str, str], fallback: Mapping[str, str]) -> dict[str, str]:
    return {**fallback, **own}
