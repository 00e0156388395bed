"""The certificates of an embedded cluster: its own authority, the server's certificate, a client certificate a user.

Keys live only as long as the process that serves; files are written where the caller says, readable by the owner only.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEAR = datetime.timedelta(days=365)
#: whose certificates let clients in
_CLIENT_SIGNERS = ("kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet")
#: certificates that are remembered
_REMEMBERED = 1000
_HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """A certificate authority that signs for one cluster."""

    def __init__(self, name: str, now: datetime.datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = (
            self._builder(subject, subject, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """The authority's own certificate."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def signed(self, der: bytes) -> bool:
        """Whether a certificate is one of this authority's own."""
        try:
            x509.load_der_x509_certificate(der).verify_directly_issued_by(self._certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def server(self, names: tuple[str, ...], addresses: tuple[str, ...]) -> Pair:
        """A certificate for a server of these DNS names and addresses."""
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
        return self._issue(subject, ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def client(self, user: str, groups: tuple[str, ...]) -> Pair:
        """A certificate that says who a client is: user in the common name, groups in the organization."""
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
        subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, user)])
        return self._issue(subject, ExtendedKeyUsageOID.CLIENT_AUTH, [])

    def _issue(self, subject: x509.Name, purpose: x509.ObjectIdentifier, alternatives: list[x509.GeneralName]) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            self._builder(subject, self._certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return Pair(
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _HOUR)
            .not_valid_after(self._now + _YEAR)
        )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


@lru_cache(maxsize=64)
def user_of_certificate(der: bytes) -> tuple[str, tuple[str, ...]]:
    """(user, groups) of a client certificate."""
    subject = x509.load_der_x509_certificate(der).subject
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    groups = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else "", tuple(str(group.value) for group in groups)


class Issued:
    """Which certificates count: those of the server's own authority, and those that the cluster has signed on request.

    One that was seen while its request was there is remembered: requests are deleted an hour later.
    """

    def __init__(self, authority: Authority, requests: Callable[[], Iterable[Any]]) -> None:
        self._authority, self._requests = authority, requests
        self._known: dict[bytes, None] = {}

    def __call__(self, der: bytes) -> bool:
        if der in self._known:
            return True
        if not self._authority.signed(der) and der not in self._of_requests():
            return False
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[der] = None
        return True

    def _of_requests(self) -> set[bytes]:
        return {der for request in self._requests() if (der := _signed_for(request))}


def _signed_for(request: Any) -> bytes:
    """The certificate (DER) of a request that was approved and is for clients, if it says what was asked for; else empty.

    Whoever may write a request's status could put any certificate there.
    """
    approved = any(condition.type == "Approved" for condition in request.status.conditions)
    if not approved or request.spec.signerName not in _CLIENT_SIGNERS or not request.status.certificate:
        return b""
    try:
        asked = x509.load_pem_x509_csr(base64.b64decode(request.spec.request))
        given = x509.load_pem_x509_certificate(base64.b64decode(request.status.certificate))
    except ValueError:
        return b""
    same = asked.subject == given.subject and asked.public_key() == given.public_key()
    return given.public_bytes(serialization.Encoding.DER) if same else b""


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)  # it may have been there
    path.write_bytes(data)
