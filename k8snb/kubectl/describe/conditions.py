"""Tables of conditions, in the widths that the kinds use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter


def short(w: PrefixWriter, found: Sequence[Any]) -> None:
    """Type, status, reason: workloads."""
    if not found:
        return
    w.line(0, "Conditions:")
    w.row(1, "Type", "Status", "Reason")
    w.row(1, "----", "------", "------")
    for one in found:
        w.row(1, f"{one.type} ", one.status, one.reason)


def dated(w: PrefixWriter, found: Sequence[Any]) -> None:
    """Type, status, last transition, reason, message: namespaces, service CIDRs."""
    w.line(0, "Conditions:")
    w.row(1, "Type", "Status", "LastTransitionTime", "Reason", "Message")
    w.row(1, "----", "------", "------------------", "------", "-------")
    for one in found:
        w.row(1, one.type, one.status, date(one.lastTransitionTime), one.reason, one.message)


def heartbeat(w: PrefixWriter, found: Sequence[Any]) -> None:
    """With the last heartbeat: nodes."""
    if not found:
        return
    w.line(0, "Conditions:")
    w.row(1, "Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message")
    _probed(w, found, "lastHeartbeatTime")


def probed(w: PrefixWriter, found: Sequence[Any]) -> None:
    """With the last probe: claims."""
    if not found:
        return
    w.line(0, "Conditions:")
    w.row(1, "Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message")
    _probed(w, found, "lastProbeTime")


def _probed(w: PrefixWriter, found: Sequence[Any], looked: str) -> None:
    w.row(1, "----", "------", "-----------------", "------------------", "------", "-------")
    for one in found:
        seen, changed = date(getattr(one, looked)), date(one.lastTransitionTime)
        w.row(1, f"{one.type} ", f"{one.status} ", f"{seen} ", f"{changed} ", f"{one.reason} ", one.message)
