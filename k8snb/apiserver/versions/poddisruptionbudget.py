"""Budgets of policy/v1beta1: there an empty selector means no Pod, in v1 all Pods.

Each meaning is spelled with a label that no Pod has where the other version has no word for it. Source:
`pkg/apis/policy/v1beta1/conversion.go`, `pkg/apis/policy/helper.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.meta import LabelSelector, LabelSelectorRequirement
from k8snb.api.policy import v1beta1
from k8snb.api.policy.poddisruptionbudget import PodDisruptionBudget

_LABEL = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match"


def _only(operator: str) -> LabelSelector:
    return LabelSelector(matchExpressions=(LabelSelectorRequirement(key=_LABEL, operator=operator),))


_EMPTY, _NONE, _ALL = LabelSelector(), _only("Exists"), _only("DoesNotExist")


def to_stored(obj: v1beta1.PodDisruptionBudget) -> PodDisruptionBudget:
    """A beta budget as policy/v1."""
    return PodDisruptionBudget.of(_selecting(obj, ((_EMPTY, _NONE), (_ALL, _EMPTY))).fields())


def from_stored(obj: PodDisruptionBudget, model: type[v1beta1.PodDisruptionBudget]) -> v1beta1.PodDisruptionBudget:
    """A budget as policy/v1beta1."""
    return model.of(_selecting(obj, ((_NONE, _EMPTY), (_EMPTY, _ALL))).fields())


def _selecting(obj: Any, words: tuple[tuple[LabelSelector, LabelSelector], ...]) -> Any:
    """The budget with its selector in other words, if it is one of these."""
    selector = obj.spec.selector
    for found, instead in words:
        if selector == found:
            return obj.replace(spec=obj.spec.replace(selector=instead))
    return obj
