"""ApplySets (KEP-3659): what belongs together is labelled, and a parent object keeps what kinds and namespaces to look in.

`apply --prune --applyset=NAME` deletes members that were not among the manifests. It is alpha: only with the variable
`KUBECTL_APPLYSET=true`. Reads and writes the parent, a Secret or ConfigMap (or a kind whose CRD allows it).
Source: `k8s.io/kubectl/pkg/cmd/apply/{applyset,applyset_pruner}.go`.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.version import CLIENT
from k8snb.kubectl.errors import CommandError, Many, quoted
from k8snb.kubectl.info import Info
from k8snb.kubectl.kinds import Kind

Json = dict[str, Any]
_DOMAIN: Final = "applyset.kubernetes.io"
TOOLING: Final = f"{_DOMAIN}/tooling"
NAMESPACES: Final = f"{_DOMAIN}/additional-namespaces"
KINDS: Final = f"{_DOMAIN}/contains-group-kinds"
ID: Final = f"{_DOMAIN}/id"
PART_OF: Final = f"{_DOMAIN}/part-of"
PARENT_TYPE: Final = f"{_DOMAIN}/is-parent-type"
_APPLY: Final = "application/apply-patch+yaml"
_BUILTIN: Final = ("secrets", "configmaps")
_TOOL: Final = "kubectl"


def enabled(invocation: Invocation) -> bool:
    """Whether the environment switches the alpha feature on."""
    value = invocation.session.env.get("KUBECTL_APPLYSET") or os.environ.get("KUBECTL_APPLYSET", "")
    return value.lower() in ("1", "t", "true")


@dataclass
class ApplySet:
    """One set: its parent, and where its members were and will be."""

    invocation: Invocation
    kind: Kind
    name: str
    namespace: str
    query: dict[str, str]
    dry_run: str
    present: dict[str, Kind] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    updated: dict[str, Kind] = field(default_factory=dict)
    updated_namespaces: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The label value that all members carry."""
        text = f"{self.name}.{self.namespace}.{self.kind.kind}.{self.kind.group}"
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        return f"applyset-{digest}-v1"

    @property
    def _reference(self) -> str:
        return quoted(f"{self.kind.plural}.{self.kind.group}/{self.name}")

    def check(self) -> None:
        """CommandError if there can be no such set."""
        problems: list[Exception] = []
        if self.kind.namespaced and not self.namespace:
            problems.append(CommandError("namespace is required to use namespace-scoped ApplySet"))
        if not self._is_builtin and self.kind.group_resource not in self._allowed():
            problems.append(
                CommandError(
                    f"resource {quoted(self.kind.resource_text)} is not permitted as an ApplySet parent "
                    f"(CRD needs {quoted(PARENT_TYPE)} label)"
                )
            )
        if problems:
            raise problems[0] if len(problems) == 1 else Many(problems)

    @property
    def _is_builtin(self) -> bool:
        return not self.kind.group and self.kind.plural in _BUILTIN

    def _allowed(self) -> list[str]:
        definitions = self.invocation.kinds.of_object("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        if definitions is None:
            return []
        return [item["metadata"]["name"] for item in self.invocation.api.list(definitions, "", PARENT_TYPE)["items"]]

    def label(self, infos: Sequence[Info]) -> None:
        """Mark the manifests as members. CommandError for one that carries the label already."""
        for info in infos:
            labels = info.object.setdefault("metadata", {}).setdefault("labels", {})
            if PART_OF in labels:
                raise CommandError(f"ApplySet label {quoted(PART_OF)} already set in input data")
            labels[PART_OF] = self.id

    # -- the parent -----------------------------------------------------------------------------------------------------

    def begin(self, infos: Sequence[Info]) -> None:
        """Before anything is applied the parent learns where members may be, so that an interruption loses none."""
        self._fetch()
        for info in infos:
            self.updated[info.kind.go_group_kind] = info.kind
            if info.kind.namespaced and info.namespace:
                self.updated_namespaces.add(info.namespace)
        self._update({**self.present, **self.updated}, self.namespaces | self.updated_namespaces)

    def _fetch(self) -> None:
        try:
            parent = self.invocation.api.get(self.kind, self.namespace, self.name)
        except StatusError as error:
            if error.reason != "NotFound":
                raise CommandError(
                    f"failed to fetch ApplySet parent object {self._reference}: {error.message}"
                ) from None
            if not self._is_builtin:
                raise CommandError("custom resource ApplySet parents cannot be created automatically") from None
            return
        meta = parent["metadata"]
        labels, annotations = meta.get("labels") or {}, meta.get("annotations") or {}
        self._check_parent(labels, annotations)
        self.present = dict(self._known(annotations))
        self.namespaces = {one for one in annotations.get(NAMESPACES, "").split(",") if one}
        if self.kind.namespaced:
            self.namespaces.add(self.namespace)

    def _check_parent(self, labels: dict[str, str], annotations: dict[str, str]) -> None:
        about = f"ApplySet parent object {self._reference}"
        if TOOLING not in annotations:
            raise CommandError(f"{about} already exists and is missing required annotation {quoted(TOOLING)}")
        tool = annotations[TOOLING].rpartition("/")[0] or annotations[TOOLING]
        if tool != _TOOL:
            raise CommandError(
                f"{about} already exists and is managed by tooling {quoted(tool)} instead of {quoted(_TOOL)}"
            )
        if ID not in labels:
            raise CommandError(f"{about} exists and does not have required label {ID}")
        if labels[ID] != self.id:
            raise CommandError(
                f"{about} exists and has incorrect value for label {quoted(ID)} (got: {labels[ID]}, want: {self.id})"
            )

    def _known(self, annotations: dict[str, str]) -> Iterator[tuple[str, Kind]]:
        if KINDS not in annotations:
            raise CommandError(
                f"parsing ApplySet annotation on {self._reference}: kubectl requires the {quoted(KINDS)} annotation to be "
                "set on all ApplySet parent objects"
            )
        for text in annotations[KINDS].split(",") if annotations[KINDS] else ():
            name, _, group = text.partition(".")
            kind = next((one for one in self.invocation.kinds if (one.kind, one.group) == (name, group)), None)
            if kind is None:
                raise CommandError(
                    f"parsing ApplySet annotation on {self._reference}: could not find mapping for kind in "
                    f"{quoted(KINDS)} annotation: no matches for kind {quoted(name)} in group {quoted(group)}"
                )
            yield text, kind

    def _update(self, kinds: Collection[str], namespaces: set[str]) -> None:
        """Write down what the set consists of; nothing in a dry run of the client."""
        if self.dry_run == "client":
            return
        annotations = {
            TOOLING: f"{_TOOL}/{CLIENT}",
            KINDS: ",".join(sorted(kinds)),
            NAMESPACES: ",".join(sorted(namespaces - {self.namespace})),
        }
        meta: Json = {"name": self.name, "annotations": annotations, "labels": {ID: self.id}}
        if self.namespace:
            meta["namespace"] = self.namespace
        patch = {"apiVersion": self.kind.api_version, "kind": self.kind.kind, "metadata": meta}
        query = {**self.query, "fieldManager": f"{_TOOL}-applyset", "force": "false"}
        try:
            try:
                self.invocation.api.patch(self.kind, self.namespace, self.name, patch, _APPLY, query)
            except StatusError as error:
                if error.reason != "Conflict":
                    raise
                self._say_conflict(error.message)
                self.invocation.api.patch(
                    self.kind, self.namespace, self.name, patch, _APPLY, {**query, "force": "true"}
                )
        except StatusError as error:
            raise CommandError(f"failed to update ApplySet: {error.message}") from None

    def _say_conflict(self, message: str) -> None:
        text = (
            f"WARNING: failed to update ApplySet: {message}\nApplySet field manager {_TOOL}-applyset should own these "
            "fields. Retrying with conflicts forced."
        )
        self.invocation.klog("W", "applyset.go:454", text)

    # -- what is left over ----------------------------------------------------------------------------------------------

    def prune(
        self, seen: Collection[str], delete: Callable[[Kind, str, str], None], show: Callable[[Json], None]
    ) -> None:
        """Delete the members that were not applied this time; then the parent keeps the others."""
        for kind, namespace, obj in list(self._left_over(seen)):
            try:
                delete(kind, namespace, obj["metadata"]["name"])
            except StatusError as error:
                raise CommandError(f"pruning {kind.kind_text} {obj['metadata']['name']}: {error.message}") from None
            show(obj)
        try:
            self._update(self.updated, self.updated_namespaces)
        except CommandError as error:
            raise CommandError(f"apply and prune succeeded, but ApplySet update failed: {error.message}") from None

    def _left_over(self, seen: Collection[str]) -> Iterator[tuple[Kind, str, Json]]:
        for _, kind in sorted(self.present.items()):
            for namespace in sorted(self.namespaces) if kind.namespaced else [""]:
                for obj in self.invocation.api.list(kind, namespace, f"{PART_OF}={self.id}")["items"]:
                    if obj["metadata"]["uid"] not in seen:
                        yield kind, namespace, obj


def parent_of(invocation: Invocation, reference: str) -> tuple[Kind, str]:
    """The kind and name that `--applyset` means: `[RESOURCE][.GROUP]/NAME`, a Secret without one."""
    word, slash, name = reference.partition("/")
    resource, name = (word, name) if slash else (_BUILTIN[0], reference)
    try:
        if not name:
            raise CommandError("name cannot be blank")
        kind = invocation.kinds.resource(resource)
        if kind is None:
            plural, _, group = resource.partition(".")
            raise CommandError(f"no matches for {group}/, Resource={plural}")
    except CommandError as error:
        raise CommandError(f"invalid parent reference {quoted(reference)}: {error.message}") from None
    return kind, name
