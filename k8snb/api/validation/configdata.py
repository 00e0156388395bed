"""What ConfigMaps and Secrets have in common: keys that can be file names, a limit of 1 MiB, and `immutable`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, forbidden
from k8snb.api.validation.metadata import validate_names

SIZE_MAX: Final = 1024 * 1024


def validate_keys(data: Mapping[str, str], path: str) -> list[FieldError]:
    """Every key of a data map."""
    errors: list[FieldError] = []
    for key in sorted(data):
        errors += validate_names(names.config_key, key, f"{path}[{key}]")
    return errors


def text_size(data: Mapping[str, str]) -> int:
    """Bytes of the values of `data`."""
    return sum(len(value) if value.isascii() else len(value.encode()) for value in data.values())


def binary_size(data: Mapping[str, str]) -> int:
    """Bytes of values that are held in base64."""
    return sum(len(value) // 4 * 3 - value[-2:].count("=") for value in data.values())


def validate_unchanged(new: Any, old: Any, fields: Sequence[str]) -> list[FieldError]:
    """An object that was made immutable keeps its data, and stays immutable."""
    if not old.immutable:
        return []
    detail = "field is immutable when `immutable` is set"
    errors = [] if new.immutable else [forbidden("immutable", detail)]
    return errors + [forbidden(name, detail) for name in fields if getattr(new, name) != getattr(old, name)]
