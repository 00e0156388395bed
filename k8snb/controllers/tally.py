"""The tally: how many Pods each owner has and in what state, kept up to date from the changes instead of counted anew.

A ReplicaSet of a thousand Pods is reconciled a thousand times while they start; with the tally each of these costs the
same few microseconds. It is a derived cache: an informer rebuilds it whenever the store's past is not what it was.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.client.client import Client
from k8snb.client.informer import Informer
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.podstate import ENDED, is_ready

Labels = tuple[tuple[str, str], ...]


class Member:
    """One Pod as the tally counts it."""

    __slots__ = ("active", "labels", "pod", "rank", "ready", "terminating")

    def __init__(self, pod: Pod) -> None:
        running = pod.status.phase not in ENDED
        self.pod = pod
        self.active = running and pod.metadata.deletionTimestamp is None
        self.terminating = running and not self.active
        self.ready = self.active and is_ready(pod)
        self.labels: Labels = tuple(pod.metadata.labels.items())
        #: what `ranking.py` keeps of it
        self.rank: Any = None


class Group:
    """The Pods of one owner (or the ownerless ones of a namespace)."""

    __slots__ = ("active", "labels", "members", "nodes", "ready", "terminating")

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.active = self.ready = self.terminating = 0
        #: active Pods by their labels, and by their node
        self.labels: Counter[Labels] = Counter()
        self.nodes: Counter[str] = Counter()

    def active_pods(self) -> list[Pod]:
        """The Pods that neither ended nor are on their way out, in no particular order."""
        return [member.pod for member in self.members.values() if member.active]

    def _add(self, key: str, member: Member) -> None:
        self.members[key] = member
        if member.active:
            self.active += 1
            self.labels[member.labels] += 1
            self.nodes[member.pod.spec.nodeName] += 1
        self.ready += member.ready
        self.terminating += member.terminating

    def _remove(self, key: str) -> None:
        member = self.members.pop(key)
        if member.active:
            self.active -= 1
            _less(self.labels, member.labels)
            _less(self.nodes, member.pod.spec.nodeName)
        self.ready -= member.ready
        self.terminating -= member.terminating


def _less(counter: Counter[Any], value: Any) -> None:
    counter[value] -= 1
    if not counter[value]:
        del counter[value]


_NOBODY = Group()


class Tally:
    """The groups of all owners of one kind, and the orphans of each namespace."""

    def __init__(self, client: Client, kind: str) -> None:
        self._client, self._kind = client, kind
        self._informer = Informer(client)
        self._groups: dict[str, Group] = {}
        self._group_of: dict[str, str] = {}

    def refresh(self) -> None:
        """Take in what has changed since the last time."""
        news = self._informer.news()
        if news.relist:
            self._groups, self._group_of = {}, {}
            for pod in self._client.list("pods").items:
                self._put(f"{pod.metadata.namespace}/{pod.metadata.name}", pod)
        for change in news.changes:
            if change.resource == "pods":
                if change.type == "DELETED":
                    self._drop(change.key)
                else:
                    self._put(change.key, change.object)

    def of(self, uid: str) -> Group:
        """The Pods that this owner manages."""
        return self._groups.get(uid, _NOBODY)

    def orphans(self, namespace: str) -> Group:
        """The Pods of a namespace that nobody manages."""
        return self._groups.get(f"/{namespace}", _NOBODY)

    def _put(self, key: str, pod: Any) -> None:
        reference = controller_of(pod)
        if reference is None:
            name = f"/{pod.metadata.namespace}"
        elif reference.kind == self._kind:
            name = reference.uid
        else:
            self._drop(key)
            return
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group()
        before = self._group_of.get(key)
        if before is not None:
            if before != name:
                self._drop(key)
            else:
                self._replace(group, key, pod)
                return
        group._add(key, Member(pod))
        self._group_of[key] = name

    @staticmethod
    def _replace(group: Group, key: str, pod: Pod) -> None:
        old = group.members[key]
        new = Member(pod)
        if (
            old.active == new.active
            and old.ready == new.ready
            and old.pod.spec.nodeName == pod.spec.nodeName
            and old.labels == new.labels
        ):
            old.pod, old.rank = pod, None
            return
        group._remove(key)
        group._add(key, new)

    def _drop(self, key: str) -> None:
        name = self._group_of.pop(key, None)
        if name is None:
            return
        group = self._groups[name]
        group._remove(key)
        if not group.members:
            del self._groups[name]
