"""ResourceQuota: refuses what would exceed a quota of the namespace. Runs last, as upstream.

Use is counted from the store at this moment, so there is no status to race with. Source:
`k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors, quantity
from k8snb.api.errors import GroupResource
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context
from k8snb.apiserver.quota import in_scopes, usage_of, used_in

_MUST_BE_SET = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


class ResourceQuotaAdmission(Plugin):
    """Compares what is used, plus what is asked, with what is allowed."""

    operations: ClassVar[frozenset[str]] = frozenset({"create", "update"})

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if (
            not ctx.resource.namespaced
            or ctx.subresource
            or (ctx.resource.plural == "resourcequotas" and old is not None)
        ):
            return
        quotas: list[Any] = list(ctx.store.list("resourcequotas", ctx.namespace))
        if not quotas:
            return
        resource = ctx.resource.group_resource
        asked = usage_of(resource, obj)
        before = usage_of(resource, old) if old is not None else {}
        for quota in quotas:
            if quota.status.hard and in_scopes(quota, resource, obj):
                _check(ctx, quota, obj, asked, before)


def _check(ctx: Context, quota: Any, obj: Any, asked: dict[str, str], before: dict[str, str]) -> None:
    hard, name = quota.spec.hard, quota.metadata.name
    about = GroupResource(ctx.resource.group, ctx.resource.plural)
    if ctx.resource.plural == "pods" and not before:
        without = {key: _containers_without(obj, key) for key in _MUST_BE_SET if key in hard}
        lacking = {key: names for key, names in without.items() if names}
        if lacking:
            text = "; ".join(f"{key} for: {','.join(names)}" for key, names in sorted(lacking.items()))
            raise errors.forbidden(about, obj.metadata.name, f"failed quota: {name}: must specify {text}")
    delta = {key: quantity.sub(q, before.get(key, "0")) for key, q in asked.items() if key in hard}
    delta = {key: q for key, q in delta.items() if quantity.sign(q) > 0}
    if not delta:
        return
    used = used_in(ctx.store, quota)
    over = sorted(key for key, q in delta.items() if quantity.compare(quantity.add(used[key], q), hard[key]) > 0)
    if over:
        requested = ",".join(f"{key}={delta[key]}" for key in over)
        usage = ",".join(f"{key}={used[key]}" for key in over)
        limited = ",".join(f"{key}={hard[key]}" for key in over)
        detail = f"exceeded quota: {name}, requested: {requested}, used: {usage}, limited: {limited}"
        raise errors.forbidden(about, obj.metadata.name, detail)


def _containers_without(pod: Any, key: str) -> list[str]:
    which, _, resource = key.rpartition(".")
    which = which or "requests"
    if pod.spec.resources is not None and resource in getattr(pod.spec.resources, which):
        return []  # said for the Pod as a whole
    containers = (*pod.spec.containers, *pod.spec.initContainers)
    return sorted(c.name for c in containers if resource not in getattr(c.resources, which))
