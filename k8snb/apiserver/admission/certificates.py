"""Who may decide about, sign, and ask for certificates: verbs on signers, beside those on requests.

Source: `plugin/pkg/admission/certificates/{approval,signing,subjectrestriction}`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.validation.certificatesigningrequest import organizations
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.auth.rbac import Attributes, Rbac
from k8snb.apiserver.context import Context

_GROUP = "certificates.k8s.io"
_REQUESTS = GroupResource(_GROUP, "certificatesigningrequests")
_CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client"
_MASTERS = "system:masters"


class CertificateApproval(Plugin):
    """Deciding needs the verb `approve` on the request's signer."""

    resources: ClassVar[frozenset[str]] = frozenset({str(_REQUESTS)})
    operations: ClassVar[frozenset[str]] = frozenset({"update"})

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.subresource == "approval" and old is not None:
            _permit(ctx, old, "approve")


class CertificateSigning(Plugin):
    """Signing, and saying that it failed, needs the verb `sign`."""

    resources: ClassVar[frozenset[str]] = frozenset({str(_REQUESTS)})
    operations: ClassVar[frozenset[str]] = frozenset({"update"})

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.subresource != "status" or old is None:
            return
        failed, had_failed = ([c for c in csr.status.conditions if c.type == "Failed"] for csr in (obj, old))
        if obj.status.certificate != old.status.certificate or failed != had_failed:
            _permit(ctx, old, "sign")


class CertificateSubjectRestriction(Plugin):
    """Nobody gets a client certificate of the group that may do everything."""

    resources: ClassVar[frozenset[str]] = frozenset({str(_REQUESTS)})
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if obj.spec.signerName != _CLIENT_SIGNER or _MASTERS not in organizations(obj.spec.request):
            return
        detail = f"use of {_CLIENT_SIGNER} signer with {_MASTERS} group is not allowed"
        raise errors.forbidden(_REQUESTS, obj.metadata.name, detail)


def _permit(ctx: Context, csr: Any, verb: str) -> None:
    signer = csr.spec.signerName
    rbac = Rbac(ctx.store)
    for name in (signer, f"{signer.partition('/')[0]}/*"):
        if rbac.allows(ctx.user, Attributes(verb, _GROUP, "signers", name=name)) is not None:
            return
    detail = f'user not permitted to {verb} requests with signerName "{signer}"'
    raise errors.forbidden(_REQUESTS, csr.metadata.name, detail)
