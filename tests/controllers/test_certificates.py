"""Certificate signing requests: signed when approved, cleared away when old."""

from __future__ import annotations

import base64
import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from k8snb.api.certificates.certificatesigningrequest import CertificateSigningRequestCondition
from k8snb.apiserver.auth.authority import CERTIFICATE
from tests.controllers.world import World

REQUESTS = "certificatesigningrequests.certificates.k8s.io"


def request(usages: tuple[str, ...] = ("client auth",), **spec: Any) -> dict[str, Any]:
    key = ec.derive_private_key(7, ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "students"), x509.NameAttribute(NameOID.COMMON_NAME, "jane")]
    )
    pem = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "jane"},
        "spec": {
            "request": base64.b64encode(pem).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": list(usages),
            **spec,
        },
    }


@pytest.fixture
def world() -> World:
    return World("certificates")


def decide(world: World, type: str = "Approved") -> None:
    found = world.client.get(REQUESTS, "jane")
    now = world.clock.timestamp()
    condition = CertificateSigningRequestCondition(type=type, status="True", lastUpdateTime=now, lastTransitionTime=now)
    status = found.status.replace(conditions=(*found.status.conditions, condition))
    row = world.client.resource(REQUESTS)
    world.server.update(world.client.user, row, "", found.replace(status=status), "approval")
    world.run()


def test_an_approved_request_is_signed(world: World) -> None:
    world.create(request(expirationSeconds=86400))
    world.run(10)
    assert not world.client.get(REQUESTS, "jane").status.certificate
    decide(world)
    made = x509.load_pem_x509_certificate(base64.b64decode(world.client.get(REQUESTS, "jane").status.certificate))
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(CERTIFICATE.encode()))
    assert made.subject.rfc4514_string() == "CN=jane,O=students"
    assert made.not_valid_after_utc - made.not_valid_before_utc == datetime.timedelta(seconds=86400 + 300)


def test_the_same_seed_signs_the_same_bytes() -> None:
    signed = []
    for _ in range(2):
        world = World("certificates")
        world.create(request())
        decide(world)
        signed.append(world.client.get(REQUESTS, "jane").status.certificate)
    assert signed[0] == signed[1]


def test_a_signer_grants_only_its_usages(world: World) -> None:
    world.create(request(("client auth", "server auth")))
    decide(world)
    found = world.client.get(REQUESTS, "jane")
    assert not found.status.certificate
    assert [(c.type, c.reason) for c in found.status.conditions][-1] == ("Failed", "SignerValidationFailure")


def test_other_signers_requests_are_left_alone(world: World) -> None:
    world.create(request(signerName="example.com/mine"))
    decide(world)
    assert not world.client.get(REQUESTS, "jane").status.certificate


def test_old_requests_are_cleared_away(world: World) -> None:
    world.create(request())
    decide(world, "Denied")
    world.run(3500)
    assert world.client.find(REQUESTS, "jane") is not None
    world.run(200)
    assert world.client.find(REQUESTS, "jane") is None
