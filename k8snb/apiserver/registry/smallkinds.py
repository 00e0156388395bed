"""Small kinds with a table of their own: RuntimeClass, IPAddress, ServiceCIDR, PodTemplate. Source: their printers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.validation.field import FieldError
from k8snb.api.validation.names import canonical_ip
from k8snb.api.validation.podspec import validate_pod_template
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podwarnings import renamed
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class RuntimeClassStrategy(Strategy):
    """A way of running containers."""

    unconditional_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Handler"), Column("Age"))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("runtimeclass", "validate_runtime_class")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("runtimeclass", "validate_runtime_class_update")(obj, old)

    def warnings(self, ctx: Context, obj: Any, old: Any | None) -> list[str]:
        keys = sorted(obj.scheduling.nodeSelector) if obj.scheduling is not None else ()
        return [f"scheduling.nodeSelector: {text}" for text in map(renamed, keys) if text]

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, obj.handler, age(obj, now)]


class IPAddressStrategy(Strategy):
    """An address of the service range that is taken."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("ParentRef"))

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return canonical_ip(name)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("ipaddress", "validate_ip_address")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("ipaddress", "validate_ip_address_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        ref = obj.spec.parentRef
        if ref is None:
            return [obj.metadata.name, "<none>"]
        kind = f"{ref.resource}.{ref.group}" if ref.group else ref.resource
        return [obj.metadata.name, f"{kind}/{ref.namespace}/{ref.name}"]


class ServiceCIDRStrategy(Strategy):
    """A range of service addresses. Whoever makes one may say its status too."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("CIDRs"), Column("Age"))

    def prepare_create(self, ctx: Context, obj: Any) -> Any:
        return obj

    def prepare_update(self, ctx: Context, obj: Any, old: Any) -> Any:
        return obj

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("servicecidr", "validate_service_cidr")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("servicecidr", "validate_service_cidr_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, ",".join(obj.spec.cidrs), age(obj, now)]


class PodTemplateStrategy(Strategy):
    """A Pod template by itself."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Containers"),
        Column("Images"),
        Column("Pod Labels"),
    )

    def defaults(self, obj: Any) -> Any:
        from k8snb.apiserver.registry.podspec import template_defaults

        return obj.replace(template=template_defaults(obj.template))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return validate_pod_template(obj.template, "template")

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return validate_pod_template(obj.template, "template")

    def row(self, obj: Any, now: float) -> list[Any]:
        from k8snb.apiserver.registry.workload import containers_and_images, labels_cell

        containers, images = containers_and_images(obj.template.spec)
        return [obj.metadata.name, containers, images, labels_cell(obj.template.metadata.labels)]
