"""CertificateSigningRequests, with the subject and names that the request asks for.

Source: kubectl `pkg/describe/describe.go`, `pkg/util/certificate/certificate.go`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from k8snb.api.certificates.certificatesigningrequest import CertificateSigningRequest
from k8snb.api.duration import human_duration
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.printers.table import format_labels

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest as Request

#: X.509 attribute -> title, in the order of the description
_SUBJECT = {
    "2.5.4.10": "Organization",
    "2.5.4.11": "Organizational Unit",
    "2.5.4.6": "Country",
    "2.5.4.7": "Locality",
    "2.5.4.8": "Province",
    "2.5.4.9": "StreetAddress",
    "2.5.4.17": "PostalCode",
}
_COMMON_NAME, _SERIAL_NUMBER = "2.5.4.3", "2.5.4.5"


def describe(w: PrefixWriter, obj: CertificateSigningRequest, reader: Reader) -> None:
    """A CertificateSigningRequest. CommandError if the request in it cannot be read."""
    spec, meta = obj.spec, obj.metadata
    request = _parse(spec.request)
    w.field(0, "Name", meta.name)
    w.field(0, "Labels", format_labels(meta.labels))
    w.field(0, "Annotations", format_labels(meta.annotations))
    w.field(0, "CreationTimestamp", date(meta.creationTimestamp))
    w.field(0, "Requesting User", spec.username)
    if spec.signerName:
        w.field(0, "Signer", spec.signerName)
    if spec.expirationSeconds is not None:
        w.field(0, "Requested Duration", human_duration(spec.expirationSeconds))
    w.field(0, "Status", status(obj))
    _subject(w, request)
    _names(w, request)


def status(obj: CertificateSigningRequest) -> str:
    """`Approved,Issued`"""
    types = {condition.type for condition in obj.status.conditions}
    text = next((word for word in ("Denied", "Approved") if word in types), "Pending")
    text += ",Failed" if "Failed" in types else ""
    return text + (",Issued" if obj.status.certificate else "")


def _parse(text: str) -> Request:
    from cryptography import x509

    data = base64.b64decode(text)
    if b"-----BEGIN CERTIFICATE REQUEST-----" not in data:
        raise CommandError("Error parsing CSR: PEM block type must be CERTIFICATE REQUEST")
    try:
        return x509.load_pem_x509_csr(data)
    except ValueError as error:
        raise CommandError(f"Error parsing CSR: {error}") from None


def _subject(w: PrefixWriter, request: Request) -> None:
    values: dict[str, list[str]] = {}
    for attribute in request.subject:
        values.setdefault(attribute.oid.dotted_string, []).append(str(attribute.value))
    w.line(0, "Subject:")
    w.field(0, "\tCommon Name", (values.get(_COMMON_NAME) or [""])[-1])
    w.field(0, "\tSerial Number", (values.get(_SERIAL_NUMBER) or [""])[-1])
    for oid, title in _SUBJECT.items():
        _listed(w, title, values.get(oid) or [])


def _names(w: PrefixWriter, request: Request) -> None:
    from cryptography import x509

    try:
        found = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    kinds = (
        ("DNS Names", found.get_values_for_type(x509.DNSName)),
        ("Email Addresses", found.get_values_for_type(x509.RFC822Name)),
        ("URIs", found.get_values_for_type(x509.UniformResourceIdentifier)),
        ("IP Addresses", [str(ip) for ip in found.get_values_for_type(x509.IPAddress)]),
    )
    if any(values for _, values in kinds):
        w.line(0, "Subject Alternative Names:")
    for title, values in kinds:
        _listed(w, title, values)


def _listed(w: PrefixWriter, title: str, values: Sequence[str]) -> None:
    if values:
        w.line(0, f"\t{title}:\t" + "\n\t\t".join(values))
