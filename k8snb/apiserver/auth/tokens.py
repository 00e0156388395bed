"""Service account tokens: short-lived, bound, signed. Real JWTs in form, signed with a key made from the cluster's seed.

The key is derived, not secret: the tokens of an embedded cluster open nothing but that cluster. Source: KEP-1205.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from k8snb.apiserver.request import User
from k8snb.apiserver.store import Store

ISSUER = "https://kubernetes.default.svc.cluster.local"
AUDIENCE = "https://kubernetes.default.svc.cluster.local"
_HEADER = {"alg": "HS256", "kid": "k8snb", "typ": "JWT"}


def issue(
    store: Store, account: Any, now: float, seconds: int, audiences: tuple[str, ...], bound: dict[str, Any]
) -> str:
    """A token for a ServiceAccount, valid from `now` (Unix seconds) for `seconds`; `bound` names an object it depends on."""
    meta = account.metadata
    private: dict[str, Any] = {
        "namespace": meta.namespace,
        "serviceaccount": {"name": meta.name, "uid": meta.uid},
        **bound,
    }
    claims = {
        "aud": list(audiences or (AUDIENCE,)),
        "exp": int(now) + seconds,
        "iat": int(now),
        "iss": ISSUER,
        "jti": hashlib.sha256(f"{meta.uid}{now}{bound}".encode()).hexdigest()[:32],
        "kubernetes.io": private,
        "nbf": int(now),
        "sub": f"system:serviceaccount:{meta.namespace}:{meta.name}",
    }
    text = f"{_encode(_HEADER)}.{_encode(claims)}"
    return f"{text}.{_signature(store, text)}"


def user_of_token(store: Store, token: str, now: float) -> User | None:
    """Who a token belongs to; None if it is forged, expired, or its account is gone."""
    text, _, signature = token.rpartition(".")
    if not text or not hmac.compare_digest(signature.encode(), _signature(store, text).encode()):
        return None
    claims = json.loads(_decode(text.partition(".")[2]))
    private = claims["kubernetes.io"]
    namespace, account = private["namespace"], private["serviceaccount"]
    found = store.get("serviceaccounts", namespace, account["name"])
    if found is None or found.metadata.uid != account["uid"] or not claims["nbf"] <= now < claims["exp"]:
        return None
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return User(claims["sub"], groups, account["uid"])


def _signature(store: Store, text: str) -> str:
    kube_system = store.get("namespaces", "", "kube-system")
    key = hashlib.sha256((kube_system.metadata.uid if kube_system is not None else "").encode()).digest()
    return _base64(hmac.new(key, text.encode(), hashlib.sha256).digest())


def _encode(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
