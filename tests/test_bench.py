"""The measurements work: what they measure happens, and a limit may be one from above or from below. No numbers here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from k8snb.bench import wire
from k8snb.bench.measurement import Measurement
from k8snb.bench.table import MEASUREMENTS


def test_limits_from_above_and_from_below() -> None:
    most = Measurement("a", "", "s", 1.0, 0, lambda: 0.0)
    least = Measurement("a", "", "/s", 1.0, 0, lambda: 0.0, at_least=True)
    assert (most.keeps(0.9), most.keeps(1.1), most.keeps(float("inf"))) == (True, False, False)
    assert (least.keeps(0.9), least.keeps(1.1), least.keeps(float("-inf"))) == (False, True, False)
    assert (most.better(1, 2), least.better(1, 2)) == (1, 2)


def test_names_are_told_apart() -> None:
    names = [item.name for item in MEASUREMENTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("measure", [wire.gets, wire.creates, wire.watchers])
def test_the_wire_is_measured(measure: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_GETS", 20)
    monkeypatch.setattr(wire, "_CREATES", 5)
    monkeypatch.setattr(wire, "_PODS_COUNT", 5)
    monkeypatch.setattr(wire, "_WATCHERS", 2)
    monkeypatch.setattr(wire, "_NODES", 3)
    assert measure() > 0
