"""Who a client over HTTP is: a token, a password, or what a plug-in program says (client-go credential plug-ins).

A plug-in gets an ExecCredential in KUBERNETES_EXEC_INFO and prints one back, with a token or a certificate and its key. Source:
client-go `plugin/pkg/client/auth/exec/exec.go`,
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_GROUP = "client.authentication.k8s.io"
_HINT = """

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"""
#: Go's type into which the head of an object is read, as its JSON errors print it
GO_HEAD = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'


class CredentialsError(Exception):
    """No credentials; the message is client-go's."""


@dataclass(frozen=True)
class Identity:
    """What is shown to the server: an Authorization header, a client certificate with its key (PEM), or nothing."""

    authorization: str = ""
    certificate: bytes = b""
    key: bytes = b""


class Fixed:
    """Credentials that do not change."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def identity(self) -> Identity:
        return self._identity

    def renew(self) -> bool:
        """The server did not believe: whether there may be something newer."""
        return False


class TokenFile:
    """A token that others write into a file, and change."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def identity(self) -> Identity:
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CredentialsError(f'failed to read token file "{self._path}": {error.strerror}') from None
        return Identity(bearer(token))

    def renew(self) -> bool:
        return False


@dataclass
class Plugin:
    """A program that says who the user is; it is asked again when the server no longer believes the answer."""

    version: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    #: Never, IfAvailable or Always
    interactive: str = "IfAvailable"
    #: the cluster's part of the kubeconfig, for plug-ins that want to know it
    cluster: Mapping[str, Any] | None = None
    _known: Identity | None = None

    def identity(self) -> Identity:
        """CredentialsError if the program fails or says nothing of use."""
        if self._known is None:
            self._known = self._read(self._run())
        return self._known

    def renew(self) -> bool:
        self._known = None
        return True

    def _run(self) -> str:
        terminal = sys.stdin is not None and sys.stdin.isatty()
        if self.interactive == "Always" and not terminal:
            raise CredentialsError("exec plugin cannot support interactive mode: standard input is not a terminal")
        talks = self.interactive != "Never" and terminal
        spec: dict[str, Any] = {"interactive": talks}
        if self.cluster is not None:
            spec["cluster"] = dict(self.cluster)
        info = {"kind": "ExecCredential", "apiVersion": self.version, "spec": spec}
        env = {**os.environ, **self.env, "KUBERNETES_EXEC_INFO": json.dumps(info)}
        try:
            done = subprocess.run(
                [self.command, *self.args],
                env=env,
                stdin=None if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                check=False,
            )
        except FileNotFoundError:
            found = "no such file or directory" if "/" in self.command else "not found"
            told = f"exec: fork/exec {self.command}: {found}" if "/" in self.command else ""
            raise CredentialsError((told or f"exec: executable {self.command} not found") + self._hint()) from None
        except OSError as error:
            raise CredentialsError(f"exec: {(error.strerror or str(error)).lower()}") from None
        if done.returncode:
            raise CredentialsError(f"exec: executable {self.command} failed with exit code {done.returncode}") from None
        return done.stdout.decode("utf-8", "replace")

    def _hint(self) -> str:
        return _HINT + (f"\n\n{self.hint}" if self.hint else "")

    def _read(self, text: str) -> Identity:
        found = _decoded(text)
        version = str(found.get("apiVersion") or f"{_GROUP}/__internal")
        if version != self.version:
            raise CredentialsError(
                f"exec plugin is configured to use API version {self.version}, plugin returned version {version}"
            )
        status = found.get("status")
        if status is None:
            raise CredentialsError("exec plugin didn't return a status field")
        token = str(status.get("token") or "")
        certificate, key = (str(status.get(name) or "").encode() for name in ("clientCertificateData", "clientKeyData"))
        if not token and not certificate and not key:
            raise CredentialsError("exec plugin didn't return a token or cert/key pair")
        if bool(certificate) != bool(key):
            raise CredentialsError("exec plugin returned only certificate or key, not both")
        return Identity(bearer(token) if token else "", certificate, key)


def _decoded(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        kind = "string"
    else:
        if isinstance(found, dict):
            return found
        kind = {list: "array", str: "string", bool: "bool"}.get(type(found), "number")
    problem = f"json: cannot unmarshal {kind} into Go value of type {GO_HEAD}"
    raise CredentialsError(f"decoding stdout: couldn't get version/kind; json parse error: {problem}")


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
