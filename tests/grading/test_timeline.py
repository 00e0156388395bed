"""History: how things stood after every change."""

from __future__ import annotations

from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.api.meta import ObjectMeta
from k8snb.apiserver.store import Store
from k8snb.grading.timeline import moments


def pod(name: str, **labels: str) -> Pod:
    return Pod(metadata=ObjectMeta(name=name, namespace="default", labels=labels))


def test_every_change_gives_a_moment() -> None:
    store = Store()
    store.put("pods", pod("a", app="web"), 1.0)
    store.put("pods", pod("other", app="db"), 1.5)
    store.put("pods", pod("b", app="web"), 2.0)
    store.put("pods", pod("a", app="gone"), 3.0)  # relabelled: no longer one of them
    store.remove("pods", pod("b", app="web"), 4.0)

    def web(obj: Any) -> bool:
        return bool(obj.metadata.labels.get("app") == "web")

    seen = [(m.time, [o.metadata.name for o in m.objects]) for m in moments(store.history("pods"), web)]
    assert seen == [(1.0, ["a"]), (2.0, ["a", "b"]), (3.0, ["b"]), (4.0, [])]


def test_moments_carry_the_stores_revision() -> None:
    store = Store()
    store.put("pods", pod("a"), 0.0)
    store.put("pods", pod("a"), 1.0)
    assert [m.revision for m in moments(store.history("pods"), lambda _: True)] == [1, 2]
