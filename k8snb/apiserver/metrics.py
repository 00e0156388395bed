"""`/metrics`: the few numbers of kube-apiserver that mean something here, in Prometheus' text format.

Requests are counted by the face that answers them, which adds its own families. Source:
https://kubernetes.io/docs/reference/instrumentation/metrics/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from k8snb.apiserver.server import APIServer

#: the content type of the text
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"


class Family(NamedTuple):
    """One metric: its name, `gauge` or `counter`, what it says, and its values by labels."""

    name: str
    type: str
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def families(server: APIServer) -> list[Family]:
    """What the store and the clock tell."""
    version = server.settings.version
    major, minor = version.lstrip("v").split(".")[:2]
    build = {"git_version": version, "major": major, "minor": minor}
    stored = [({"resource": name}, float(len(server.store.list(name)))) for name in server.store.resources()]
    return [
        Family(
            "apiserver_storage_objects",
            "gauge",
            "[STABLE] Number of stored objects at the time of last check split by kind.",
            stored,
        ),
        Family("kubernetes_build_info", "gauge", "[ALPHA] The version that this server answers as.", [(build, 1.0)]),
        Family(
            "process_start_time_seconds",
            "gauge",
            "Start time of the process since unix epoch in seconds.",
            [({}, server.clock.unix - server.clock.now)],
        ),
    ]


def text(found: Iterable[Family]) -> str:
    """The exposition format."""
    lines: list[str] = []
    for family in found:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.type}"]
        for labels, value in family.samples:
            shown = ",".join(f'{key}="{_escaped(item)}"' for key, item in labels.items())
            lines.append(f"{family.name}{{{shown}}} {_number(value)}" if shown else f"{family.name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
