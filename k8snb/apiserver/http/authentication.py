"""Who is calling: a client certificate signed by the cluster's authority, a bearer token, or nobody in particular."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from k8snb.apiserver.http.certificates import user_of_certificate
from k8snb.apiserver.request import ANONYMOUS, User


class Authenticator:
    """Certificates, the admin's static token, and tokens of service accounts."""

    def __init__(self, admin: User, token: str, account_of_token: Callable[[str], User | None]) -> None:
        self._admin, self._token, self._account_of_token = admin, token, account_of_token

    def user_of(self, authorization: str, scope: MutableMapping[str, Any]) -> User | None:
        """The caller; ANONYMOUS without credentials, None for credentials that are not good."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "bearer":
            if token == self._token:
                return self._admin
            return self._account_of_token(token)
        certificate = scope.get("k8snb.client_certificate")
        if certificate:
            name, groups = user_of_certificate(certificate)
            return User(name, (*groups, "system:authenticated"))
        return ANONYMOUS
