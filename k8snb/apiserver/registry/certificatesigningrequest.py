"""CertificateSigningRequests. Source: `pkg/registry/certificates/certificates/strategy.go`, printers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.certificates.certificatesigningrequest import (
    CertificateSigningRequest,
    CertificateSigningRequestCondition,
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

    def validate_update(
        self, ctx: Context, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> list[FieldError]:
        return rule("certificatesigningrequest", "validate_certificate_signing_request_update")(obj, old)

    def prepare_status(
        self, ctx: Context, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> CertificateSigningRequest:
        """An approval writes the conditions, a status update the certificate too; the server fills in the times."""
        conditions = _stamped(obj, old, ctx.clock.timestamp())
        status = old.status if ctx.subresource == "approval" else obj.status
        return obj.replace(spec=old.spec, status=status.replace(conditions=conditions or None))

    def validate_status(
        self, ctx: Context, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> list[FieldError]:
        which = "approval" if ctx.subresource == "approval" else "status"
        return rule("certificatesigningrequest", f"validate_certificate_signing_request_{which}_update")(obj, old)

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return ()

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


def _stamped(
    wanted: CertificateSigningRequest, old: CertificateSigningRequest, now: str
) -> tuple[CertificateSigningRequestCondition, ...]:
    """The conditions with the times that the server fills in."""
    before = {condition.type: condition for condition in old.status.conditions}
    found = []
    for condition in wanted.status.conditions:
        known = before.get(condition.type)
        same = known is not None and known.status == condition.status
        changed = known.lastTransitionTime if same and known is not None else now
        found.append(
            condition.replace(
                lastUpdateTime=condition.lastUpdateTime or now,
                lastTransitionTime=condition.lastTransitionTime or changed,
            )
        )
    return tuple(found)


def _condition(csr: CertificateSigningRequest) -> str:
    types = [c.type for c in csr.status.conditions]
    words = [word for word in ("Approved", "Denied", "Failed") if word in types]
    text = ",".join(words) or "Pending"
    if csr.status.certificate:
        text += ",Issued"
    return text
