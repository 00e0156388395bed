"""StorageClasses. Source: `pkg/registry/storage/storageclass/strategy.go`, `pkg/apis/storage/v1/defaults.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.storage.storageclass import StorageClass
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podwarnings import renamed
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class"


class StorageClassStrategy(Strategy):
    """A kind of storage and who provisions it."""

    create_on_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Provisioner"),
        Column("ReclaimPolicy"),
        Column("VolumeBindingMode"),
        Column("AllowVolumeExpansion"),
        Column("Age"),
    )

    def defaults(self, obj: StorageClass) -> StorageClass:
        return obj.replace(
            reclaimPolicy=obj.reclaimPolicy or "Delete", volumeBindingMode=obj.volumeBindingMode or "Immediate"
        )

    def validate(self, ctx: Context, obj: StorageClass) -> list[FieldError]:
        return rule("storageclass", "validate_storage_class")(obj)

    def validate_update(self, ctx: Context, obj: StorageClass, old: StorageClass) -> list[FieldError]:
        return rule("storageclass", "validate_storage_class_update")(obj, old)

    def warnings(self, ctx: Context, obj: StorageClass, old: StorageClass | None) -> list[str]:
        keys = (
            (f"allowedTopologies[{i}].matchLabelExpressions[{j}].key", renamed(expression.key))
            for i, term in enumerate(obj.allowedTopologies)
            for j, expression in enumerate(term.matchLabelExpressions)
        )
        return [f"{path}: {text}" for path, text in keys if text]

    def row(self, obj: StorageClass, now: float) -> list[Any]:
        name = obj.metadata.name
        if obj.metadata.annotations.get(DEFAULT_ANNOTATION) == "true":
            name += " (default)"
        expansion = "true" if obj.allowVolumeExpansion else "false"
        return [name, obj.provisioner, obj.reclaimPolicy, obj.volumeBindingMode, expansion, age(obj, now)]
