"""A client over HTTP, as kubeconfig and flags describe it: the server's address and authority, and who asks.

Source: client-go `tools/clientcmd/{client_config,validation,loader}.go`.
"""

from __future__ import annotations

import base64
import binascii
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from k8snb.apiserver.request import User
from k8snb.client import credentials
from k8snb.client.credentials import Fixed, Identity, Plugin, TokenFile
from k8snb.client.endpoint import Endpoint
from k8snb.client.http import Credentials, HttpClient
from k8snb.client.refused import NOWHERE, ClosedPort
from k8snb.client.rest import RestClient
from k8snb.kubectl.command import Session
from k8snb.kubectl.connection import check_timeout
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.kubeconfig import KubeConfig
from k8snb.kubectl.pflag import Parsed

Json = dict[str, Any]
_PLUGIN_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_MODES = ("Never", "IfAvailable", "Always")
_REMOVED = {
    "gcp": 'Please use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.\nSee '
    "https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke for further details",
    "azure": "Please use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead.\nSee "
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins for further "
    "details",
}


def session(cwd: Path) -> Session:
    """A terminal without a cluster of its own: `--kubeconfig` says where to go."""
    return Session(ClosedPort(NOWHERE, time.time), KubeConfig({}), cwd, dial=dial)


def dial(session: Session, parsed: Parsed, config: KubeConfig, cluster: str, user: str) -> RestClient:
    """A client for an entry of `clusters` and one of `users`. CommandError if they make no sense."""
    flags = parsed.values
    found = _Files(str(flags.get("kubeconfig") or ""), session.cwd)
    place = _body(config, "clusters", "cluster", cluster)
    server = _address(str(flags.get("server") or place.get("server") or NOWHERE))
    patience = check_timeout(str(flags.get("request-timeout")))
    endpoint = _endpoint(found, place, flags, cluster, server, patience)
    body = _body(config, "users", "user", user)
    if not server.startswith("https://"):
        client = HttpClient(endpoint, Fixed(Identity()))  # credentials go over TLS only
    else:
        client = HttpClient(endpoint, _credentials(found, body, user, flags, endpoint))
    if not body.get("as") or flags.get("as"):
        return client
    extra = {key: tuple(values) for key, values in (body.get("as-user-extra") or {}).items()}
    other = User(str(body["as"]), tuple(body.get("as-groups") or ()), str(body.get("as-uid") or ""), extra)
    return client.impersonating(other)


class _Files:
    """What files and `-data` fields hold; paths of a kubeconfig are relative to it, those of flags to where one is."""

    def __init__(self, config: str, cwd: Path) -> None:
        self._config, self._base, self._cwd = config, Path(cwd, config).parent, cwd

    def path(self, name: str, *, flag: bool = False) -> Path:
        return Path(self._cwd if flag else self._base, name)

    def read(self, body: Json, flags: Any, field: str, word: str, entry: str) -> bytes:
        """The contents that `field` means, b"" if none. CommandError, naming it `word` of an entry, if unreadable."""
        given = flags.get(field) or ""
        if not given and body.get(f"{field}-data"):
            try:
                return base64.b64decode(str(body[f"{field}-data"]), validate=True)
            except (binascii.Error, ValueError):
                problem = "illegal base64 data at input byte 0"
                raise CommandError(f"error loading config file {quoted(self._config)}: {problem}") from None
        name = str(given or body.get(field) or "")
        if not name:
            return b""
        path = self.path(name, flag=bool(given))
        try:
            return path.read_bytes()
        except OSError as error:
            problem = (error.strerror or str(error)).lower()
            raise CommandError(f"unable to read {word} {path} for {entry} due to open {path}: {problem}") from None


# -- where ----------------------------------------------------------------------------------------------------------------


def _address(server: str) -> str:
    """The URL of a server, `host:port` completed. CommandError if it is none."""
    text = server if "://" in server else f"http://{server}"
    try:
        parts = urlsplit(text)
        if not parts.hostname:
            raise ValueError
        _ = parts.port
    except ValueError:
        raise CommandError(f"host must be a URL or a host:port pair: {quoted(server)}") from None
    return text


def _endpoint(found: _Files, place: Json, flags: Any, cluster: str, server: str, patience: float | None) -> Endpoint:
    insecure = bool(flags.get("insecure-skip-tls-verify") or place.get("insecure-skip-tls-verify"))
    authority = found.read(place, flags, "certificate-authority", "certificate-authority", cluster)
    if insecure and authority:
        raise CommandError("specifying a root certificates file with the insecure flag is not allowed")
    if authority and b"-----BEGIN CERTIFICATE-----" not in authority:
        raise CommandError("unable to load root certificates: unable to parse bytes as PEM block")
    proxy = str(place.get("proxy-url") or "")
    scheme = urlsplit(proxy).scheme
    if proxy and scheme not in ("http", "https", "socks5"):
        raise CommandError(
            f"invalid 'proxy-url' {quoted(proxy)} for cluster {quoted(cluster)}: unsupported scheme {quoted(scheme)}, "
            "must be http, https, or socks5"
        )
    if proxy and scheme != "http":
        raise CommandError(f"the lab's kubectl goes through http proxies only, not through {proxy}")
    name = str(flags.get("tls-server-name") or place.get("tls-server-name") or "")
    return Endpoint(server, authority, insecure, name, proxy, patience)


# -- who ------------------------------------------------------------------------------------------------------------------


def _credentials(found: _Files, body: Json, user: str, flags: Any, endpoint: Endpoint) -> Credentials:
    token = str(flags.get("token") or body.get("token") or "")
    name = str(flags.get("username") or body.get("username") or "")
    password = str(flags.get("password") or body.get("password") or "")
    methods = [*(["token"] if token else []), *(["basicAuth"] if name or password else [])]
    if len(methods) > 1 and not flags.get("token"):
        raise CommandError(
            f"more than one authentication method found for {user}; found [{' '.join(methods)}], only one is allowed"
        )
    certificate = found.read(body, flags, "client-certificate", "client-cert", user)
    key = found.read(body, flags, "client-key", "client-key", user)
    if certificate and not key:
        raise CommandError(
            f"client-key-data or client-key must be specified for {user} to use the clientCert authentication method."
        )
    for data, what in ((certificate, "certificate"), (key, "key")):
        if data and b"-----BEGIN" not in data:
            raise CommandError(f"tls: failed to find any PEM data in {what} input")
    _check_provider(body)
    if token:
        return Fixed(Identity(credentials.bearer(token), certificate, key))
    if body.get("tokenFile"):
        return _token_file(found, str(body["tokenFile"]))
    if name or password:
        return Fixed(Identity(credentials.basic(name, password), certificate, key))
    if certificate:
        return Fixed(Identity("", certificate, key))
    if body.get("exec"):
        return _plugin(body["exec"], user, endpoint)
    return Fixed(Identity())


def _token_file(found: _Files, name: str) -> TokenFile:
    path = found.path(name)
    if not path.is_file():
        raise CommandError(f"open {path}: no such file or directory")
    return TokenFile(path)


def _check_provider(body: Json) -> None:
    provider = body.get("auth-provider")
    if not provider:
        return
    name = str(provider.get("name") or "")
    if name in _REMOVED:
        raise CommandError(f"The {name} auth plugin has been removed.\n{_REMOVED[name]}")
    raise CommandError(f"no Auth Provider found for name {quoted(name)}")


def _plugin(body: Json, user: str, endpoint: Endpoint) -> Plugin:
    what = "to use exec authentication plugin"
    version, mode = str(body.get("apiVersion") or ""), str(body.get("interactiveMode") or "")
    if not body.get("command"):
        raise CommandError(f"command must be specified for {user} {what}")
    if not version:
        raise CommandError(f"apiVersion must be specified for {user} {what}")
    if not mode and version.endswith("/v1"):
        raise CommandError(f"interactiveMode must be specified for {user} {what}")
    if mode and mode not in _MODES:
        raise CommandError(f"invalid interactiveMode for {user}: {quoted(mode)}")
    if version not in _PLUGIN_VERSIONS:
        raise CommandError(f"exec plugin: invalid apiVersion {quoted(version)}")
    env = {str(one["name"]): str(one.get("value") or "") for one in body.get("env") or ()}
    args = tuple(str(word) for word in body.get("args") or ())
    cluster = None
    if body.get("provideClusterInfo"):
        cluster = {"server": endpoint.server}
        if endpoint.authority:
            cluster["certificate-authority-data"] = base64.b64encode(endpoint.authority).decode()
    return Plugin(
        version, str(body["command"]), args, env, str(body.get("installHint") or ""), mode or _MODES[1], cluster
    )


def _body(config: KubeConfig, section: str, field: str, name: str) -> Json:
    found = config.entry(section, name)
    return dict(found.get(field) or {}) if found else {}
