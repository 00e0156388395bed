"""kubectl's commands, one module each, in the groups and order of kubectl's help. A module is imported when it is used.

Each module defines `COMMAND`, a `Command`. To add one: write the module, add its row here.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import cast

from k8snb.kubectl.command import Command

#: group of the help screen -> command name -> module
GROUPS: dict[str, dict[str, str]] = {
    "Basic Commands (Beginner)": {"create": "create", "expose": "expose", "run": "run", "set": "set"},
    "Basic Commands (Intermediate)": {"explain": "explain", "get": "get", "edit": "edit", "delete": "delete"},
    "Deploy Commands": {"rollout": "rollout", "scale": "scale", "autoscale": "autoscale"},
    "Cluster Management Commands": {
        "certificate": "certificate",
        "cluster-info": "clusterinfo",
        "top": "top",
        "cordon": "cordon",
        "uncordon": "uncordon",
        "drain": "drain",
        "taint": "taint",
    },
    "Troubleshooting and Debugging Commands": {
        "describe": "describe",
        "logs": "logs",
        "attach": "attach",
        "exec": "exec",
        "port-forward": "portforward",
        "proxy": "proxy",
        "cp": "cp",
        "auth": "auth",
        "debug": "debug",
        "events": "events",
    },
    "Advanced Commands": {
        "diff": "diff",
        "apply": "apply",
        "patch": "patch",
        "replace": "replace",
        "wait": "wait",
        "kustomize": "kustomize",
    },
    "Settings Commands": {"label": "label", "annotate": "annotate", "completion": "completion"},
    "Other Commands": {
        "api-resources": "apiresources",
        "api-versions": "apiversions",
        "config": "config",
        "plugin": "plugin",
        "version": "version",
        "options": "options",
    },
}

NAMES: tuple[str, ...] = tuple(name for group in GROUPS.values() for name in group)
_MODULES = {name: module for group in GROUPS.values() for name, module in group.items()}


@cache
def load(name: str) -> Command | None:
    """The command of this name, None if there is none."""
    module = _MODULES.get(name)
    if module is None:
        return None
    return cast(Command, import_module(f"{__name__}.{module}").COMMAND)


def is_loaded(name: str) -> bool:
    """Has the command of this name been used before?"""
    return f"{__name__}.{_MODULES.get(name)}" in sys.modules
