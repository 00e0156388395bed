"""RBAC rules for people: taken apart to single verbs and resources, put together again by resource, and sorted.

Used by `describe role` and `auth can-i --list`. Source: kubectl `pkg/util/rbac/rbac.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

Words = tuple[str, ...]


class Rule(NamedTuple):
    """One rule; every field a list of words."""

    verbs: Words = ()
    groups: Words = ()
    resources: Words = ()
    names: Words = ()
    urls: Words = ()

    def cells(self) -> tuple[str, str, str, str]:
        """Resource, URLs, resource names, verbs as the tables show them."""
        return self._resource(), _listed(self.urls), _listed(self.names), _listed(self.verbs)

    def _resource(self) -> str:
        """`deployments.apps/scale`"""
        if not self.resources:
            return ""
        name, slash, sub = self.resources[0].partition("/")
        group = f".{self.groups[0]}" if self.groups and self.groups[0] else ""
        return f"{name}{group}{slash}{sub}"

    def sort_key(self) -> str:
        """Go's text of the rule, which upstream sorts by."""
        parts = (
            ("Verbs", self.verbs),
            ("APIGroups", self.groups),
            ("Resources", self.resources),
            ("ResourceNames", self.names),
            ("NonResourceURLs", self.urls),
        )
        return "&PolicyRule{" + "".join(f"{name}:{_listed(words)}," for name, words in parts) + "}"


def compact(rules: Iterable[Sequence[Words]]) -> list[Rule]:
    """Rules as (verbs, groups, resources, names, urls), merged where only the verb differs, in upstream's order."""
    merged: dict[Rule, list[str]] = {}
    others: list[Rule] = []
    for words in rules:
        for rule in _single(Rule(*map(tuple, words))):
            if rule.urls:
                others.append(rule)
                continue
            verbs = merged.setdefault(rule._replace(verbs=()), [])
            if rule.verbs[0] not in verbs:
                verbs.append(rule.verbs[0])
    simple = [rule._replace(verbs=tuple(verbs)) for rule, verbs in merged.items()]
    return sorted([*others, *simple], key=Rule.sort_key)


def _single(rule: Rule) -> Iterator[Rule]:
    """Rules of one verb and one resource (and one name) or one URL each."""
    for group in rule.groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                named: list[Words] = [(name,) for name in rule.names]
                for names in named or [()]:
                    yield Rule((verb,), (group,), (resource,), names)
    for url in rule.urls:
        for verb in rule.verbs:
            yield Rule((verb,), urls=(url,))


def _listed(words: Words) -> str:
    return "[" + " ".join(words) + "]"
