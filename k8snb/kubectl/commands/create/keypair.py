"""Whether a PEM certificate and a PEM key belong together, in the words of Go's `tls.X509KeyPair`."""

from __future__ import annotations

import re

from k8snb.kubectl.errors import CommandError

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\r?\n.*?-----END \1-----", re.DOTALL)


def check_pair(cert: bytes, key: bytes) -> None:
    """CommandError if one of them is not what it should be, or if they do not fit each other."""
    blocks = [match[1].decode() for match in _BLOCK.finditer(cert)]
    if "CERTIFICATE" not in blocks:
        _refuse_certificate(blocks)
    private = _private_block(key)
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        leaf = x509.load_pem_x509_certificate(cert)
    except ValueError:
        raise CommandError("x509: malformed certificate") from None
    try:
        secret = load_pem_private_key(private, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CommandError("tls: failed to parse private key") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if type(secret.public_key()) is not type(leaf.public_key()):
        raise CommandError("tls: private key type does not match public key type")
    if secret.public_key().public_bytes(*form) != leaf.public_key().public_bytes(*form):
        raise CommandError("tls: private key does not match public key")


def _refuse_certificate(blocks: list[str]) -> None:
    if not blocks:
        raise CommandError("tls: failed to find any PEM data in certificate input")
    if len(blocks) == 1 and blocks[0].endswith("PRIVATE KEY"):
        raise CommandError(
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; "
            "PEM inputs may have been switched"
        )
    listed = " ".join(blocks)
    raise CommandError(
        f'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following '
        f"types: [{listed}]"
    )


def _private_block(key: bytes) -> bytes:
    skipped: list[str] = []
    for match in _BLOCK.finditer(key):
        kind = match[1].decode()
        if kind == "PRIVATE KEY" or kind.endswith(" PRIVATE KEY"):
            return match[0] + b"\n"
        skipped.append(kind)
    if not skipped:
        raise CommandError("tls: failed to find any PEM data in key input")
    if skipped == ["CERTIFICATE"]:
        raise CommandError("tls: found a certificate rather than a key in the PEM for the private key")
    raise CommandError(
        'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the '
        f"following types: [{' '.join(skipped)}]"
    )
