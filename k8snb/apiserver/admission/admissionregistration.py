"""Admission webhooks and policies: this server has none, so whoever wants to add one is told.

Upstream runs MutatingAdmissionPolicy and MutatingAdmissionWebhook behind the other mutating plugins,
ValidatingAdmissionPolicy and ValidatingAdmissionWebhook behind the validating ones. To store a configuration and then not
call it would be a promise broken in silence. Source: `k8s.io/apiserver/pkg/admission/plugin/{webhook,policy}`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

GROUP = "admissionregistration.k8s.io"
_WEBHOOKS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
_POLICIES = (
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
)


class AdmissionRegistration(Plugin):
    """Refuses what this server would not do."""

    operations: ClassVar[frozenset[str]] = frozenset({"create"})
    resources: ClassVar[frozenset[str]] = frozenset(f"{plural}.{GROUP}" for plural in (*_WEBHOOKS, *_POLICIES))

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        plural = ctx.resource.plural
        what = "run admission webhooks" if plural in _WEBHOOKS else "evaluate admission policies"
        detail = f"this server does not {what} yet, and would ignore it"
        raise errors.forbidden(GroupResource(GROUP, plural), obj.metadata.name, detail)
