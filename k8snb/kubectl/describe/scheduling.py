"""What steers Pods to nodes: tolerations, taints, topology spread constraints, node selector terms.

Source: kubectl `pkg/describe/describe.go`; `Taint.ToString` of k8s.io/api/core/v1.
"""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.core.node import Taint
from k8snb.api.core.pod import NodeSelectorRequirement, Toleration, TopologySpreadConstraint
from k8snb.api.selector import format_label_selector
from k8snb.kubectl.describe.writer import PrefixWriter


def tolerations(w: PrefixWriter, title: str, found: Sequence[Toleration]) -> None:
    """One toleration a line, by key."""
    rows = [_toleration(one) for one in sorted(found, key=lambda one: one.key)]
    _lines(w, title, rows)


def _toleration(one: Toleration) -> str:
    text = one.key
    if one.value:
        text += f"={one.value}"
    if one.effect:
        text += f":{one.effect}"
    if one.operator == "Exists" and not one.value:
        text += " op=Exists" if one.key or one.effect else "op=Exists"
    if one.tolerationSeconds is not None:
        text += f" for {one.tolerationSeconds}s"
    return text


def taints(w: PrefixWriter, title: str, found: Sequence[Taint]) -> None:
    """One taint a line, by effect and key."""
    _lines(w, title, [taint_text(one) for one in sorted(found, key=lambda one: f"{one.effect},{one.key}")])


def taint_text(taint: Taint) -> str:
    """`key=value:NoSchedule`"""
    if not taint.effect:
        return f"{taint.key}={taint.value}:" if taint.value else taint.key
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def spread(w: PrefixWriter, found: Sequence[TopologySpreadConstraint], indent: str = "") -> None:
    """`Topology Spread Constraints:`, if there are any."""
    if not found:
        return
    rows = []
    for one in sorted(found, key=lambda one: one.topologyKey):
        text = f"{one.topologyKey}:{one.whenUnsatisfiable} when max skew {one.maxSkew} is exceeded"
        if one.labelSelector is not None:
            text += f" for selector {format_label_selector(one.labelSelector)}"
        rows.append(text)
    _lines(w, f"{indent}Topology Spread Constraints", rows, indent)


def node_terms(w: PrefixWriter, level: int, title: str, found: Sequence[NodeSelectorRequirement]) -> None:
    """The requirements of one term: `key in [a, b]`."""
    w.write(level, f"{title}:\t")
    if not found:
        w.end("<none>")
    for position, one in enumerate(found):
        if position:
            w.write(level, "\t")
        values = f" [{', '.join(one.values)}]" if one.values else ""
        w.write(0, f"{one.key} {one.operator.lower()}{values}\n")


def _lines(w: PrefixWriter, title: str, rows: Sequence[str], indent: str = "") -> None:
    w.write(0, f"{title}:\t")
    if not rows:
        w.end("<none>")
    for position, row in enumerate(rows):
        w.write(0, f"{indent}\t{row}\n" if position else f"{row}\n")
