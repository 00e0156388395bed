"""Debugging profiles: what a container for debugging may do, and what a copied Pod keeps.

Source: kubectl `pkg/cmd/debug/profiles.go`, KEP-1441.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pods import find_container

Json = dict[str, Any]
#: how something is debugged: with a container added to a Pod, in a copy of a Pod, with a Pod on a node
Style = Literal["ephemeral", "copy", "node"]
_ROOT: Final = "host-root"
_PROBES: Final = {"livenessProbe": "keep-liveness", "readinessProbe": "keep-readiness", "startupProbe": "keep-startup"}


@dataclass(frozen=True)
class Keeps:
    """The `--keep-*` flags that were given: what a copy does not lose."""

    flags: frozenset[str]

    def clean(self, pod: Json) -> None:
        """Take away what is not to be kept."""
        for field in ("labels", "annotations"):
            if f"keep-{field}" not in self.flags:
                pod["metadata"].pop(field, None)
        for container in pod["spec"]["containers"]:
            for probe, flag in _PROBES.items():
                if flag not in self.flags:
                    container.pop(probe, None)
        if "keep-init-containers" not in self.flags:
            pod["spec"].pop("initContainers", None)


def apply(profile: str, pod: Json, name: str, style: Style, keeps: Keeps) -> None:
    """Change a Pod, and the container of this name in it, as the profile says."""
    check(profile)
    container = find_container(pod, name)
    if container is not None:
        _PROFILES[profile](pod, container, style)
    if style == "copy":
        if profile == "legacy":
            pod["metadata"].pop("labels", None)
        else:
            keeps.clean(pod)
            pod["spec"].setdefault("shareProcessNamespace", True)


def check(profile: str) -> None:
    """CommandError if there is no such profile."""
    if profile not in _PROFILES:
        raise CommandError(f"unknown profile: {profile}")


def _legacy(pod: Json, container: Json, style: Style) -> None:
    if style == "node":
        _mount_root(pod, container)
        _use_host(pod)


def _general(pod: Json, container: Json, style: Style) -> None:
    if style == "node":
        _mount_root(pod, container)
        container.pop("securityContext", None)
        _use_host(pod)
    else:
        _add(container, "SYS_PTRACE")


def _baseline(pod: Json, container: Json, style: Style) -> None:
    container.pop("securityContext", None)


def _restricted(pod: Json, container: Json, style: Style) -> None:
    container["securityContext"] = {
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _netadmin(pod: Json, container: Json, style: Style) -> None:
    _add(container, "NET_ADMIN", "NET_RAW")
    if style == "node":
        _use_host(pod)


def _sysadmin(pod: Json, container: Json, style: Style) -> None:
    container.setdefault("securityContext", {})["privileged"] = True
    if style == "node":
        _use_host(pod)
        _mount_root(pod, container)


_PROFILES: Final[dict[str, Callable[[Json, Json, Style], None]]] = {
    "legacy": _legacy,
    "general": _general,
    "baseline": _baseline,
    "restricted": _restricted,
    "netadmin": _netadmin,
    "sysadmin": _sysadmin,
}


def _mount_root(pod: Json, container: Json) -> None:
    pod["spec"].setdefault("volumes", []).append({"name": _ROOT, "hostPath": {"path": "/"}})
    container.setdefault("volumeMounts", []).append({"mountPath": "/host", "name": _ROOT})


def _use_host(pod: Json) -> None:
    pod["spec"] |= {"hostNetwork": True, "hostPID": True, "hostIPC": True}


def _add(container: Json, *capabilities: str) -> None:
    context = container.setdefault("securityContext", {})
    context.setdefault("capabilities", {}).setdefault("add", []).extend(capabilities)
