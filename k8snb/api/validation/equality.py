"""Semantic equality: whether two values of the API mean the same, though one may spell out what the other leaves out.

An absent field equals its zero, an empty list or map equals none (`apimachinery/pkg/api/equality.Semantic`). Quantities
are compared as text, since objects hold them in canonical form.
"""

from collections.abc import Mapping
from typing import Any


def equal(left: Any, right: Any) -> bool:
    """Whether the two mean the same. Parts that are shared are not looked into."""
    if left is right:
        return True
    if hasattr(left, "fields") and type(left) is type(right):
        return all(
            equal(getattr(left, name), getattr(right, name)) for name in left.__dict__.keys() | right.__dict__.keys()
        )
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, tuple | list) and isinstance(right, tuple | list):
        return len(left) == len(right) and all(map(equal, left, right))
    if left is None or right is None:
        # An empty list or map is none; an empty struct, string or number is something.
        other = right if left is None else left
        return isinstance(other, tuple | list | Mapping) and not other
    return bool(left == right)
