"""Which cluster a command talks to, and as whom: the kubeconfig and the flags that override it.

An embedded cluster is the only server that the lab can reach; at another address nobody answers (`ClosedPort`), as a
terminal on a machine of its own would see it. The user of the context counts: the lab's own has a certificate of an
administrator, others are who their token or client certificate says, if the cluster's authority has signed it. A terminal
outside the lab reaches every server (`remote.py`). Source: client-go `tools/clientcmd/{client_config,validation}.go`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8snb.api.duration import DurationError, parse_duration
from k8snb.apiserver.request import ANONYMOUS, User
from k8snb.client.refused import NOWHERE, ClosedPort
from k8snb.client.rest import RestClient
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.kubeconfig import KubeConfig, read_config
from k8snb.kubectl.pflag import Parsed

if TYPE_CHECKING:
    from k8snb.kubectl.command import Session

_LOGIN = "error: You must be logged in to the server (Unauthorized)"


def check_timeout(text: str) -> float | None:
    """`--request-timeout` in seconds, None for none. CommandError if it is neither a number nor a duration."""
    if text.isascii() and text.isdigit():
        return float(text) or None
    try:
        return parse_duration(text) / 1e9 or None
    except DurationError:
        raise CommandError(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding "
            "time unit (e.g. 1s | 2m | 3h)"
        ) from None


def config_of(session: Session, parsed: Parsed) -> KubeConfig:
    """The kubeconfig that counts: the file of --kubeconfig, else the session's. CommandError if it cannot be read."""
    name = parsed.values.get("kubeconfig")
    if not name:
        return session.config
    kept = session.files.get(name)
    path = Path(session.cwd, name)
    if kept is None and not path.exists():
        raise CommandError(f"stat {name}: no such file or directory")
    return KubeConfig(read_config(kept if kept is not None else path.read_text(encoding="utf-8"), name))


def connect(session: Session, parsed: Parsed) -> RestClient:
    """A client for the context, cluster and user of the command line. CommandError if one of them does not exist."""
    config = config_of(session, parsed)
    flags = parsed.values
    name = flags.get("context") or config.current
    if name and config.entry("contexts", name) is None:
        raise CommandError(f"Error in configuration: context was not found for specified context: {name}", bare=True)
    context = config.context(name)
    cluster = flags.get("cluster") or context.get("cluster", "")
    if flags.get("cluster") and config.entry("clusters", cluster) is None:
        raise CommandError(f"no server found for cluster {quoted(cluster)}")
    other = flags.get("user")
    if not isinstance(other, str):  # the users of a binding: a flag of the command's own hides the global one
        other = ""
    user = other or context.get("user", "")
    if other and config.entry("users", user) is None:
        raise CommandError(f"auth info {quoted(user)} does not exist")
    _check_impersonation(flags, user)
    if session.dial is not None:
        return _acting(session.dial(session, parsed, config, cluster, user), parsed)
    client = _acting(session.client, parsed)
    address = flags.get("server") or _body(config, "clusters", "cluster", cluster).get("server", "")
    if not _same(address, client.server):
        return ClosedPort(address if "://" in address else f"http://{address}" if address else NOWHERE, client.now)
    if session.cluster is None:
        return client
    who = _identity(session, _body(config, "users", "user", user), own=_is_own(session, user))
    return client if who is None or flags.get("as") else client.impersonating(who)


def _check_impersonation(flags: Mapping[str, Any], user: str) -> None:
    """CommandError for groups and the like of nobody."""
    if not flags.get("as") and any(flags.get(name) for name in ("as-group", "as-uid", "as-user-extra")):
        raise CommandError(f"requesting uid, groups or user-extra for {user} without impersonating a user")


def _acting(client: RestClient, parsed: Parsed) -> RestClient:
    """The client as `--as`, `--as-group`, `--as-uid` and `--as-user-extra` ask."""
    flags = parsed.values
    name = flags.get("as")
    if not name:
        return client
    extra: dict[str, tuple[str, ...]] = {}
    for text in flags.get("as-user-extra") or ():
        key, _, value = text.partition("=")
        extra[key] = (*extra.get(key, ()), value)
    return client.impersonating(User(name, tuple(flags.get("as-group") or ()), flags.get("as-uid") or "", extra))


def _same(address: str, server: str) -> bool:
    return address.rstrip("/") == server.rstrip("/")


def _body(config: KubeConfig, section: str, field: str, name: str) -> dict[str, Any]:
    found = config.entry(section, name)
    return dict(found.get(field) or {}) if found else {}


def _is_own(session: Session, user: str) -> bool:
    """Whether a user is the one that the lab itself has put into the session's kubeconfig."""
    return bool(user == session.cluster.config.name)


def _identity(session: Session, user: dict[str, Any], *, own: bool) -> User | None:
    """Who the entry of a user is; None for the session's own identity. CommandError if nobody knows."""
    if own:
        return None
    if user.get("as"):
        return User(str(user["as"]), tuple(user.get("as-groups") or ()), str(user.get("as-uid") or ""))
    certificate = _certificate(session, user)
    if certificate is not None:
        return _subject(session.client, certificate)
    if user.get("token"):
        return _owner(session.client, str(user["token"]))
    return ANONYMOUS


def _certificate(session: Session, user: dict[str, Any]) -> bytes | None:
    if user.get("client-certificate-data"):
        return base64.b64decode(user["client-certificate-data"])
    name = str(user.get("client-certificate") or "")
    if not name:
        return None
    if name in session.files:
        return session.files[name].encode()
    path = Path(session.cwd, name)
    if not path.is_file():
        raise CommandError(f"unable to read client-cert {name} for  due to open {name}: no such file or directory")
    return path.read_bytes()


def _subject(client: RestClient, certificate: bytes) -> User:
    """The user of a client certificate: its common name, with its organisations as groups."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509.oid import NameOID

    answer = client.request("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt")
    try:
        found = x509.load_pem_x509_certificate(certificate)
        authority = x509.load_pem_x509_certificate(answer.body["data"]["ca.crt"].encode())
        found.verify_directly_issued_by(authority)
    except (ValueError, TypeError, KeyError, InvalidSignature):
        raise CommandError(_LOGIN) from None
    names = [str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    groups = [str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    if not names:
        raise CommandError(_LOGIN)
    return User(names[0], tuple(groups))


def _owner(client: RestClient, token: str) -> User:
    """The user of a token, as the server's TokenReview tells."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    answer = client.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", None, review)
    status = answer.body.get("status") or {} if isinstance(answer.body, dict) else {}
    if not status.get("authenticated"):
        raise CommandError(_LOGIN)
    user = status["user"]
    return User(user["username"], tuple(user.get("groups") or ()), user.get("uid", ""))
