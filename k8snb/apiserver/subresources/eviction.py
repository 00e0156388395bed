"""`pods/eviction`: a delete that asks PodDisruptionBudgets first. Source: `pkg/registry/core/pod/storage/eviction.go`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from k8snb.api import errors, selector
from k8snb.api.core.pod import PodCondition
from k8snb.api.errors import GroupResource
from k8snb.api.resources import Resource, builtin
from k8snb.apiserver.queryoptions import delete_options
from k8snb.apiserver.request import DeleteOptions, Request, Response
from k8snb.apiserver.rest import Rest

_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
_BUDGETS = "poddisruptionbudgets.policy"
#: evictions that the disruption controller may still have to notice
_MAX_DISRUPTED = 2000
_VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """POST an Eviction. TooManyRequests if a budget does not allow another disruption now."""
    body = request.body if isinstance(request.body, dict) else {}
    if (body.get("metadata") or {}).get("name", "") != name:
        raise errors.bad_request("name in URL does not match name in Eviction object")
    options = delete_options(replace(request, body=body.get("deleteOptions") or {}))
    pod: Any = rest.server.get(request.user, resource, namespace, name)
    if not _is_exempt(pod):
        _spend_budget(rest, request, pod, options)
        options = _mark(rest, pod, options)
    rest.server.delete(request.user, resource, namespace, name, options)
    return Response(201, _SUCCESS)


def _is_exempt(pod: Any) -> bool:
    """Pods that are done, waiting, or going away anyway disrupt nobody."""
    return pod.status.phase in ("Succeeded", "Failed", "Pending") or pod.metadata.deletionTimestamp is not None


def _mark(rest: Rest, pod: Any, options: DeleteOptions) -> DeleteOptions:
    """Say in the Pod's status why it goes. A Job's failure policy looks at that."""
    stale = options.resource_version not in ("", pod.metadata.resourceVersion)
    if options.dry_run or stale or options.uid not in ("", pod.metadata.uid):
        return options
    known = next((c for c in pod.status.conditions if c.type == "DisruptionTarget"), None)
    now = rest.server.clock.timestamp()
    condition = PodCondition(
        type="DisruptionTarget",
        status="True",
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
        lastTransitionTime=known.lastTransitionTime if known is not None and known.status == "True" else now,
        observedGeneration=pod.metadata.generation,
    )
    conditions = (*(c for c in pod.status.conditions if c is not known), condition)
    marked = pod.replace(status=pod.status.replace(conditions=conditions))
    rest.server.store.put("pods", marked, rest.server.clock.now)
    return replace(options, resource_version="")


def _spend_budget(rest: Rest, request: Request, pod: Any, options: DeleteOptions) -> None:
    budgets: list[Any] = [
        budget
        for budget in rest.server.store.list(_BUDGETS, pod.metadata.namespace)
        if selector.from_label_selector(budget.spec.selector).matches(pod.metadata.labels)  # type: ignore[attr-defined]
    ]
    if not budgets:
        return
    if len(budgets) > 1:
        raise errors.untyped(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    budget = budgets[0]
    ready = any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
    status = budget.status
    if not ready and budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow":
        return
    if not ready and status.currentHealthy >= status.desiredHealthy and status.desiredHealthy > 0:
        return
    _check_budget(budget)
    if options.dry_run:
        return
    disrupted = type(status.disruptedPods)({**status.disruptedPods, pod.metadata.name: rest.server.clock.timestamp()})
    spent = status.replace(disruptionsAllowed=status.disruptionsAllowed - 1, disruptedPods=disrupted)
    row = builtin("poddisruptionbudgets", "policy")
    rest.server.update(request.user, row, pod.metadata.namespace, budget.replace(status=spent), "status")


def _check_budget(budget: Any) -> None:
    """Refuse what the budget does not allow."""
    name, status = budget.metadata.name, budget.status
    about = GroupResource("policy", "poddisruptionbudget")
    if status.observedGeneration < budget.metadata.generation:
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", 10)
    if status.disruptionsAllowed < 0:
        raise errors.forbidden(about, name, "pdb disruptions allowed is negative")
    if len(status.disruptedPods) > _MAX_DISRUPTED:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise errors.forbidden(about, name, why)
    if status.disruptionsAllowed == 0:
        raise _too_many(f"The disruption budget {name} {_why_not(status)}", 0)


def _why_not(status: Any) -> str:
    refused = next((c for c in status.conditions if c.type == "DisruptionAllowed"), None)
    if refused is not None and (refused.status != "False" or not refused.message):
        refused = None
    if refused is not None and refused.reason == "SyncFailed":  # then the numbers are not to be trusted
        return f"does not allow evicting pods currently because it failed sync: {refused.message}"
    if status.currentHealthy <= status.desiredHealthy:
        return f"needs {status.desiredHealthy} healthy pods and has {status.currentHealthy} currently"
    if refused is not None:
        return f"does not allow evicting pods currently ({refused.reason}): {refused.message}"
    return "does not allow evicting pods currently"


def _too_many(message: str, retry_after: int) -> errors.StatusError:
    cause = {"reason": "DisruptionBudget", "message": message}
    return errors.too_many_requests(_VIOLATED, retry_after, [cause])
