"""The scheduler's cache: nodes with their sums, the Pods on them, the Pods that wait, all derived from the store's
changes.

It is built anew whenever the store's past is not what it was (a restore), and says what has happened since it was last
refreshed. Source: `pkg/scheduler/backend/cache`, `eventhandlers.go`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.api.selector import Selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.informer import Informer
from k8snb.scheduler.census import Census, Question
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.siblings import siblings
from k8snb.scheduler.template import Template, Templates

_ENDED = ("Succeeded", "Failed")
#: length of the list of touched nodes at which evaluations start over
_TOUCHED = 100_000


class Another(IntEnum):
    """What of a waiting Pod is not as it was when we last looked."""

    NOTHING = 0
    LABELS = 1
    SPEC = 2


class Cache:
    """Everything that a scheduling cycle reads. `touched` lists the nodes that changed, in order, by their index."""

    def __init__(self, client: Client, scheduler: str) -> None:
        self.client = client
        self._scheduler = scheduler
        self._informer = Informer(client)
        self._templates = Templates()
        self.census = Census()
        self._followers = {"pods": self._follow_pod, "nodes": self._follow_node, "services": self._follow_service}
        self._clear()

    def _clear(self) -> None:
        self.by_name: dict[str, NodeInfo] = {}
        #: all nodes, zone by zone, in order of their names
        self.nodes: list[NodeInfo] = []
        #: on how many nodes each image is, and each label key
        self.images: Counter[str] = Counter()
        self.label_keys: Counter[str] = Counter()
        #: raised whenever `nodes` is another list
        self.epoch = getattr(self, "epoch", 0) + 1
        self.touched: list[int] = []
        self.nominated: dict[str, dict[str, Placed]] = {}
        #: where Pods with affinity terms are: template -> node -> how many
        self.with_terms: dict[Template, dict[str, int]] = {}
        #: what was last seen of each Pod on a node: the node, the Pod as counted, its spec and labels
        self._where: dict[str, tuple[str, Placed, Any, Any]] = {}
        #: waiting Pods that came, went or changed, and what of them is another now
        self._pending_changes: dict[str, Another] = dict.fromkeys(getattr(self, "pending", ()), Another.NOTHING)
        self._defaults: dict[Template, Selector | None] = {}
        #: Pods without a node that are ours, and those of them that a node is nominated for
        self.pending: dict[str, Pod] = {}
        self._asked: dict[str, Template] = {}
        self._homeless: dict[str, dict[str, Placed]] = {}
        self.census.clear()

    def template(self, key: str) -> Template:
        """What a waiting Pod asks for."""
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = self._templates.of(self.pending[key])
        return found

    def template_of(self, pod: Pod) -> Template:
        """What any Pod asks for."""
        return self._templates.of(pod)

    def counts(self, question: Question) -> Mapping[str, int]:
        """How many of the Pods that a question means are on each node; nodes without any are left out."""
        return self.census.ask(question, self.nodes).counts

    def default_selector(self, template: Template) -> Selector | None:
        """What Services and the owner select, together: who a Pod's siblings are. None if nobody selects it."""
        if template not in self._defaults:
            self._defaults[template] = siblings(self.client, template)
        return self._defaults[template]

    def take_pending_changes(self) -> list[tuple[str, Another]]:
        """Waiting Pods that came, went or changed since the last call, and what of them is another now."""
        changes, self._pending_changes = list(self._pending_changes.items()), {}
        return changes

    # -- following the store ------------------------------------------------------------------------------------------

    def refresh(self) -> list[Change] | None:
        """Take in what has changed, and return it; None if the past was rewritten and everything has been read anew."""
        news = self._informer.news()
        if news.relist:
            self._clear()
            for node in self.client.list("nodes").items:
                self._set_node(node)
            pods = self.client.list("pods").items
            for pod in sorted(pods, key=lambda pod: int(pod.metadata.resourceVersion)):
                self._set_pod(f"{pod.metadata.namespace}/{pod.metadata.name}", pod)
            return None
        if len(self.touched) > _TOUCHED:
            self.epoch, self.touched = self.epoch + 1, []
        for change in news.changes:
            follow = self._followers.get(change.resource)
            if follow is not None:
                follow(change)
        return news.changes

    def _follow_pod(self, change: Change) -> None:
        if change.type == "DELETED":
            self._drop_pod(change.key)
        else:
            self._set_pod(change.key, change.object)

    def _follow_node(self, change: Change) -> None:
        if change.type == "DELETED":
            self._drop_node(change.object.metadata.name)
        else:
            self._set_node(change.object)

    def _follow_service(self, change: Change) -> None:
        self._defaults.clear()

    # -- nodes --------------------------------------------------------------------------------------------------------

    def _set_node(self, node: Any) -> None:
        name = node.metadata.name
        info = self.by_name.get(name)
        if info is None:
            info = self.by_name[name] = NodeInfo(node)
            self._note(info, 1)
            for placed in self._homeless.pop(name, {}).values():
                self._add(name, placed)
            self._line_up()
            return
        before = info.node
        if is_same_to_schedule(before, node):
            info.node = node  # a heartbeat
            return
        zone = info.zone()
        self._note(info, -1)
        info.set_node(node)
        self._note(info, 1)
        self.touched.append(info.index)
        if info.zone() != zone or node.metadata.labels != before.metadata.labels:
            self._line_up()

    def _drop_node(self, name: str) -> None:
        info = self.by_name.get(name)
        if info is None:
            return
        for placed in list(info.pods.values()):
            self._remove(name, placed.key)
            self._homeless.setdefault(name, {})[placed.key] = placed
        del self.by_name[name]
        self._note(info, -1)
        self._line_up()

    def _note(self, info: NodeInfo, sign: int) -> None:
        for counter, names in ((self.images, info.images), (self.label_keys, info.labels)):
            for name in names:
                counter[name] += sign

    def _line_up(self) -> None:
        self.nodes = sorted(self.by_name.values(), key=lambda info: (info.zone(), info.name))
        for index, info in enumerate(self.nodes):
            info.index = index
        self.epoch += 1
        self.touched = []

    # -- Pods ---------------------------------------------------------------------------------------------------------

    def _set_pod(self, key: str, pod: Any) -> None:
        node = pod.spec.nodeName
        if pod.status.phase in _ENDED:
            self._drop_pod(key)
            return
        if not node:
            self._set_pending(key, pod)
            return
        terminating = pod.metadata.deletionTimestamp is not None
        known = self._where.get(key)
        spec, labels = pod.spec, pod.metadata.labels
        if known is not None and spec is known[2] and labels is known[3] and terminating == known[1].terminating:
            return  # only its status is another one
        asked, waiting = self._asked.get(key), self.pending.get(key)
        self._not_pending(key)
        bound_now = waiting is not None and spec.containers is waiting.spec.containers and asked is not None
        if bound_now and asked is not None and labels == asked.labels:
            template = asked  # the binding changes nothing that anybody asks for
        else:
            template = self._templates.of(pod)
        placed = Placed(key, pod.metadata.uid, template, terminating)
        if known is not None:
            self._remove(known[0], key)
        self._where[key] = (node, placed, spec, labels)
        self._add(node, placed)

    def _set_pending(self, key: str, pod: Any) -> None:
        if pod.spec.schedulerName == self._scheduler and pod.metadata.deletionTimestamp is None:
            another = _another(self.pending.get(key), pod)
            if another:
                self._asked.pop(key, None)
            self._pending_changes[key] = max(another, self._pending_changes.get(key, Another.NOTHING))
            self.pending[key] = pod
            if self.nominated or pod.status.nominatedNodeName:
                self._nominate(key, pod)
        else:
            self._not_pending(key)

    def _not_pending(self, key: str) -> bool:
        if self.pending.pop(key, None) is None:
            return False
        self._asked.pop(key, None)
        self._pending_changes[key] = Another.NOTHING
        if self.nominated:
            self._nominate(key, None)
        return True

    def _nominate(self, key: str, pod: Any | None) -> None:
        for node in [name for name, pods in self.nominated.items() if key in pods]:
            del self.nominated[node][key]
            if not self.nominated[node]:
                del self.nominated[node]
        if pod is not None and pod.status.nominatedNodeName:
            placed = Placed(key, pod.metadata.uid, self._templates.of(pod), False)
            self.nominated.setdefault(pod.status.nominatedNodeName, {})[key] = placed

    def _drop_pod(self, key: str) -> None:
        if self._not_pending(key):
            return
        known = self._where.pop(key, None)
        if known is None:
            return
        self._remove(known[0], key)

    def _add(self, node: str, placed: Placed) -> None:
        info = self.by_name.get(node)
        if info is None:
            self._homeless.setdefault(node, {})[placed.key] = placed
            return
        info.add(placed)
        self._counted(info, placed, 1)

    def _remove(self, node: str, key: str) -> None:
        info = self.by_name.get(node)
        if info is None or key not in info.pods:
            self._homeless.get(node, {}).pop(key, None)
            return
        self._counted(info, info.remove(key), -1)

    def _counted(self, info: NodeInfo, placed: Placed, sign: int) -> None:
        self.touched.append(info.index)
        self.census.count(info.name, placed, sign)
        template = placed.template
        if template.has_terms:
            nodes = self.with_terms.setdefault(template, {})
            nodes[info.name] = nodes.get(info.name, 0) + sign
            if not nodes[info.name]:
                del nodes[info.name]
                if not nodes:
                    del self.with_terms[template]


def _another(before: Any | None, pod: Any) -> Another:
    if before is None:
        return Another.NOTHING
    if before.spec is not pod.spec and before.spec != pod.spec:
        return Another.SPEC
    return Another.LABELS if before.metadata.labels != pod.metadata.labels else Another.NOTHING


def is_same_to_schedule(old: Any, new: Any) -> bool:
    """Whether two versions of a node are the same to a scheduler: heartbeats, for instance."""
    if old.spec != new.spec or old.metadata.labels != new.metadata.labels:
        return False
    one, two = old.status, new.status
    return one is two or (one.allocatable == two.allocatable and one.images == two.images)
