"""Hashes in names: the `pod-template-hash` of ReplicaSets, the suffix of ControllerRevisions.

FNV-1a over the content, written as a decimal number in an alphabet without vowels. Upstream hashes Go's own dump of the
template, we its JSON: names look the same, the letters differ. Source: `pkg/controller/controller_utils.go`
ComputeHash, `apimachinery/pkg/util/rand` SafeEncodeString.
"""

from __future__ import annotations

import json
from typing import Any

from k8snb.sim.rng import SUFFIX_ALPHABET


def fnv32a(data: bytes) -> int:
    """The 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def safe_encode(text: str) -> str:
    """The text with every character mapped into the alphabet of generated names."""
    return "".join(SUFFIX_ALPHABET[ord(character) % len(SUFFIX_ALPHABET)] for character in text)


def template_hash(content: Any, collisions: int | None) -> str:
    """The name part for this content (an API object or JSON data); a collision count gives it another one."""
    data = content if isinstance(content, dict) else content.to_dict()
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if collisions is not None:
        text += collisions.to_bytes(4, "little")
    return safe_encode(str(fnv32a(text)))
