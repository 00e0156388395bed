"""Go's `sort.Sort`: which of several equal rows comes first is its doing, and seen in `--sort-by`.

It is not stable: up to twelve elements it inserts one by one, beyond that it is a pattern-defeating quicksort that falls
back to heapsort. The choices (pivots, swaps, the xorshift that breaks patterns) are those of Go's `sort` package, so that
the same rows come out in the same order; `less` may contradict itself, as kubectl's does for missing fields.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_INSERTION: Final = 12
_NINTHER: Final = 50
_STEPS: Final = 5
_MAX_SWAPS: Final = 12
_UNKNOWN, _INCREASING, _DECREASING = 0, 1, 2


def go_sort(items: list[Any], less: Callable[[Any, Any], bool]) -> None:
    """Sort in place."""
    _Sort(items, less).quick(0, len(items), len(items).bit_length())


class _Sort:
    def __init__(self, items: list[Any], less: Callable[[Any, Any], bool]) -> None:
        self.items, self._less = items, less

    def less(self, i: int, j: int) -> bool:
        return self._less(self.items[i], self.items[j])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def insertion(self, a: int, b: int) -> None:
        for i in range(a + 1, b):
            j = i
            while j > a and self.less(j, j - 1):
                self.swap(j, j - 1)
                j -= 1

    def heap(self, a: int, b: int) -> None:
        high = b - a
        for i in range((high - 1) // 2, -1, -1):
            self._sift(i, high, a)
        for i in range(high - 1, -1, -1):
            self.swap(a, a + i)
            self._sift(0, i, a)

    def _sift(self, low: int, high: int, first: int) -> None:
        root = low
        while (child := 2 * root + 1) < high:
            if child + 1 < high and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def quick(self, a: int, b: int, limit: int) -> None:
        balanced = partitioned = True
        while True:
            length = b - a
            if length <= _INSERTION:
                self.insertion(a, b)
                return
            if limit == 0:
                self.heap(a, b)
                return
            if not balanced:
                self._break_patterns(a, b)
                limit -= 1
            pivot, hint = self._choose_pivot(a, b)
            if hint == _DECREASING:
                self._reverse(a, b)
                pivot, hint = (b - 1) - (pivot - a), _INCREASING
            if balanced and partitioned and hint == _INCREASING and self._partial_insertion(a, b):
                return
            if a > 0 and not self.less(a - 1, pivot):
                a = self._partition_equal(a, b, pivot)
                continue
            middle, partitioned = self._partition(a, b, pivot)
            left, right = middle - a, b - middle
            if left < right:
                balanced = left >= length // 8
                self.quick(a, middle, limit)
                a = middle + 1
            else:
                balanced = right >= length // 8
                self.quick(middle + 1, b, limit)
                b = middle

    def _partition(self, a: int, b: int, pivot: int) -> tuple[int, bool]:
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        i, j = self._approach(i, j, a)
        if i > j:
            self.swap(j, a)
            return j, True
        self.swap(i, j)
        i, j = i + 1, j - 1
        while True:
            i, j = self._approach(i, j, a)
            if i > j:
                break
            self.swap(i, j)
            i, j = i + 1, j - 1
        self.swap(j, a)
        return j, False

    def _approach(self, i: int, j: int, a: int) -> tuple[int, int]:
        while i <= j and self.less(i, a):
            i += 1
        while i <= j and not self.less(j, a):
            j -= 1
        return i, j

    def _partition_equal(self, a: int, b: int, pivot: int) -> int:
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        while True:
            while i <= j and not self.less(a, i):
                i += 1
            while i <= j and self.less(a, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i, j = i + 1, j - 1

    def _partial_insertion(self, a: int, b: int) -> bool:
        i = a + 1
        for _ in range(_STEPS):
            while i < b and not self.less(i, i - 1):
                i += 1
            if i == b:
                return True
            if b - a < _NINTHER:
                return False
            self.swap(i, i - 1)
            if i - a >= 2:
                for j in range(i - 1, 0, -1):
                    if not self.less(j, j - 1):
                        break
                    self.swap(j, j - 1)
            if b - i >= 2:
                for j in range(i + 1, b):
                    if not self.less(j, j - 1):
                        break
                    self.swap(j, j - 1)
        return False

    def _break_patterns(self, a: int, b: int) -> None:
        length = b - a
        if length < 8:
            return
        random, modulus = length, 1 << length.bit_length()
        start = a + (length // 4) * 2 - 1
        for i in range(3):
            random ^= (random << 13) & 0xFFFFFFFFFFFFFFFF
            random ^= random >> 7
            random ^= (random << 17) & 0xFFFFFFFFFFFFFFFF
            other = random & (modulus - 1)
            if other >= length:
                other -= length
            self.swap(start - 1 + i, a + other)

    def _choose_pivot(self, a: int, b: int) -> tuple[int, int]:
        length = b - a
        swaps = [0]
        i, j, k = a + length // 4, a + length // 4 * 2, a + length // 4 * 3
        if length >= 8:
            if length >= _NINTHER:
                i, j, k = (self._median(x - 1, x, x + 1, swaps) for x in (i, j, k))
            j = self._median(i, j, k, swaps)
        if swaps[0] == 0:
            return j, _INCREASING
        return (j, _DECREASING) if swaps[0] == _MAX_SWAPS else (j, _UNKNOWN)

    def _median(self, a: int, b: int, c: int, swaps: list[int]) -> int:
        a, b = self._in_order(a, b, swaps)
        b, c = self._in_order(b, c, swaps)
        return self._in_order(a, b, swaps)[1]

    def _in_order(self, a: int, b: int, swaps: list[int]) -> tuple[int, int]:
        if self.less(b, a):
            swaps[0] += 1
            return b, a
        return a, b

    def _reverse(self, a: int, b: int) -> None:
        self.items[a:b] = self.items[a:b][::-1]
