"""Workloads of the beta groups: today's shapes, with the defaults of their time.

What `extensions/v1beta1` and `apps/v1beta1` leave open is filled in here, before today's defaults: a selector from the
template's labels, and rollouts that are slower or by hand. Source: `pkg/apis/{extensions,apps}/*/defaults.go` before v1.16.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.apps.deployment import RollingUpdateDeployment
from k8snb.api.meta import LabelSelector
from k8snb.api.resources import RESOURCES

#: as good as no limit
_UNLIMITED = 2**31 - 1
#: groups and versions whose selector is the template's labels unless it is given
_SELECTING = ("apps/v1beta1", "extensions/v1beta1")
_SPEC: dict[tuple[str, str], dict[str, Any]] = {
    ("apps/v1beta1", "Deployment"): {"revisionHistoryLimit": 2},
    ("extensions/v1beta1", "Deployment"): {
        "revisionHistoryLimit": _UNLIMITED,
        "progressDeadlineSeconds": _UNLIMITED,
    },
}
#: kinds whose Pods were replaced by hand unless the update strategy said otherwise
_ON_DELETE = {("apps/v1beta1", "StatefulSet"), ("extensions/v1beta1", "DaemonSet")}


def to_stored(obj: Any) -> Any:
    """A workload of a beta group as apps/v1, with the defaults that differ."""
    of = (obj.apiVersion, obj.kind)
    spec, changes = obj.spec, {}
    for name, value in _SPEC.get(of, {}).items():
        if name not in spec.__dict__:
            changes[name] = value
    if of in _ON_DELETE and not spec.updateStrategy.type:
        changes["updateStrategy"] = spec.updateStrategy.replace(type="OnDelete")
    if of == ("extensions/v1beta1", "Deployment"):
        changes["strategy"] = _one_by_one(spec.strategy)
    if obj.apiVersion in _SELECTING and obj.kind != "ControllerRevision" and spec.template.metadata.labels:
        labels = spec.template.metadata.labels
        if spec.__dict__.get("selector") is None:
            changes["selector"] = LabelSelector(matchLabels=labels)
        if not obj.metadata.labels:
            obj = obj.with_metadata(labels=labels)
    fields = obj.replace(spec=spec.replace(**changes)).fields() if changes else obj.fields()
    return next(row for row in RESOURCES if row.api_version == "apps/v1" and row.kind == obj.kind).model.of(fields)


def _one_by_one(strategy: Any) -> Any:
    """One Pod more and one less at a time."""
    if strategy.type not in ("", None, "RollingUpdate"):
        return strategy
    rolling = strategy.rollingUpdate or RollingUpdateDeployment()
    missing = {name: 1 for name in ("maxUnavailable", "maxSurge") if name not in rolling.__dict__}
    return strategy.replace(rollingUpdate=rolling.replace(**missing))
