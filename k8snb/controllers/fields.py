"""Sparse fields: API objects leave out what is zero, as Go's `omitempty` does, so that equal statuses compare equal."""

from __future__ import annotations

from typing import Any


def nonzero(**fields: Any) -> dict[str, Any]:
    """The fields that are not their type's zero (0, "", False, empty, None)."""
    return {name: value for name, value in fields.items() if value}
