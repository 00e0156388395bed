"""Asks a signer for a certificate (certificates.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Bytes, Field, Struct, Time
from k8snb.api.object import Object


class CertificateSigningRequestSpec(Struct):
    """Content of a signing request; who made it is filled in by the server."""

    expirationSeconds: int | None = Field(
        "*int32", "Lifetime wanted, in seconds, at least 600; the signer may choose another."
    )
    extra: Mapping[str, tuple[str, ...]] = Field(
        "map[string]ExtraValue", "Further attributes of the requester.", zero=EMPTY_MAP
    )
    groups: tuple[str, ...] = Field("[]string", "Groups of the requester.", zero=(), list_type="atomic")
    request: Bytes = Field("[]byte", "PEM certificate request (PKCS#10), encoded in base64.", zero="", always=True)
    signerName: str = Field(
        "string",
        "Signer asked, as domain/name, such as kubernetes.io/kube-apiserver-client; at most 571 characters.",
        zero="",
        always=True,
    )
    uid: str = Field("string", "UID of the requester.", zero="")
    usages: tuple[str, ...] = Field(
        "[]KeyUsage",
        "Key usages wanted, such as digital signature or client auth.",
        zero=(),
        enum=(
            "any",
            "cert sign",
            "client auth",
            "code signing",
            "content commitment",
            "crl sign",
            "data encipherment",
            "decipher only",
            "digital signature",
            "email protection",
            "encipher only",
            "ipsec end system",
            "ipsec tunnel",
            "ipsec user",
            "key agreement",
            "key encipherment",
            "microsoft sgc",
            "netscape sgc",
            "ocsp signing",
            "s/mime",
            "server auth",
            "signing",
            "timestamping",
        ),
        list_type="atomic",
    )
    username: str = Field("string", "Name of the requester.", zero="")


class CertificateSigningRequestCondition(Struct):
    """A decision about a signing request."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed; filled in by the server.")
    lastUpdateTime: Time | None = Field("metav1.Time", "When the condition was last updated.")
    message: str = Field("string", "Details for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the decision's cause.", zero="")
    status: str = Field(
        "v1.ConditionStatus",
        "True, False or Unknown; for Approved, Denied and Failed only True is allowed.",
        zero="",
        always=True,
    )
    type: str = Field(
        "RequestConditionType",
        "Approved, Denied or Failed; Approved and Denied exclude each other and cannot be taken back.",
        zero="",
        always=True,
    )


class CertificateSigningRequestStatus(Struct):
    """Observed state of a signing request."""

    certificate: Bytes = Field(
        "[]byte",
        "PEM certificate chain, encoded in base64; set by the signer after approval and never changed.",
        zero="",
    )
    conditions: tuple[CertificateSigningRequestCondition, ...] = Field(
        "[]CertificateSigningRequestCondition",
        "Approved, Denied and Failed.",
        zero=(),
        list_type="map",
        list_keys=("type",),
    )


class CertificateSigningRequest(Object):
    """Asks a signer for a certificate."""

    apiVersion: ClassVar[str] = "certificates.k8s.io/v1"
    kind: ClassVar[str] = "CertificateSigningRequest"
    spec: CertificateSigningRequestSpec = Field(
        "CertificateSigningRequestSpec",
        "The request and who made it; immutable.",
        zero=CertificateSigningRequestSpec(),
        always=True,
    )
    status: CertificateSigningRequestStatus = Field(
        "CertificateSigningRequestStatus",
        "Decision and, once issued, the certificate.",
        zero=CertificateSigningRequestStatus(),
        always=True,
    )
