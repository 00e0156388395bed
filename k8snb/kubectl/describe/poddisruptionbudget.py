"""PodDisruptionBudgets."""

from __future__ import annotations

from k8snb.api.policy.poddisruptionbudget import PodDisruptionBudget
from k8snb.api.selector import format_label_selector
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: PodDisruptionBudget, reader: Reader) -> None:
    """A PodDisruptionBudget."""
    spec, status = obj.spec, obj.status
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    if spec.minAvailable is not None:
        w.field(0, "Min available", spec.minAvailable)
    elif spec.maxUnavailable is not None:
        w.field(0, "Max unavailable", spec.maxUnavailable)
    w.field(0, "Selector", "<unset>" if spec.selector is None else format_label_selector(spec.selector))
    w.line(0, "Status:")
    w.field(2, "Allowed disruptions", status.disruptionsAllowed)
    w.field(2, "Current", status.currentHealthy)
    w.field(2, "Desired", status.desiredHealthy)
    w.field(2, "Total", status.expectedPods)
