"""The iptables view: the chains that one Service has on one node, as a graph with probabilities.

From the left: the rules that catch a packet (its cluster address, its node port), the chain for outsiders, the Service's
chain, and one chain for each endpoint, which rewrites the destination to a Pod. The rules of a Service's chain are tried from
top to bottom, the first of three with a chance of 1/3, the next of 1/2, the last always, which makes a third for each.
Reads kube-proxy's rules as data (`k8snb.network.iptables`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from k8snb.network.iptables import Rule, ServiceRules
from k8snb.views import legend
from k8snb.views.drawing import Box, Drawing, Frame, Point
from k8snb.views.lettering import shorten, width
from k8snb.views.model import State
from k8snb.views.topology import WIDTH

_MARGIN, _GUTTER, _HEIGHT, _GAP, _WIDEST = 16, 84, 46, 12, 210
_MASQUERADE = "KUBE-MARK-MASQ"
_ONE = 1 << 31
_WORDS = {
    "KUBE-EXT": "from outside the cluster",
    "KUBE-FW-": "only from allowed sources",
    "KUBE-SVC": "one endpoint by chance",
    "KUBE-SVL": "one endpoint of this node",
    "REJECT": "refuses the connection",
    "DROP": "drops the packet",
}


class _Step(NamedTuple):
    """A jump from a catching rule or a chain to a chain. `share` of what comes in, if that is known."""

    tail: str
    head: str
    words: str
    share: Fraction | None


class _Graph(NamedTuple):
    """Boxes (id -> lines) by column, and the steps between them."""

    boxes: dict[str, list[str]]
    column: dict[str, int]
    steps: list[_Step]


def draw(rules: Sequence[ServiceRules], pods: Mapping[str, str], where: str, wide: int = WIDTH) -> Frame:
    """The chains of a Service's ports as DOT. `pods`: `ip:port` -> name of the Pod; `where`: the node's name."""
    if not rules:
        return Frame(
            legend.empty("iptables", f"No rules on {where}: kube-proxy has written none for this Service.", wide)
        )
    graph = _graph(rules, pods)
    places = _places(graph, wide)
    height = max(box.bottom for box in places.values()) + _MARGIN
    service = f"{rules[0].port.namespace}/{rules[0].port.service}"
    drawing = Drawing(f"iptables of Service {service} on {where}", wide, height)
    for id, lines in graph.boxes.items():
        box = places[id]
        refused = State.FAILED if id in ("chain/REJECT", "chain/DROP") else None
        kind = "entry" if id.startswith("rule/") else "service" if "KUBE-SEP" in id else "workload"
        lines = [shorten(line, box.w - 14, bold=number == 0) for number, line in enumerate(filter(None, lines))]
        drawing.box(id, box, kind, lines, refused, more="titled")
    _draw_steps(drawing, graph, places)
    return Frame(drawing.source)


def addresses(rules: Sequence[ServiceRules]) -> list[str]:
    """All `ip:port` that these rules send packets to."""
    chains = (chain for port in rules for chain in port.chains.values())
    return [rule.extra.rpartition(" ")[2] for chain in chains for rule in chain if rule.target == "DNAT"]


def _draw_steps(drawing: Drawing, graph: _Graph, places: Mapping[str, Box]) -> None:
    bends = _bends(graph)
    words: dict[tuple[str, str], list[str]] = {}
    for step in graph.steps:
        found = words.setdefault((step.tail, step.head), [])
        found += [step.words] if step.words and step.words not in found else []
    entered: dict[str, int] = defaultdict(int)
    for (tail, head), said in words.items():
        start = (places[tail].right, places[tail].middle[1])
        goal = (places[head].x, places[head].middle[1])
        x = goal[0] - _GUTTER + 12 + 6 * bends[tail]
        corners: list[Point] = [start, goal] if start[1] == goal[1] else [start, (x, start[1]), (x, goal[1]), goal]
        drawing.line(f"jump/{tail}/{head}", tail, head, corners, "request")
        if said:
            room = round(max(width(line, 9) for line in said) * 1.08) + 2
            high = 11 * len(said)
            y = goal[1] + 3 if entered[head] else goal[1] - 3 - high  # a second line's words go below it
            drawing.words(f"share/{tail}/{head}", Box(goal[0] - room - 5, y, room, high), said, "amount", right=True)
            entered[head] += 1


def _graph(rules: Sequence[ServiceRules], pods: Mapping[str, str]) -> _Graph:
    boxes: dict[str, list[str]] = {}
    steps: list[_Step] = []
    for port in rules:
        for rule in port.entries:
            if rule.target not in port.chains and rule.table == "nat":
                continue
            id = f"rule/{rule.table}/{rule.chain}/{rule.destination}/{rule.dport}"
            boxes[id] = [rule.chain, _match(rule), "table filter" if rule.table == "filter" else ""]
            steps.append(_Step(id, f"chain/{rule.target}", "", Fraction(1)))
            if rule.target not in port.chains:
                boxes[f"chain/{rule.target}"] = [rule.target, _WORDS.get(rule.target, "")]
        for name, chain in port.chains.items():
            boxes[f"chain/{name}"] = _chain(name, chain, pods)
            steps += _steps(name, chain)
    reached = {step.head for step in steps} | {id for id in boxes if id.startswith("rule/")}
    boxes = {id: lines for id, lines in boxes.items() if id in reached}
    return _Graph(boxes, _columns(steps), [step for step in steps if step.tail in boxes])


def _match(rule: Rule) -> str:
    place = rule.destination.removesuffix("/32") or "this node"
    return f"{place} {rule.protocol} {rule.dport}"


def _chain(name: str, chain: Sequence[Rule], pods: Mapping[str, str]) -> list[str]:
    marks = any(rule.target == _MASQUERADE for rule in chain)
    for rule in chain:
        if rule.target == "DNAT":
            address = rule.extra.rpartition(" ")[2]
            return [name, f"DNAT to {address}", pods.get(address, "")]
    return [name, _WORDS.get(name[:8], ""), "some marked for masquerading" if marks else ""]


def _steps(name: str, chain: Sequence[Rule]) -> list[_Step]:
    """Jumps in the order in which the rules are tried, with the share of packets that get that far and match."""
    left, found = Fraction(1), []
    by_chance = any(rule.chance for rule in chain)
    for rule in chain:
        if rule.target in (_MASQUERADE, "DNAT", "RETURN"):
            continue
        conditional = bool(rule.source or rule.addrtype or rule.recent)
        if conditional:
            found.append(_Step(f"chain/{name}", f"chain/{rule.target}", _condition(rule), None))
            continue
        chance = Fraction(rule.chance, _ONE).limit_denominator(100_000) if rule.chance else Fraction(1)
        words = f"{chance if rule.chance else 'else'}: {float(left * chance):.0%}" if by_chance else ""
        found.append(_Step(f"chain/{name}", f"chain/{rule.target}", words, left * chance))
        left -= left * chance
    return found


def _condition(rule: Rule) -> str:
    if rule.recent:
        return "same client"
    if rule.addrtype:
        return "from the node"
    return "from a Pod" if rule.comment.startswith("pod traffic") else f"from {rule.source}"


def _columns(steps: Sequence[_Step]) -> dict[str, int]:
    """Column of each box: the longest way to it, endpoints together on the right."""
    column: dict[str, int] = defaultdict(int)
    for _ in range(8):  # no chain of kube-proxy's is deeper
        for step in steps:
            column[step.head] = max(column[step.head], column[step.tail] + 1)
    last = max(column.values(), default=0)
    return {id: last if "KUBE-SEP" in id else at for id, at in column.items()}


def _places(graph: _Graph, wide: int) -> dict[str, Box]:
    count = max(graph.column.values()) + 1
    room = min(_WIDEST, (wide - 2 * _MARGIN - (count - 1) * _GUTTER) // count)
    left = (wide - count * room - (count - 1) * _GUTTER) // 2
    members: dict[int, list[str]] = defaultdict(list)
    for id in graph.boxes:
        members[graph.column[id]].append(id)
    tallest = max(map(len, members.values())) * (_HEIGHT + _GAP) - _GAP
    places: dict[str, Box] = {}
    for number, ids in sorted(members.items()):
        y = _MARGIN + (tallest - len(ids) * (_HEIGHT + _GAP) + _GAP) // 2
        for id in ids:
            places[id] = Box(left + number * (room + _GUTTER), y, room, _HEIGHT)
            y += _HEIGHT + _GAP
    return places


def _bends(graph: _Graph) -> dict[str, int]:
    """Each tail bends its lines at a place of its own in the gutter."""
    tails: dict[int, list[str]] = defaultdict(list)
    for step in graph.steps:
        ids = tails[graph.column[step.head]]
        if step.tail not in ids:
            ids.append(step.tail)
    return {id: index for ids in tails.values() for index, id in enumerate(ids)}
