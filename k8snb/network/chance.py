"""Who draws the lots along a path: chance, for one request; or a script that goes every way in turn, for counted
traffic.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.network.fabric import Fabric
from k8snb.network.iptables import NodeTable
from k8snb.network.netfilter import Kernel, Packet, Verdict, spread, walk
from k8snb.network.origin import Origin
from k8snb.network.path import Arrival, Path
from k8snb.network.trace import Failure


class Chance:
    """The cluster's seeded chance."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric

    def verdict(self, node: str, table: NodeTable, packet: Packet, kernel: Kernel) -> Verdict:
        return walk(table, packet, kernel)

    def pick(self, options: int) -> int:
        return self._fabric.rng.below(options, "balancer")


class Way(NamedTuple):
    """One possible course of a connection: how likely it is, where it ends, what it costs."""

    probability: float
    end: Arrival | Failure
    seconds: float
    service: str
    entry: str
    learned: tuple[tuple[str, str], ...]


class _Script:
    """Makes the choices it is told, and remembers how many there were at each point."""

    def __init__(self, choices: list[int], memory: dict[tuple[str, Packet], list[tuple[float, Verdict]]]) -> None:
        self.choices, self.widths, self.probability = choices, list[int](), 1.0
        self._memory = memory

    def verdict(self, node: str, table: NodeTable, packet: Packet, kernel: Kernel) -> Verdict:
        found = self._memory.get((node, packet))
        if found is None:
            found = self._memory[node, packet] = spread(table, packet, kernel)
        probability, verdict = found[self._choose(len(found))]
        self.probability *= probability
        return verdict

    def pick(self, options: int) -> int:
        self.probability /= options
        return self._choose(options)

    def _choose(self, options: int) -> int:
        point = len(self.widths)
        self.widths.append(options)
        if point == len(self.choices):
            self.choices.append(0)
        return self.choices[point]


def ways(fabric: Fabric, origin: Origin, packet: Packet) -> list[Way]:
    """Every course that such a connection may take, with its probability; they add up to 1."""
    found: list[Way] = []
    memory: dict[tuple[str, Packet], list[tuple[float, Verdict]]] = {}
    choices: list[int] | None = []
    while choices is not None:
        script = _Script(choices, memory)
        path = Path(fabric, origin, script)
        end = path.send(packet)
        found.append(Way(script.probability, end, path.seconds, path.service, path.entry, tuple(path.learned)))
        choices = _next(script.choices, script.widths)
    return found


def _next(choices: list[int], widths: list[int]) -> list[int] | None:
    """The next combination of choices, as one counts; None after the last."""
    while choices:
        if choices[-1] + 1 < widths[len(choices) - 1]:
            return [*choices[:-1], choices[-1] + 1]
        choices = choices[:-1]
    return None
