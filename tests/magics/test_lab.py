"""The lab: while one cluster takes another's place, whoever looks sees the one or the other, and starts none."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.cluster import Cluster
from k8snb.magics import lab as labs
from k8snb.magics.lab import Lab


class Shell:
    """An IPython that is nobody's."""

    kernel = None


def test_a_look_while_a_cluster_is_made_starts_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(Shell())
    first, seen = lab.start(), []

    def slow(*args: Any, **options: Any) -> Cluster:
        seen.append(lab._shown())  # a view's thread looks just now
        return Cluster(*args, **options)

    monkeypatch.setattr(labs, "Cluster", slow)
    second = lab.start(2)
    assert seen == [first]
    assert lab.cluster is second
    lab.delete()
    assert seen == [first, second]
    assert lab._shown() is not second
    assert not lab.is_started
