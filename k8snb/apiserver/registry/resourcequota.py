"""ResourceQuotas. Source: `pkg/registry/core/resourcequota/strategy.go`, printers' printResourceQuota."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.resourcequota import ResourceQuota, ResourceQuotaStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class ResourceQuotaStrategy(Strategy):
    """What a namespace may use in all."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Request"),
        Column("Limit"),
        Column("Age"),
    )

    def prepare_create(self, ctx: Context, obj: ResourceQuota) -> ResourceQuota:
        return obj.replace(status=ResourceQuotaStatus())

    def validate(self, ctx: Context, obj: ResourceQuota) -> list[FieldError]:
        return rule("resourcequota", "validate_resource_quota")(obj)

    def validate_update(self, ctx: Context, obj: ResourceQuota, old: ResourceQuota) -> list[FieldError]:
        return rule("resourcequota", "validate_resource_quota_update")(obj, old)

    def validate_status(self, ctx: Context, obj: ResourceQuota, old: ResourceQuota) -> list[FieldError]:
        return rule("resourcequota", "validate_resource_quota_status_update")(obj, old)

    def row(self, obj: ResourceQuota, now: float) -> list[Any]:
        requests: list[str] = []
        limits: list[str] = []
        for name in sorted(obj.spec.hard):
            hard, used = obj.spec.hard[name], obj.status.used.get(name, "0")
            (limits if name.startswith("limits") else requests).append(f"{name}: {used}/{hard}")
        return [obj.metadata.name, ", ".join(requests), ", ".join(limits), age(obj, now)]
