"""Completion of a kubectl command line from the live cluster: verbs, kinds, names, namespaces, containers, flags and values.

`complete` reads the words before the last one as kubectl would, without running anything. Source: kubectl
`pkg/util/completion/completion.go`, spf13/cobra `completions.go`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.cli import find
from k8snb.kubectl.command import Session
from k8snb.kubectl.commands import NAMES, is_loaded, load
from k8snb.kubectl.errors import FAILURES
from k8snb.kubectl.globalflags import GLOBAL_FLAGS
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.lookups import Lookups, matching
from k8snb.kubectl.manifests import EXTENSIONS
from k8snb.kubectl.pflag import Flag, FlagSet

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

_SCALABLE: Final = ("deployments", "replicasets", "replicationcontrollers", "statefulsets")
_ROLLED: Final = ("deployments", "daemonsets", "statefulsets")
_TEMPLATED: Final = (*_SCALABLE, "daemonsets", "cronjobs", "jobs", "pods")
#: commands whose arguments are TYPE NAME… or TYPE/NAME…, and the types they know (none: all)
TYPED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("get", "describe", "delete", "edit", "label", "annotate", "patch", "wait"), ()),
    **dict.fromkeys((f"apply {name}" for name in ("view-last-applied", "edit-last-applied")), ()),
    **dict.fromkeys((f"rollout {name}" for name in ("history", "restart", "status", "undo")), _ROLLED),
    **dict.fromkeys(("rollout pause", "rollout resume"), ("deployments",)),
    **dict.fromkeys(("scale", "autoscale"), _SCALABLE),
    **dict.fromkeys((f"set {name}" for name in ("image", "env", "resources", "serviceaccount")), _TEMPLATED),
    "expose": ("pods", "services", "replicationcontrollers", "deployments", "replicasets"),
    "set selector": ("services",),
    "set subject": ("rolebindings", "clusterrolebindings"),
    "taint": ("nodes",),
}
#: commands whose arguments are names of one type
NAMED: Final = {
    **dict.fromkeys(("logs", "exec", "attach", "port-forward", "debug", "top pod", "cp"), "pods"),
    **dict.fromkeys(("cordon", "uncordon", "drain", "top node"), "nodes"),
    **dict.fromkeys(("certificate approve", "certificate deny"), "certificatesigningrequests"),
}
#: commands that also take TYPE/NAME where a Pod is named, and only one of them
_POINTING: Final = ("logs", "exec", "attach", "port-forward", "debug")
_CONFIG: Final = {
    **dict.fromkeys(("use-context", "delete-context", "rename-context", "get-contexts", "set-context"), "contexts"),
    **dict.fromkeys(("delete-cluster", "set-cluster"), "clusters"),
    **dict.fromkeys(("delete-user", "set-credentials"), "users"),
}
#: flags that name objects -> their type
_OBJECT_FLAGS: Final = {
    "namespace": "namespaces",
    "clusterrole": "clusterroles",
    "role": "roles",
    "serviceaccount": "serviceaccounts",
    "node-name": "nodes",
    "priorityclass": "priorityclasses",
}
#: flags with a closed set of values
_CHOICES: Final = {
    "dry-run": ("none", "client", "server"),
    "cascade": ("background", "foreground", "orphan"),
    "validate": ("strict", "warn", "ignore"),
    "restart": ("Always", "OnFailure", "Never"),
    "protocol": ("TCP", "UDP", "SCTP"),
    "session-affinity": ("None", "ClientIP"),
    "subresource": ("status", "scale", "resize"),
    "override-type": ("json", "merge", "strategic"),
    "image-pull-policy": ("Always", "IfNotPresent", "Never"),
    "verb": ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    "field-selector": (
        "metadata.name=",
        "metadata.namespace=",
        "spec.nodeName=",
        "status.phase=",
        "involvedObject.name=",
    ),
}
_TYPES: Final = {
    "patch": ("json", "merge", "strategic"),
    "expose": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
}
#: conditions to wait for where there is no object yet that has some
_CONDITIONS: Final = ("Available", "Complete", "Failed", "Progressing", "Ready")
_FIELD_FORMATS: Final = ("jsonpath=", "jsonpath-as-json=", "custom-columns=")
_LISTED: Final = re.compile(r"One of: \(([^)]*)\)|Valid values are: \(([^)]*)\)|One of \(([^)]*)\)")
#: as many commands are read to say what each of them does
_FEW: Final = 3
_SHELLS: Final = ("bash", "fish", "powershell", "zsh")


def complete(cluster: Cluster, words: list[str]) -> list[str]:
    """What the last of the words behind `kubectl` may become, sorted; the last word is "" if nothing of it is typed."""
    return [text for text, _ in suggestions(cluster.session(), words)]


def suggestions(session: Session, words: Sequence[str]) -> list[tuple[str, str]]:
    """The same with what each of them is: of flags and commands what help says, of others their kind."""
    if not words:
        return []
    try:
        completion = Completion(session, words[:-1])
        found = completion.of(words[-1])
        return [(text, completion.about(text, alone=len(found) <= _FEW)) for text in found]
    except (ConnectionRefused, *FAILURES):
        return []  # nobody there who could be asked


class Completion:
    """A command line up to the word that is being typed."""

    def __init__(self, session: Session, before: Sequence[str]) -> None:
        self.session = session
        self.command, self.path, rest = find(before)
        self.flags = FlagSet((*(self.command.flags if self.command else ()), *GLOBAL_FLAGS))
        self.args: list[str] = []
        self.given: dict[str, str] = {}
        self.pending: Flag | None = None
        self.dashed = False
        self._read(rest)
        everywhere = self.given.get("all-namespaces") == "true"
        namespace = self.given.get("namespace") or session.config.namespace(self.given.get("context", "")) or "default"
        self.live = Lookups(session, "" if everywhere else namespace)

    def _read(self, words: Sequence[str]) -> None:
        for word in words:
            if self.pending is not None:
                self.given[self.pending.name] = word
                self.pending = None
            elif word == "--" or self.dashed:
                self.dashed = True
            elif word.startswith("-") and word != "-":
                self._read_flag(word)
            elif word:
                self.args.append(word)

    def _read_flag(self, word: str) -> None:
        name, equals, value = word.partition("=")
        flag = self.flags.lookup(name[2:]) if word.startswith("--") else self.flags.shorthands.get(name[1:2])
        if flag is None:
            return
        attached = value if word.startswith("--") else word[2:].removeprefix("=")
        if equals or attached:
            self.given[flag.name] = attached
        elif flag.lone:
            self.given[flag.name] = flag.lone
        else:
            self.pending = flag

    def of(self, word: str) -> list[str]:
        """What this word may become."""
        if self.dashed:
            return []
        if self.pending is not None:
            return self._values(self.pending, word)
        if word.startswith("-"):
            return self._flags(word)
        if self.command is None:
            if self.args[:1] == ["help"] and len(self.args) == 1:
                return matching(NAMES, word)
            return matching((*NAMES, "help"), word) if not self.args else []
        if self.command.subcommands:
            found = matching((sub.name for sub in self.command.subcommands), word) if not self.args else []
            if found or self.command.run is None:
                return found
        return self._argument(word)

    def about(self, text: str, *, alone: bool = True) -> str:
        """What a suggestion is, in a few words. Among many, a command that has not run yet is not read for it."""
        if text.startswith("-") and self.pending is None and "=" not in text:
            flag = self.flags.lookup(text[2:]) if text.startswith("--") else self.flags.shorthands.get(text[1:])
            return _first_sentence(flag.usage) if flag is not None else "flag"
        if self.pending is not None:
            return self.pending.name
        if self.command is None:
            command = load(text) if alone or is_loaded(text) else None
            return _first_sentence(command.short) if command is not None else "command"
        sub = next((one for one in self.command.subcommands if one.name == text), None)
        if sub is not None:
            return _first_sentence(sub.short)
        kind = self.kind_meant()
        return kind.singular or kind.plural if kind is not None else "type"

    # -- flags --------------------------------------------------------------------------------------------------------

    def _flags(self, word: str) -> list[str]:
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            if equals:
                flag = self.flags.lookup(name[2:])
                return [f"{name}={item}" for item in self._values(flag, value)] if flag is not None else []
            shown = (f"--{flag.name}" for flag in self.flags.flags.values() if not flag.hidden and not flag.deprecated)
            return matching(shown, word)
        flag = self.flags.shorthands.get(word[1:2])
        if len(word) > 2 and flag is not None and not flag.lone:
            start = word[:3] if word[2] == "=" else word[:2]
            return [start + item for item in self._values(flag, word[len(start) :])]
        if word == "-":
            known = self.flags.flags.values()
            return sorted(f"--{flag.name}" for flag in known if not flag.hidden and not flag.deprecated)
        return [word] if flag is not None and len(word) == 2 else []

    def _values(self, flag: Flag, text: str) -> list[str]:
        """What the value of a flag may become; of a list its last part is completed."""
        start = ""
        if flag.kind == "stringSlice" and "," in text:
            start, text = text[: text.rindex(",") + 1], text[text.rindex(",") + 1 :]
        return [start + item for item in self._value(flag, text)]

    def _value(self, flag: Flag, text: str) -> list[str]:
        name = flag.name
        if name in ("context", "cluster", "user") and self.flags.flags.get(name) in GLOBAL_FLAGS:
            return self._config(f"{name}s", text)
        if name == "output":
            return self._formats(flag, text)
        if name in _OBJECT_FLAGS:
            return self.live.names(self.live.kind(_OBJECT_FLAGS[name]), text)
        if name == "type" and self.path in _TYPES:
            return matching(_TYPES[self.path], text)
        if name in _CHOICES:
            return matching(_CHOICES[name], text)
        lookup: dict[str, Callable[[str], list[str]]] = {
            "container": self._containers,
            "containers": self._containers,
            "selector": self._selector,
            "label-columns": lambda text: self.live.labels(self.kind_meant(), text),
            "sort-by": lambda text: self.live.fields(self.kind_meant(), text or "."),
            "resource": self.live.kinds,
            "from": self._sources,
            "filename": self._files,
            "patch-file": self._files,
            "for": self._awaited,
        }
        return lookup[name](text) if name in lookup else []

    def _formats(self, flag: Flag, text: str) -> list[str]:
        if text.startswith(_FIELD_FORMATS):
            return self.live.fields(self.kind_meant(), text)
        found = _LISTED.search(flag.usage)
        words = (
            next(part for part in found.groups() if part).replace("|", ",").split(",") if found else ["json", "yaml"]
        )
        names = [word.strip().strip('"') for word in words]
        arguments = ("jsonpath", "go-template", "custom-columns", "template")
        return matching((f"{name}=" if name.startswith(arguments) else name for name in names), text)

    def _config(self, section: str, text: str) -> list[str]:
        entries = self.session.config.data.get(section) or []
        return matching((str(entry.get("name", "")) for entry in entries), text)

    def _selector(self, text: str) -> list[str]:
        start = text[: text.rindex(",") + 1] if "," in text else ""
        return [start + item for item in self.live.labels(self.kind_meant(), text[len(start) :])]

    def _awaited(self, text: str) -> list[str]:
        """`--for`: conditions that the objects have, deletion, creation, fields."""
        if text.startswith("condition="):
            found = self.live.conditions(*self._object()) or list(_CONDITIONS)
            return matching((f"condition={name}" for name in found), text)
        if text.startswith("jsonpath="):
            return self.live.fields(self.kind_meant(), text)
        return matching(("condition=", "create", "delete", "jsonpath="), text)

    def _sources(self, text: str) -> list[str]:
        """`--from`: of `create job` cron jobs, of `set env` config maps and secrets."""
        words = ("cronjob",) if self.path == "create job" else ("configmap", "secret")
        return [item for word in words for item in self._slashed(word, text)]

    def _files(self, text: str) -> list[str]:
        folder = text[: text.rindex("/") + 1] if "/" in text else ""
        place = Path(self.session.cwd, folder)
        found = [name for name in self.session.files if name.startswith(text)]
        for item in place.iterdir() if place.is_dir() else ():
            if item.is_dir():
                found.append(f"{folder}{item.name}/")
            elif item.suffix in EXTENSIONS:
                found.append(folder + item.name)
        return [
            item for item in matching(found, text) if text[len(folder) :] or not item[len(folder) :].startswith(".")
        ]

    # -- arguments ----------------------------------------------------------------------------------------------------

    def _argument(self, word: str) -> list[str]:
        path, count = self.path, len(self.args)
        if path in TYPED:
            return self._typed(word, TYPED[path])
        if path in NAMED:
            return self._named(word, NAMED[path])
        if path == "explain":
            return self._explained(word) if not count else []
        if path == "auth can-i":
            return matching(_CHOICES["verb"], word) if not count else self.live.kinds(word) if count == 1 else []
        if path == "completion":
            return matching(_SHELLS, word) if not count else []
        group, _, name = path.partition(" ")
        if group == "config" and name in _CONFIG and not count:
            return self._config(_CONFIG[name], word)
        return []

    def _typed(self, word: str, allowed: tuple[str, ...]) -> list[str]:
        """A type, a name of the type before, or TYPE/NAME; then what the command wants of the object."""
        first = self.args[0] if self.args else ""
        if "/" in word:
            return self._slashed(word.partition("/")[0], word)
        if not first:
            start = word[: word.rindex(",") + 1] if "," in word else ""
            return [start + item for item in self.live.kinds(word[len(start) :], allowed)]
        if "/" in first:
            return self._details(word)
        taken = set(self.args[1:])
        names = [name for name in self.live.names(self.live.kind(first.split(",")[0]), word) if name not in taken]
        details = self._details(word) if taken else []
        return details if details and self.path.startswith("set ") else [*names, *details]

    def _details(self, word: str) -> list[str]:
        """What follows the object: containers, keys of labels, service accounts."""
        kind, name = self._object()
        if self.path == "set image":
            return matching((f"{item}=" for item in self.live.containers(kind, name)), word)
        if self.path == "set serviceaccount":
            return self.live.names(self.live.kind("serviceaccounts"), word)
        if self.path in ("label", "annotate"):
            keys = self.live.labels_of(kind, name, "labels" if self.path == "label" else "annotations")
            return matching((key + sign for key in keys for sign in "=-"), word)
        return []

    def _slashed(self, word: str, text: str) -> list[str]:
        names = self.live.names(self.live.kind(word))
        return matching((f"{word}/{name}" for name in names if f"{word}/{name}" not in self.args), text)

    def _named(self, word: str, plural: str) -> list[str]:
        if "/" in word and self.path in _POINTING and not self.args:
            return self._slashed(word.partition("/")[0], word)
        if self.path in _POINTING and self.args:
            return matching(self.live.ports(*self._object()), word) if self.path == "port-forward" else []
        names = [name for name in self.live.names(self.live.kind(plural), word) if name not in self.args]
        return [f"{name}:" for name in names] if self.path == "cp" else names

    def _explained(self, word: str) -> list[str]:
        """A kind, or a path of fields behind one (`pods.spec.con`)."""
        name, *path = word.split(".")
        if not path:
            return [item for item in self.live.kinds(word) if item != "all"]
        kind = self.live.kind(name)
        if kind is None:
            return []
        start = word[: word.rindex(".") + 1]
        return [start + item for item in matching(self.live.field_names(kind, path[:-1]), path[-1])]

    def kind_meant(self) -> Kind | None:
        """The type that the arguments speak of."""
        if self.path in NAMED and "/" not in "".join(self.args[:1]):
            return self.live.kind(NAMED[self.path])
        return self.live.kind(self.args[0].partition("/")[0].split(",")[0]) if self.args else None

    def _object(self) -> tuple[Kind | None, str]:
        """The object that the arguments name."""
        kind = self.kind_meant()
        if not self.args:
            return kind, ""
        _, slash, name = self.args[0].partition("/")
        if slash:
            return kind, name
        if self.path in NAMED:
            return kind, self.args[0]
        return kind, self.args[1] if len(self.args) > 1 else ""

    def _containers(self, text: str) -> list[str]:
        return matching(self.live.containers(*self._object()), text)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].partition("\n")[0].strip().rstrip(".")
