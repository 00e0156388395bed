"""CertificateSigningRequests. Source: `pkg/registry/certificates/certificates/strategy.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.certificates.certificatesigningrequest import (
    CertificateSigningRequest,
    CertificateSigningRequestStatus,
)
from k8snb.api.duration import human_duration
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class CertificateSigningRequestStrategy(Strategy):
    """Somebody asks for a certificate; who asks is written in by the server."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Age"),
        Column("SignerName"),
        Column("Requestor"),
        Column("RequestedDuration"),
        Column("Condition"),
    )
    selectable: ClassVar[tuple[str, ...]] = ("spec.signerName",)

    def defaults(self, obj: CertificateSigningRequest) -> CertificateSigningRequest:
        if obj.spec.usages:
            return obj
        return obj.replace(spec=obj.spec.replace(usages=("digital signature", "key encipherment")))

    def prepare_create(self, ctx: Context, obj: CertificateSigningRequest) -> CertificateSigningRequest:
        user = ctx.user
        changes: dict[str, Any] = {"username": user.name, "groups": user.groups or None, "uid": user.uid or None}
        changes["extra"] = FrozenMap(user.extra) if user.extra else None
        return obj.replace(spec=obj.spec.replace(**changes), status=CertificateSigningRequestStatus())

    def prepare_update(
        self, ctx: Context, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> CertificateSigningRequest:
        return obj.replace(spec=old.spec, status=old.status)

    def validate(self, ctx: Context, obj: CertificateSigningRequest) -> list[FieldError]:
        return rule("certificatesigningrequest", "validate_certificate_signing_request")(obj)

    def selectable_fields(self, obj: CertificateSigningRequest) -> dict[str, str]:
        return {"spec.signerName": obj.spec.signerName}

    def row(self, obj: CertificateSigningRequest, now: float) -> list[Any]:
        seconds = obj.spec.expirationSeconds
        return [
            obj.metadata.name,
            age(obj, now),
            obj.spec.signerName or "<none>",
            obj.spec.username,
            human_duration(seconds) if seconds is not None else "<none>",
            _condition(obj),
        ]


def _condition(csr: CertificateSigningRequest) -> str:
    types = [c.type for c in csr.status.conditions]
    words = [word for word in ("Approved", "Denied", "Failed") if word in types]
    text = ",".join(words) or "Pending"
    if csr.status.certificate:
        text += ",Issued"
    return text
