"""APIServices. Source: `k8s.io/kube-aggregator/pkg/registry/apiservice`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.apiregistration.apiservice import APIService, APIServiceCondition, APIServiceStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_PORT = 443


class APIServiceStrategy(Strategy):
    """Who serves a group and version."""

    unconditional_update: ClassVar[bool] = False
    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Service"),
        Column("Available"),
        Column("Age"),
    )

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return ()  # `version.group`: checked with the rest

    def defaults(self, obj: APIService) -> APIService:
        service = obj.spec.service
        if service is None or service.port is not None:
            return obj
        return obj.replace(spec=obj.spec.replace(service=service.replace(port=_PORT)))

    def prepare_create(self, ctx: Context, obj: APIService) -> APIService:
        if obj.spec.service is not None:
            return obj.replace(status=APIServiceStatus())
        local = APIServiceCondition(
            type="Available",
            status="True",
            lastTransitionTime=ctx.clock.timestamp(),
            reason="Local",
            message="Local APIServices are always available",
        )
        return obj.replace(status=APIServiceStatus(conditions=(local,)))

    def validate(self, ctx: Context, obj: APIService) -> list[FieldError]:
        return rule("apiservice", "validate_api_service")(obj)

    def validate_update(self, ctx: Context, obj: APIService, old: APIService) -> list[FieldError]:
        return rule("apiservice", "validate_api_service_update")(obj, old)

    def validate_status(self, ctx: Context, obj: APIService, old: APIService) -> list[FieldError]:
        return rule("apiservice", "validate_api_service_status_update")(obj, old)

    def row(self, obj: APIService, now: float) -> list[Any]:
        service = obj.spec.service
        where = "Local" if service is None else f"{service.namespace}/{service.name}"
        found = next((c for c in obj.status.conditions if c.type == "Available"), None)
        state = "Unknown" if found is None else found.status
        if found is not None and found.status != "True" and found.reason:
            state = f"{found.status} ({found.reason})"
        return [obj.metadata.name, where, state, age(obj, now)]
