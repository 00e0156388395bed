"""The kubeconfig: clusters, users, contexts, and which of them is meant. Held as JSON data of `v1 Config`.

Source of the checks: client-go `tools/clientcmd/{loader.go,api/v1/types.go}`, Go's `encoding/json`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

from k8snb.api import yaml
from k8snb.client.credentials import GO_HEAD
from k8snb.kubectl.errors import CommandError, quoted

_SCHEME = "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"


class _Struct(NamedTuple):
    """A struct of Go's: its name and its fields, other fields are passed over."""

    name: str
    fields: dict[str, Any]


class _List(NamedTuple):
    """A list in Go."""

    of: Any


#: a type is "string", "bool", "bytes", a _Struct, or a _List of a type
_STRINGS = _List("string")
_ENTRIES = {
    "clusters": _Struct(
        "Cluster",
        {
            **dict.fromkeys(("server", "tls-server-name", "certificate-authority", "proxy-url"), "string"),
            **dict.fromkeys(("insecure-skip-tls-verify", "disable-compression"), "bool"),
            "certificate-authority-data": "bytes",
        },
    ),
    "users": _Struct(
        "AuthInfo",
        {
            **dict.fromkeys(
                ("client-certificate", "client-key", "token", "tokenFile", "username", "password"), "string"
            ),
            **dict.fromkeys(("as", "as-uid"), "string"),
            **dict.fromkeys(("client-certificate-data", "client-key-data"), "bytes"),
            "as-groups": _STRINGS,
            "auth-provider": _Struct("AuthProviderConfig", {"name": "string"}),
            "exec": _Struct(
                "ExecConfig",
                {
                    **dict.fromkeys(("command", "apiVersion", "installHint", "interactiveMode"), "string"),
                    "args": _STRINGS,
                    "env": _List(_Struct("ExecEnvVar", {"name": "string", "value": "string"})),
                    "provideClusterInfo": "bool",
                },
            ),
        },
    ),
    "contexts": _Struct("Context", dict.fromkeys(("cluster", "user", "namespace"), "string")),
}
_CONFIG = _Struct(
    "Config",
    {
        section: _List(_Struct(f"Named{body.name}", {"name": "string", section.removesuffix("s"): body}))
        for section, body in _ENTRIES.items()
    }
    | {"current-context": "string"},
)


class KubeConfig:
    """A kubeconfig in memory; `kubectl config` edits `data` in place."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def current(self) -> str:
        """The name of the current context."""
        return str(self.data.get("current-context", ""))

    def entry(self, section: str, name: str) -> dict[str, Any] | None:
        """The entry of `clusters`, `users` or `contexts` with this name."""
        return next((item for item in self.data.get(section) or [] if item.get("name") == name), None)

    def context(self, name: str = "") -> dict[str, Any]:
        """The body of a context (of the current one), empty if there is none."""
        found = self.entry("contexts", name or self.current)
        return dict(found.get("context") or {}) if found else {}

    def namespace(self, context: str = "") -> str:
        """The namespace a context works in, "" if it names none."""
        return str(self.context(context).get("namespace", ""))


def read_config(text: str, name: str) -> dict[str, Any]:
    """The data of a kubeconfig, read from the file of this name. CommandError if it is none."""
    try:
        data = yaml.load(text)
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise ValueError(
                f"couldn't get version/kind; json parse error: {_mismatch(data)} Go value of type {GO_HEAD}"
            )
        kind, version = str(data.get("kind") or "Config"), str(data.get("apiVersion") or "v1")
        if (kind, version) != ("Config", "v1"):
            raise ValueError(
                f"no kind {quoted(kind)} is registered for version {quoted(version)} in scheme {quoted(_SCHEME)}"
            )
        _check(data, _CONFIG, "", "")
    except ValueError as error:
        problem = str(error).removeprefix("error converting YAML to JSON: ")
        raise CommandError(f"error loading config file {quoted(name)}: {problem}") from None
    for section in _ENTRIES:
        data[section] = [{"name": "", **(item or {})} for item in data.get(section) or ()]
    return data


def _mismatch(value: Any) -> str:
    kind = {bool: "bool", int: "number", float: "number", str: "string", list: "array"}.get(type(value), "object")
    return f"json: cannot unmarshal {kind} into"


def _check(value: Any, wanted: Any, struct: str, path: str) -> None:
    """ValueError for a value of another type."""
    expected: dict[Any, type[Any]] = {"string": str, "bool": bool, "bytes": str, _Struct: dict, _List: list}
    if value is None:
        return
    if not isinstance(value, expected[wanted if isinstance(wanted, str) else type(wanted)]):
        raise ValueError(f"{_mismatch(value)} Go struct field {struct}.{path} of type {_name(wanted)}")
    if isinstance(wanted, _Struct):
        for field in sorted(set(value) & set(wanted.fields)):
            _check(value[field], wanted.fields[field], wanted.name, f"{path}.{field}".lstrip("."))
    elif isinstance(wanted, _List):
        for item in value:
            _check(item, wanted.of, struct, path)
    elif wanted == "bytes":
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("illegal base64 data at input byte 0") from None


def _name(wanted: Any) -> str:
    """A type as Go writes it."""
    if isinstance(wanted, _List):
        return f"[]{_name(wanted.of)}"
    return f"v1.{wanted.name}" if isinstance(wanted, _Struct) else wanted.replace("bytes", "[]uint8")


def lab_config(name: str, server: str) -> KubeConfig:
    """The kubeconfig that `minikube start` would have written for the embedded cluster."""
    home = "/home/learner/.minikube"
    return KubeConfig(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "preferences": {},
            "clusters": [
                {"name": name, "cluster": {"certificate-authority": f"{home}/ca.crt", "server": server}},
            ],
            "contexts": [
                {"name": name, "context": {"cluster": name, "namespace": "default", "user": name}},
            ],
            "current-context": name,
            "users": [
                {
                    "name": name,
                    "user": {
                        "client-certificate": f"{home}/profiles/{name}/client.crt",
                        "client-key": f"{home}/profiles/{name}/client.key",
                    },
                }
            ],
        }
    )
