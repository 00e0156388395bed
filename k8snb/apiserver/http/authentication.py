"""Who is calling: a client certificate, a bearer token, or nobody in particular.

TLS lets two kinds of certificates through: those of the authority that this server made for itself, and those that the
cluster has signed on request (CertificateSigningRequests). Anybody can read the key of the second authority in this package,
so one of its certificates only counts if this cluster has issued that very one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, MutableMapping
from typing import Any

from k8snb.apiserver.http.certificates import user_of_certificate
from k8snb.apiserver.request import ANONYMOUS, User


class Authenticator:
    """Certificates, the admin's static token, and tokens of service accounts."""

    def __init__(
        self,
        admin: User,
        token: str,
        account_of_token: Callable[[str], User | None],
        genuine: Callable[[bytes], bool] = lambda certificate: True,
    ) -> None:
        self._admin, self._token, self._account_of_token = admin, token, account_of_token
        #: whether a certificate (DER) that TLS let through is one of ours
        self._genuine = genuine

    def user_of(self, authorization: str, scope: MutableMapping[str, Any]) -> User | None:
        """The caller; ANONYMOUS without credentials, None for credentials that are not good."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "bearer":
            if secrets.compare_digest(token.encode(), self._token.encode()):
                return self._admin
            return self._account_of_token(token)
        certificate = scope.get("k8snb.client_certificate")
        if certificate:
            if not self._genuine(certificate):
                return None
            name, groups = user_of_certificate(certificate)
            return User(name, (*groups, "system:authenticated"))
        return ANONYMOUS
