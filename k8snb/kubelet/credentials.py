"""Pull secrets: who a Pod is at each registry, from the Secrets that its `imagePullSecrets` name.

Reads Secrets of type `kubernetes.io/dockerconfigjson` (and the older `dockercfg`). What cannot be read counts as nothing, as
with the kubelet. Source: `pkg/credentialprovider`. Simplification: registries are told apart by host, not by path.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from k8snb.runtime.registry import HUB, PASSWORD

_HUB_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})


def accounts(secrets: Iterable[Any]) -> dict[str, str]:
    """Registry → account; the first secret that speaks of a registry counts. "" is an account whose password is wrong."""
    found: dict[str, str] = {}
    for secret in secrets:
        for server, entry in _entries(secret.data).items():
            name, password = _login(entry)
            found.setdefault(_host(server), name if password == PASSWORD else "")
    return found


def _entries(data: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        if ".dockerconfigjson" in data:
            found = json.loads(base64.b64decode(data[".dockerconfigjson"]))["auths"]
        else:
            found = json.loads(base64.b64decode(data[".dockercfg"]))
    except (KeyError, TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _login(entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict):
        return "", ""
    if entry.get("username"):
        return str(entry["username"]), str(entry.get("password", ""))
    try:
        name, _, password = base64.b64decode(str(entry.get("auth", ""))).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _host(server: str) -> str:
    host = server.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in _HUB_NAMES else host
