"""policy/v1beta1, gone since v1.25: budgets in today's shape; an empty selector means no Pod, where it now means all."""

from typing import ClassVar

from k8snb.api.policy import poddisruptionbudget


class PodDisruptionBudget(poddisruptionbudget.PodDisruptionBudget):
    """How many Pods of an application may be away at once by choice."""

    apiVersion: ClassVar[str] = "policy/v1beta1"
