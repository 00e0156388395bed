"""Seeded chance: every name suffix, UID, address and choice of the cluster comes from here.

Each purpose draws from a stream of its own, so that an extra draw in one place does not shift all the others. The
generator is splitmix64: tiny, the same on every machine, and its whole state is one number a stream.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
#: apimachinery's alphabet for generated names: no vowels, no characters that look alike
SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

#: the fixed bits of a UUID: its third group begins with a 4, its fourth with the bits 10
_VERSION, _NO_VERSION = 0x4000, _MASK ^ 0xF000
_VARIANT, _NO_VARIANT = 1 << 63, _MASK >> 2


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class Rng:
    """Streams of chance that all follow from one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, int] = {}

    def bits(self, stream: str) -> int:
        """64 random bits."""
        state = self._streams.get(stream)
        if state is None:
            state = _mix((self.seed * _GOLDEN + int.from_bytes(stream.encode()[:32], "big")) & _MASK)
        self._streams[stream] = value = (state + _GOLDEN) & _MASK
        # As `_mix`: a call less for what is drawn a dozen times a Pod.
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
        return value ^ (value >> 31)

    def below(self, limit: int, stream: str) -> int:
        """A whole number from 0 to `limit` - 1."""
        return (self.bits(stream) * limit) >> 64

    def uniform(self, stream: str) -> float:
        """A number from 0 up to but not including 1."""
        return (self.bits(stream) >> 11) / (1 << 53)

    def suffix(self, length: int = 5, stream: str = "names") -> str:
        """The random end of a generated name."""
        bits, letters = self.bits(stream), []
        for _ in range(length):
            bits, index = divmod(bits, 27)
            letters.append(SUFFIX_ALPHABET[index])
        return "".join(letters)

    def uid(self) -> str:
        """A version 4 UUID."""
        high, low = self.bits("uids"), self.bits("uids")
        digits = f"{high & _NO_VERSION | _VERSION:016x}{low & _NO_VARIANT | _VARIANT:016x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def hex(self, digits: int, stream: str) -> str:
        """Random hexadecimal digits: container ids, digests."""
        text = ""
        while len(text) < digits:
            text += f"{self.bits(stream):016x}"
        return text[:digits]

    def dump(self) -> tuple[int, dict[str, int]]:
        return self.seed, dict(self._streams)

    def load(self, state: tuple[int, dict[str, int]]) -> None:
        self.seed, self._streams = state[0], dict(state[1])
