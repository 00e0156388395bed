"""Certificate signing: approved requests get their certificate, old requests are cleared away.

Reads and writes CertificateSigningRequests. Signs for Kubernetes' own signers with the cluster's authority; needs the
package `cryptography`, imported when something is to be signed. Source: `pkg/controller/certificates/signer`,
`.../cleaner`. Simplification: nothing is approved by itself; nodes of an embedded cluster join without certificates.
"""

from __future__ import annotations

import base64
import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from k8snb.api.certificates.certificatesigningrequest import CertificateSigningRequestCondition
from k8snb.apiserver.auth.authority import CERTIFICATE, KEY
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import unix
from k8snb.engine import After, Watch

if TYPE_CHECKING:
    from cryptography import x509

REQUESTS = "certificatesigningrequests.certificates.k8s.io"
#: signer -> the usages it grants; None for any
_SIGNERS: dict[str, frozenset[str] | None] = {
    "kubernetes.io/kube-apiserver-client": frozenset({"client auth", "digital signature", "key encipherment"}),
    "kubernetes.io/kube-apiserver-client-kubelet": frozenset({"client auth", "digital signature", "key encipherment"}),
    "kubernetes.io/kubelet-serving": frozenset({"server auth", "digital signature", "key encipherment"}),
    "kubernetes.io/legacy-unknown": None,
}
_YEAR = 365 * 24 * 3600
#: a certificate is valid from a little before it is made, because clocks differ
_BACKDATE = 300
#: seconds after which requests are deleted: issued or denied ones, and those nobody decides about
_DECIDED, _PENDING = 3600.0, 24 * 3600.0


class CertificateController:
    """Reconciles `certificatesigningrequests`."""

    name: ClassVar[str] = "certificate-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(REQUESTS),)

    def reconcile(self, key: str) -> After | None:
        request = self.client.find(REQUESTS, key)
        if request is None:
            return None
        if self._is_due(request):
            request = self._sign(request)
        left = _expiry(request) - self.client.clock.unix
        if left > 0:
            return After(left)
        self.client.delete(REQUESTS, key, uid=request.metadata.uid)
        return None

    def _is_due(self, request: Any) -> bool:
        decided = {condition.type for condition in request.status.conditions}
        return (
            request.spec.signerName in _SIGNERS
            and "Approved" in decided
            and not decided & {"Denied", "Failed"}
            and not request.status.certificate
        )

    def _sign(self, request: Any) -> Any:
        granted = _SIGNERS[request.spec.signerName]
        extra = sorted(set(request.spec.usages) - granted) if granted is not None else []
        if extra:
            return self._fail(request, f"invalid usage for client certificate: {', '.join(extra)}")
        pem = certificate(request, self.client.clock.unix, self.client.server.rng.bits("certificates"))
        status = request.status.replace(certificate=base64.b64encode(pem).decode())
        return self.client.update_status(request.replace(status=status))

    def _fail(self, request: Any, message: str) -> Any:
        now = self.client.clock.timestamp()
        failed = CertificateSigningRequestCondition(
            type="Failed",
            status="True",
            reason="SignerValidationFailure",
            message=message,
            lastUpdateTime=now,
            lastTransitionTime=now,
        )
        status = request.status.replace(conditions=(*request.status.conditions, failed))
        return self.client.update_status(request.replace(status=status))


def certificate(request: Any, now: float, serial: int) -> bytes:
    """The PEM certificate for an approved request, signed at Unix time `now`."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding

    asked = x509.load_pem_x509_csr(base64.b64decode(request.spec.request))
    seconds = request.spec.expirationSeconds or _YEAR
    start = datetime.datetime.fromtimestamp(int(now) - _BACKDATE, datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(x509.load_pem_x509_certificate(CERTIFICATE.encode()).subject)
        .public_key(asked.public_key())
        .serial_number(serial or 1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(seconds=seconds + _BACKDATE))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    for extension, critical in _usages(request.spec.usages):
        builder = builder.add_extension(extension, critical=critical)
    for found in asked.extensions:
        if isinstance(found.value, x509.SubjectAlternativeName):
            builder = builder.add_extension(found.value, critical=found.critical)
    return builder.sign(Ed25519PrivateKey.from_private_bytes(KEY), None).public_bytes(Encoding.PEM)


def _usages(usages: tuple[str, ...]) -> list[tuple[x509.ExtensionType, bool]]:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = x509.KeyUsage(
        digital_signature="digital signature" in usages,
        key_encipherment="key encipherment" in usages,
        content_commitment="content commitment" in usages,
        data_encipherment="data encipherment" in usages,
        key_agreement="key agreement" in usages,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    named = (("client auth", ExtendedKeyUsageOID.CLIENT_AUTH), ("server auth", ExtendedKeyUsageOID.SERVER_AUTH))
    purposes = [oid for usage, oid in named if usage in usages]
    bits = ("digital signature", "key encipherment", "content commitment", "data encipherment", "key agreement")
    # an extension without any bit makes the certificate invalid
    found: list[tuple[x509.ExtensionType, bool]] = [(key, True)] if any(usage in usages for usage in bits) else []
    if purposes:
        found.append((x509.ExtendedKeyUsage(purposes), False))
    return found


def _expiry(request: Any) -> float:
    """When a request is cleared away (Unix seconds)."""
    decided = [c for c in request.status.conditions if c.type in ("Approved", "Denied", "Failed")]
    if decided and decided[0].lastUpdateTime:
        return unix(decided[0].lastUpdateTime) + _DECIDED
    return unix(request.metadata.creationTimestamp) + _PENDING
