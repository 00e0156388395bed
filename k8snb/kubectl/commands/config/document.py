"""A kubeconfig as `kubectl config` reads, changes and writes it: the session's own, or a file that `--kubeconfig` names.

Source: client-go `tools/clientcmd` (loader, latest codec), kubectl `pkg/cmd/config`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from k8snb.api import yaml
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kubeconfig import read_config

Json = dict[str, Any]
#: where the learner's own kubeconfig would be on a disk
DEFAULT_PATH = "/home/learner/.kube/config"
#: section -> (name of an entry's body, order of its fields)
SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "clusters": (
        "cluster",
        (
            "server",
            "tls-server-name",
            "insecure-skip-tls-verify",
            "certificate-authority",
            "certificate-authority-data",
            "proxy-url",
            "disable-compression",
            "extensions",
        ),
    ),
    "users": (
        "user",
        (
            "client-certificate",
            "client-certificate-data",
            "client-key",
            "client-key-data",
            "token",
            "tokenFile",
            "as",
            "as-uid",
            "as-groups",
            "as-user-extra",
            "username",
            "password",
            "auth-provider",
            "exec",
            "extensions",
        ),
    ),
    "contexts": ("context", ("cluster", "user", "namespace", "extensions")),
}
#: fields that are written even if they are empty
_ALWAYS = {"clusters": ("server",), "users": (), "contexts": ("cluster", "user")}


class Document:
    """One kubeconfig. `sections` are maps by name; `save` writes them back where they came from."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self.explicit = str(invocation.flag("kubeconfig"))
        self.path = self.explicit or DEFAULT_PATH
        self._kept = {} if self.explicit else invocation.session.config.data
        data = self._read() if self.explicit else self._kept
        self.current = str(data.get("current-context") or "")
        self.preferences: Json = data.get("preferences") or {}
        self.extensions: list[Json] = data.get("extensions") or []
        self.sections: dict[str, dict[str, Json]] = {
            section: {item["name"]: dict(item.get(body) or {}) for item in data.get(section) or []}
            for section, (body, _) in SECTIONS.items()
        }

    def _read(self) -> Json:
        path = Path(self._invocation.session.cwd, self.explicit)
        if not path.exists():
            return {}
        return read_config(path.read_text(encoding="utf-8"), self.explicit)

    def save(self) -> None:
        """Keep the changes."""
        if not self.explicit:
            self._kept.clear()
            self._kept.update(self.to_dict())
            return
        path = Path(self._invocation.session.cwd, self.explicit)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.dump(self.to_dict()), encoding="utf-8")

    def to_dict(self) -> Json:
        """The whole as data of `v1 Config`, members in the order of Go's fields."""
        data: Json = {"kind": "Config", "apiVersion": "v1"}
        if self.preferences:
            data["preferences"] = self.preferences
        for section, entries in self.sections.items():
            body = SECTIONS[section][0]
            data[section] = [{"name": name, body: _ordered(section, entries[name])} for name in sorted(entries)] or None
        data["current-context"] = self.current
        if self.extensions:
            data["extensions"] = self.extensions
        return data


def _ordered(section: str, entry: Json) -> Json:
    """An entry's fields in order, without what is empty."""
    known = [name for name in SECTIONS[section][1] if entry.get(name) or name in _ALWAYS[section]]
    return {name: _plugin(entry[name]) if name == "exec" else entry.get(name, "") for name in known}


def _plugin(body: Json) -> Json:
    """An `exec` with all the fields that are always written."""
    order = ("command", "args", "env", "apiVersion", "installHint", "provideClusterInfo", "interactiveMode")
    whole = {"command": "", "args": None, "env": None, "provideClusterInfo": False} | body
    return {name: whole[name] for name in order if name in whole}


def wrong_arguments(invocation: Invocation) -> CommandError:
    """The help on standard output, and the error for a wrong number of arguments."""
    return with_help(invocation, f"Unexpected args: [{' '.join(invocation.args)}]")


def with_help(invocation: Invocation, message: str) -> CommandError:
    """The help on standard output, and an error."""
    from k8snb.kubectl.help import command_help

    command: Command = invocation.command
    invocation.out(command_help(command, invocation.path))
    return CommandError(message)
