"""Ingresses and their classes. Source: `pkg/registry/networking/ingress*/strategy.go`, printers' printIngress."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.networking.ingress import Ingress, IngressStatus
from k8snb.api.networking.ingressclass import IngressClass
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_HOSTS_SHOWN = 3


class IngressStrategy(Strategy):
    """Routes for HTTP from outside."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Class"),
        Column("Hosts"),
        Column("Address"),
        Column("Ports"),
        Column("Age"),
    )

    def prepare_create(self, ctx: Context, obj: Ingress) -> Ingress:
        return obj.replace(status=IngressStatus())

    def validate(self, ctx: Context, obj: Ingress) -> list[FieldError]:
        return rule("ingress", "validate_ingress")(obj)

    def validate_update(self, ctx: Context, obj: Ingress, old: Ingress) -> list[FieldError]:
        return rule("ingress", "validate_ingress_update")(obj, old)

    def row(self, obj: Ingress, now: float) -> list[Any]:
        spec = obj.spec
        return [
            obj.metadata.name,
            spec.ingressClassName or "<none>",
            _hosts(obj),
            ",".join(i.ip or i.hostname for i in obj.status.loadBalancer.ingress),
            "80, 443" if spec.tls else "80",
            age(obj, now),
        ]


def _hosts(ingress: Ingress) -> str:
    hosts = [rule.host for rule in ingress.spec.rules if rule.host]
    if not hosts:
        return "*"
    more = f" + {len(hosts) - _HOSTS_SHOWN} more..." if len(hosts) > _HOSTS_SHOWN else ""
    return ",".join(hosts[:_HOSTS_SHOWN]) + more


class IngressClassStrategy(Strategy):
    """Which controller serves an Ingress."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Controller"),
        Column("Parameters"),
        Column("Age"),
    )

    def row(self, obj: IngressClass, now: float) -> list[Any]:
        parameters = "<none>"
        ref = obj.spec.parameters
        if ref is not None:
            kind = f"{ref.kind}.{ref.apiGroup}" if ref.apiGroup else ref.kind
            parameters = f"{kind}/{ref.name}"
        return [obj.metadata.name, obj.spec.controller, parameters, age(obj, now)]

    def validate(self, ctx: Context, obj: IngressClass) -> list[FieldError]:
        return rule("ingress", "validate_ingress_class")(obj)
