"""`pods/eviction`: a delete that asks PodDisruptionBudgets first. Source: `pkg/registry/core/pod/storage/eviction.go`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from k8snb.api import errors, selector
from k8snb.api.resources import Resource, builtin
from k8snb.apiserver.queryoptions import delete_options
from k8snb.apiserver.request import DeleteOptions, Request, Response
from k8snb.apiserver.rest import Rest

_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
_BUDGETS = "poddisruptionbudgets.policy"


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """POST an Eviction. TooManyRequests if a budget does not allow another disruption now."""
    pod: Any = rest.server.get(request.user, resource, namespace, name)
    body = request.body if isinstance(request.body, dict) else {}
    options = delete_options(replace(request, body=body.get("deleteOptions") or {}))
    if not _is_exempt(pod):
        _spend_budget(rest, request, pod, options)
    rest.server.delete(request.user, resource, namespace, name, options)
    return Response(201, _SUCCESS)


def _is_exempt(pod: Any) -> bool:
    """Pods that are done, waiting, or going away anyway disrupt nobody."""
    return pod.status.phase in ("Succeeded", "Failed", "Pending") or pod.metadata.deletionTimestamp is not None


def _spend_budget(rest: Rest, request: Request, pod: Any, options: DeleteOptions) -> None:
    budgets: list[Any] = [
        budget
        for budget in rest.server.store.list(_BUDGETS, pod.metadata.namespace)
        if selector.from_label_selector(budget.spec.selector).matches(pod.metadata.labels)  # type: ignore[attr-defined]
    ]
    if not budgets:
        return
    if len(budgets) > 1:
        raise errors.internal_error(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    budget = budgets[0]
    ready = any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
    status = budget.status
    if not ready and budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow":
        return
    if not ready and status.currentHealthy >= status.desiredHealthy and status.desiredHealthy > 0:
        return
    if status.disruptionsAllowed <= 0:
        message = (
            f"The disruption budget {budget.metadata.name} needs {status.desiredHealthy} healthy pods "
            f"and has {status.currentHealthy} currently"
        )
        cause = {"reason": "DisruptionBudget", "message": message}
        raise errors.too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [cause])
    if options.dry_run:
        return
    disrupted = type(status.disruptedPods)({**status.disruptedPods, pod.metadata.name: rest.server.clock.timestamp()})
    spent = status.replace(disruptionsAllowed=status.disruptionsAllowed - 1, disruptedPods=disrupted)
    row = builtin("poddisruptionbudgets", "policy")
    rest.server.update(request.user, row, pod.metadata.namespace, budget.replace(status=spent), "status")
