"""What the Pods of a node ask for, one by one and together, as shares of what the node can give.

Source: kubectl `pkg/describe/describe.go` (describeNodeResource), component-helpers `resource`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from k8snb.api import quantity
from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod
from k8snb.api.decode import decode_object
from k8snb.apiserver.quota import pod_requests
from k8snb.kubectl.describe.reader import Json
from k8snb.kubectl.describe.times import since
from k8snb.kubectl.describe.writer import PrefixWriter

_SHARED = ("cpu", "memory", "ephemeral-storage")
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})
Amounts = Mapping[str, str]


def allocated(w: PrefixWriter, node: Node, pods: Sequence[Json], now: float) -> None:
    """The Pods that have not ended, then the sums."""
    room = node.status.allocatable or node.status.capacity
    w.field(0, "Non-terminated Pods", f"({len(pods)} in total)")
    w.row(1, "Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age")
    w.row(1, "---------", "----", "", "------------", "----------", "---------------", "-------------", "---")
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for data in pods:
        pod, _ = decode_object(Pod, data)
        assert isinstance(pod, Pod)
        wanted, most = pod_requests(pod.spec, "requests"), pod_requests(pod.spec, "limits")
        shares = [_share(amounts, room, name) for name in ("cpu", "memory") for amounts in (wanted, most)]
        w.row(1, pod.metadata.namespace, pod.metadata.name, "", *shares, since(pod.metadata.creationTimestamp, now))
        _add(requests, wanted)
        _add(limits, most)
    _sums(w, room, requests, limits)


def _sums(w: PrefixWriter, room: Amounts, requests: Amounts, limits: Amounts) -> None:
    w.line(0, "Allocated resources:")
    w.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)")
    w.row(1, "Resource", "Requests", "Limits")
    w.row(1, "--------", "--------", "------")
    huge = sorted(name for name in room if name.startswith("hugepages-"))
    for name in (*_SHARED, *huge):
        w.row(1, name, _share(requests, room, name), _share(limits, room, name))
    for name in sorted(name for name in room if name not in _STANDARD and name not in huge):
        w.row(1, name, requests.get(name, "0"), limits.get(name, "0"))


def _share(amounts: Amounts, room: Amounts, name: str) -> str:
    """`250m (25%)`, cut off to whole percents."""
    amount, whole = amounts.get(name, "0"), room.get(name, "0")
    measure = quantity.milli_value if name == "cpu" else quantity.value
    total = measure(whole)
    percent = int(measure(amount) / total * 100) if total else 0
    return f"{amount} ({percent}%)"


def _add(total: dict[str, str], more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = quantity.add(total[name], amount) if name in total else amount
