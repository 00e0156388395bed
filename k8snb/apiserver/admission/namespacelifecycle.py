"""NamespaceLifecycle: nothing is created in a namespace that is missing or going away, and some are never deleted.

Source: `k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

#: by which clients (controllers) tell that they need not try again
_TERMINATING = "NamespaceTerminating"
IMMORTAL = frozenset({"default", "kube-system", "kube-public"})


class NamespaceLifecycle(Plugin):
    """Guards the life of namespaces."""

    operations: ClassVar[frozenset[str]] = frozenset({"create", "delete"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        if ctx.resource.namespaced and ctx.verb == "create":
            _check_namespace(ctx, obj)
        return obj

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.verb == "delete" and ctx.resource.plural == "namespaces" and obj.metadata.name in IMMORTAL:
            raise errors.forbidden(
                GroupResource("", "namespaces"), obj.metadata.name, "this namespace may not be deleted"
            )


def _check_namespace(ctx: Context, obj: Any) -> None:
    if ctx.resource.plural in ("localsubjectaccessreviews", "bindings"):
        return
    name = ctx.namespace
    namespace: Any = ctx.store.get("namespaces", "", name)
    if namespace is None:
        raise errors.not_found(GroupResource("", "namespaces"), name)
    if namespace.status.phase == "Terminating":
        detail = f"unable to create new content in namespace {name} because it is being terminated"
        refusal = errors.forbidden(GroupResource(ctx.resource.group, ctx.resource.plural), obj.metadata.name, detail)
        why = {
            "reason": _TERMINATING,
            "message": f"namespace {name} is being terminated",
            "field": "metadata.namespace",
        }
        refusal.status["details"]["causes"] = [why]
        raise refusal
