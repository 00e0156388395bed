"""ConfigMaps: configuration as plain data. Columns and rules of `pkg/registry/core/configmap`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class ConfigMapStrategy(Strategy):
    """Stored as they are."""

    create_on_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Data"), Column("Age"))

    def validate(self, ctx: Context, obj: ConfigMap) -> list[FieldError]:
        return rule("configmap", "validate_config_map")(obj)

    def validate_update(self, ctx: Context, obj: ConfigMap, old: ConfigMap) -> list[FieldError]:
        return rule("configmap", "validate_config_map_update")(obj, old)

    def row(self, obj: ConfigMap, now: float) -> list[Any]:
        return [obj.metadata.name, str(len(obj.data) + len(obj.binaryData)), age(obj, now)]
