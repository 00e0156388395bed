"""CertificateSigningRequests: a request that is signed by its own key, known usages, a signer's name.

Reading PKCS#10 needs the package `cryptography`, imported when a request is made. Simplification: what is wrong inside a
malformed request is not told in Go's words. Follows `pkg/apis/certificates/validation` v1.36.
"""

import base64
import binascii
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    quote,
    required,
    too_long,
)

USAGES: Final = (
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
)

_LEGACY: Final = "kubernetes.io/legacy-unknown"
_SHORTEST: Final = 600
_DECISIONS: Final = ("Approved", "Denied")
_FINAL: Final = (*_DECISIONS, "Failed")
_PATH: Final = "status.conditions"
_DOMAIN: Final = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
_NAME_MAX: Final = 253 + 253 + 63 + 2
_BLOCK: Final = re.compile(rb"-----BEGIN ([^-\n]+)-----\r?\n(.*?)-----END \1-----", re.DOTALL)


def validate_certificate_signing_request(obj: Any) -> list[FieldError]:
    """A new CertificateSigningRequest, its common metadata apart."""
    spec = obj.spec
    errors: list[FieldError] = []
    problem = _problem_of_request(spec.request)
    if problem:
        errors.append(invalid("spec.request", spec.request or None, problem))
    if not spec.usages:
        errors.append(required("spec.usages", "usages must be provided"))
    for i, usage in enumerate(spec.usages):
        if usage not in USAGES:
            errors.append(not_supported(f"spec.usages[{i}]", usage, USAGES))
    for i, usage in enumerate(spec.usages):
        if usage in spec.usages[:i]:
            errors.append(duplicate(f"spec.usages[{i}]", usage))
    if spec.signerName == _LEGACY:
        detail = "the legacy signerName is not allowed via this API version"
        errors.append(invalid("spec.signerName", spec.signerName, detail))
    else:
        errors += validate_signer_name(spec.signerName, "spec.signerName")
    seconds = spec.expirationSeconds
    if seconds is not None and seconds < _SHORTEST:
        detail = "may not specify a duration less than 600 seconds (10 minutes)"
        errors.append(invalid("spec.expirationSeconds", seconds, detail))
    return errors + _validate_conditions(obj.status.conditions)


def validate_certificate_signing_request_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a request's metadata: decisions and certificate stay."""
    errors = _validate_kept(new, old) + _validate_decisions(new, old)
    if new.status.certificate != old.status.certificate:
        errors.append(forbidden("status.certificate", "updates may not set certificate content"))
    return errors


def validate_certificate_signing_request_status_update(new: Any, old: Any) -> list[FieldError]:
    """What a signer reports: the certificate, once, or failure; it does not decide."""
    errors: list[FieldError] = []
    changed = new.status.certificate != old.status.certificate
    problem = _problem_of_certificate(new.status.certificate) if changed else ""
    if problem:
        errors.append(invalid("status.certificate", "<certificate data>", problem))
    errors += _validate_kept(new, old) + _validate_decisions(new, old)
    if changed and old.status.certificate:
        detail = "updates may not modify existing certificate content"
        errors.append(forbidden("status.certificate", detail))
    return errors


def validate_certificate_signing_request_approval_update(new: Any, old: Any) -> list[FieldError]:
    """A decision about a request."""
    errors = _validate_kept(new, old)
    if new.status.certificate != old.status.certificate:
        errors.append(forbidden("status.certificate", "updates may not set certificate content"))
    return errors


def organizations(text: str) -> tuple[str, ...]:
    """The organisations (Kubernetes: groups) in the subject of a PEM-encoded request in base64; none if it is unreadable."""
    block = _BLOCK.search(_decoded(text))
    if block is None:
        return ()
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        subject = x509.load_pem_x509_csr(block.group(0)).subject
    except (ValueError, TypeError):
        return ()
    return tuple(str(part.value) for part in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))


def validate_signer_name(name: str, path: str) -> list[FieldError]:
    """A signer's name: a domain of two labels or more, a slash, and names joined by dots."""
    if not name:
        return [required(path, "signerName must be provided")]
    domain, slash, rest = name.partition("/")
    if not slash or "/" in rest:
        return [invalid(path, name, _DOMAIN)]
    errors: list[FieldError] = []
    if len(domain) > names.SUBDOMAIN_MAX:
        errors.append(too_long(path, names.SUBDOMAIN_MAX))
    errors += _validate_labels(domain, names.dns_label, path)
    if "." not in domain:
        detail = "should be a domain with at least two segments separated by dots"
        errors.append(invalid(path, domain, detail))
    errors += _validate_labels(rest, names.dns_subdomain, path)
    if len(name) > _NAME_MAX:
        errors.append(too_long(path, _NAME_MAX))
    return errors


def _validate_labels(segment: str, rule: names.NameCheck, path: str) -> list[FieldError]:
    for label in segment.split("."):
        wrong = rule(label)
        if wrong:
            return [invalid(path, segment, f"validating label {quote(label)}: {text}") for text in wrong]
    return []


def _validate_conditions(conditions: Sequence[Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        path = f"{_PATH}[{i}]"
        if not condition.type:
            errors.append(required(f"{path}.type"))
        allowed = ("True",) if condition.type in _FINAL else ("False", "True", "Unknown")
        if not condition.status:
            errors.append(required(f"{path}.status"))
        elif condition.status not in allowed:
            errors.append(not_supported(f"{path}.status", condition.status, allowed))
        if condition.type in _DECISIONS and seen & (set(_DECISIONS) - {condition.type}):
            detail = "Approved and Denied conditions are mutually exclusive"
            errors.append(invalid(f"{path}.type", condition.type, detail))
        if condition.type in seen:
            errors.append(duplicate(f"{path}.type", condition.type))
        seen.add(condition.type)
    return errors


def _of_type(csr: Any, kinds: Collection[str]) -> list[Any]:
    return [condition for condition in csr.status.conditions if condition.type in kinds]


def _validate_kept(new: Any, old: Any) -> list[FieldError]:
    both = bool(_of_type(old, ("Approved",)) and _of_type(old, ("Denied",)))
    errors = [] if both else _validate_conditions(new.status.conditions)
    for kind in _FINAL:
        if len(_of_type(new, (kind,))) < len(_of_type(old, (kind,))):
            errors.append(forbidden(_PATH, f"updates may not remove a condition of type {quote(kind)}"))
    return errors


def _validate_decisions(new: Any, old: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    for kind in _DECISIONS:
        before, after = _of_type(old, (kind,)), _of_type(new, (kind,))
        if len(after) > len(before):
            errors.append(forbidden(_PATH, f"updates may not add a condition of type {quote(kind)}"))
        elif len(after) == len(before) and not all(map(equal, after, before)):
            errors.append(forbidden(_PATH, f"updates may not modify a condition of type {quote(kind)}"))
    return errors


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _problem_of_request(text: str) -> str:
    """What is wrong with a PEM-encoded request, nothing if it is fine."""
    data = _decoded(text)
    block = _BLOCK.search(data)
    if block is None or block.group(1) != b"CERTIFICATE REQUEST":
        return "PEM block type must be CERTIFICATE REQUEST"
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        request = x509.load_pem_x509_csr(block.group(0))
        valid = request.is_signature_valid
    except UnsupportedAlgorithm:
        return "x509: cannot verify signature: algorithm unimplemented"
    except (ValueError, TypeError):
        return "asn1: structure error: malformed certificate request"
    return "" if valid else "x509: signature of the certificate request is not valid"


def _problem_of_certificate(text: str) -> str:
    """What is wrong with PEM-encoded certificates, nothing if they are fine."""
    if not text:
        return ""
    blocks = _BLOCK.findall(_decoded(text))
    if not blocks:
        return "must contain at least one CERTIFICATE PEM block"
    for kind, body in blocks:
        if kind != b"CERTIFICATE":
            return f"only CERTIFICATE PEM blocks are allowed, found {quote(kind.decode('utf-8', 'replace'))}"
        if b":" in body:
            return "no PEM block headers are permitted"
    return ""
