"""Secrets. Source: `pkg/registry/core/secret/strategy.go`; stringData is folded into data on the way in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.core.secret import Secret
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class SecretStrategy(Strategy):
    """Configuration that is shown to as few as possible; base64 is a spelling, not a protection."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Type"),
        Column("Data"),
        Column("Age"),
    )
    selectable: ClassVar[tuple[str, ...]] = ("type",)

    def defaults(self, obj: Secret) -> Secret:
        changes: dict[str, Any] = {}
        if not obj.type:
            changes["type"] = "Opaque"
        if obj.stringData:
            plain = {key: base64.b64encode(text.encode()).decode() for key, text in obj.stringData.items()}
            changes |= {"data": FrozenMap({**obj.data, **plain}), "stringData": None}
        return obj.replace(**changes) if changes else obj

    def validate(self, ctx: Context, obj: Secret) -> list[FieldError]:
        return rule("secret", "validate_secret")(obj)

    def validate_update(self, ctx: Context, obj: Secret, old: Secret) -> list[FieldError]:
        return rule("secret", "validate_secret_update")(obj, old)

    def selectable_fields(self, obj: Secret) -> Mapping[str, str]:
        return {"type": obj.type}

    def row(self, obj: Secret, now: float) -> list[Any]:
        return [obj.metadata.name, obj.type, str(len(obj.data)), age(obj, now)]
