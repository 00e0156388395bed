"""The ClusterRole aggregation controller: a role with an `aggregationRule` has the rules of the roles it selects.

So `view`, `edit` and `admin` come to know of the kinds that add-ons bring along. Source:
`pkg/controller/clusterroleaggregation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from k8snb.api.rbac.role import PolicyRule
from k8snb.api.selector import from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

_ROLES = "clusterroles.rbac.authorization.k8s.io"
_ALL = "all"


class ClusterRoleAggregationController:
    """One key stands for all roles: they are few, and any may select any."""

    name: ClassVar[str] = "clusterrole-aggregation-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(_ROLES, _any),)

    def reconcile(self, key: str) -> After | None:
        roles = self.client.list(_ROLES).items
        for role in roles:
            if role.aggregationRule is None:
                continue
            rules = _collected(role, roles)
            if rules != role.rules:
                self.client.update(role.replace(rules=rules or None))
        return None


def _any(change: Change) -> Iterable[str]:
    return (_ALL,)


def _collected(role: Any, roles: Sequence[Any]) -> tuple[PolicyRule, ...]:
    """The rules of all roles that are selected, each once, by selector and then by name of the role."""
    found: list[PolicyRule] = []
    for each in role.aggregationRule.clusterRoleSelectors:
        selector = from_label_selector(each)
        for other in roles:
            if other.metadata.name != role.metadata.name and selector.matches(other.metadata.labels):
                found += [rule for rule in other.rules if rule not in found]
    return tuple(found)
