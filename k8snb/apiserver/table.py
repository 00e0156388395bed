"""Server-side tables (meta.k8s.io/v1 Table): what `kubectl get` prints, computed by the kind's strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8snb.api.model import encode
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.registry.strategy import Strategy


def table(
    resource: Resource,
    strategy: Strategy,
    objects: Sequence[Object],
    now: float,
    metadata: dict[str, Any],
    include: str,
) -> dict[str, Any]:
    """The Table of some objects. `include` is None, Metadata (the default) or Object; `now` is Unix seconds, for ages."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [
            {
                "name": column.name,
                "type": column.type,
                "format": column.format,
                "description": column.description,
                "priority": column.priority,
            }
            for column in strategy.columns
        ],
        "rows": [row(strategy, obj, now, include) for obj in strategy.ordered(objects)],
    }


def row(strategy: Strategy, obj: Object, now: float, include: str) -> dict[str, Any]:
    """One row: the cells and the object they are about."""
    cells = {"cells": strategy.row(obj, now)}
    if include == "None":
        return cells
    if include == "Object":
        return {**cells, "object": obj.to_dict()}
    partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": encode(obj.metadata)}
    return {**cells, "object": partial}
