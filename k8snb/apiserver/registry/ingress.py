"""Ingresses and their classes. Source: `pkg/registry/networking/ingress*/strategy.go`, printers' printIngress."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.networking.ingress import Ingress, IngressLoadBalancerStatus, IngressStatus
from k8snb.api.networking.ingressclass import IngressClass
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_HOSTS_SHOWN = 3
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


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
        return obj.replace(status=IngressStatus(loadBalancer=IngressLoadBalancerStatus()))

    def validate(self, ctx: Context, obj: Ingress) -> list[FieldError]:
        return rule("ingress", "validate_ingress")(obj)

    def validate_update(self, ctx: Context, obj: Ingress, old: Ingress) -> list[FieldError]:
        return rule("ingress", "validate_ingress_update")(obj, old)

    def validate_status(self, ctx: Context, obj: Ingress, old: Ingress) -> list[FieldError]:
        return rule("ingress", "validate_ingress_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: Ingress, old: Ingress | None) -> list[str]:
        if old is not None or _CLASS_ANNOTATION not in obj.metadata.annotations:
            return []
        return [f"annotation \"{_CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"]

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

    def defaults(self, obj: IngressClass) -> IngressClass:
        ref = obj.spec.parameters
        if ref is None or ref.scope is not None:
            return obj
        return obj.replace(spec=obj.spec.replace(parameters=ref.replace(scope="Cluster")))

    def row(self, obj: IngressClass, now: float) -> list[Any]:
        parameters = "<none>"
        ref = obj.spec.parameters
        if ref is not None:
            kind = f"{ref.kind}.{ref.apiGroup}" if ref.apiGroup else ref.kind
            parameters = f"{kind}/{ref.name}"
        default = obj.metadata.annotations.get("ingressclass.kubernetes.io/is-default-class") == "true"
        name = f"{obj.metadata.name} (default)" if default else obj.metadata.name
        return [name, obj.spec.controller, parameters, age(obj, now)]

    def validate(self, ctx: Context, obj: IngressClass) -> list[FieldError]:
        return rule("ingress", "validate_ingress_class")(obj)

    def validate_update(self, ctx: Context, obj: IngressClass, old: IngressClass) -> list[FieldError]:
        return rule("ingress", "validate_ingress_class_update")(obj, old)
