"""What the `set` commands have in common: selecting objects, changing their Pod templates, sending what has changed.

The objects are changed here and sent as strategic merge patches; one that stays the same is neither sent nor printed.
Source: kubectl `pkg/cmd/set/helper.go`, `pkg/polymorphichelpers/updatepodspec.go`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.differences import STRATEGIC, strategic_difference
from k8snb.kubectl.errors import FAILURES, CommandError, raise_all, text_of
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.output import Output, Printer
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, field_manager
from k8snb.kubectl.typedobjects import go_type, need_model, typed

LOCAL_RESOURCE: Final = """error: you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'"""
LOCAL_SERVER_DRY_RUN: Final = "cannot specify --local and --dry-run=server - did you mean --dry-run=client?"
ALL_AND_SELECTOR: Final = "cannot set --all and --selector at the same time"

FILENAME_USAGE: Final = "Filename, directory, or URL to files identifying the resource to get from a server."
ALL: Final = Flag("all", "bool", usage="Select all resources, in the namespace of the specified resource types")
COMMON: Final = (DRY_RUN, field_manager("kubectl-set"))

_TEMPLATED: Final = {
    ("v1", "ReplicationController"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
}

#: changes a copy of an object; False leaves it alone
Mutation = Callable[[dict[str, Any]], bool]


@dataclass
class Sender:
    """Sends the changes of one command. `failure` introduces a refusal by the server; `unchanged` sends empty patches too."""

    invocation: Invocation
    operation: str
    failure: str
    unchanged: bool = False

    def __post_init__(self) -> None:
        self.dry_run = self.invocation.dry_run
        self.local = bool(self.invocation.flag("local"))
        self.show: Printer = Output(self.invocation, typed=True).printer(self.operation, self.dry_run)

    @property
    def stays_here(self) -> bool:
        """Whether nothing is sent."""
        return self.local or self.dry_run == "client"

    def check_local(self) -> None:
        """CommandError for --local with --dry-run=server."""
        if self.local and self.dry_run == "server":
            raise CommandError(LOCAL_SERVER_DRY_RUN)

    def send(self, infos: Sequence[Info], mutate: Mutation, errors: list[Exception]) -> None:
        """Change all objects, then send them; raises what has gone wrong, `errors` first."""
        changes: list[tuple[Info, dict[str, Any], dict[str, Any]]] = []
        refused: list[Exception] = []
        for info in infos:
            after = copy.deepcopy(info.object)
            try:
                if mutate(after):
                    patch = strategic_difference(info.object, after, need_model(after))
                    changes.append((info, after, patch))
            except CommandError as error:
                name = f"{info.kind.kind.lower()}/{info.name}" if self.local else info.reference
                refused.append(CommandError(f"error: {name} {error.message}\n"))
        errors += refused
        for info, after, patch in changes:
            if patch or self.unchanged:
                try:
                    self.show(in_go_order(after) if self.stays_here else self._patch(info, patch))
                except FAILURES as error:
                    errors.append(error)
        raise_all(errors)

    def _patch(self, info: Info, patch: dict[str, Any]) -> dict[str, Any]:
        query = {"fieldManager": self.invocation.flag("field-manager")}
        if self.dry_run == "server":
            query["dryRun"] = "All"
        try:
            answer = self.invocation.api.patch(info.kind, info.namespace, info.name, patch, STRATEGIC, query)
        except FAILURES as error:
            if self.failure:
                raise CommandError(f"{self.failure}{text_of(error)}") from None
            raise
        return in_go_order(answer)


def select(invocation: Invocation, resources: Sequence[str], selector: str = "") -> list[Info]:
    """The objects that are meant, as typed objects. CommandError for resources that go with --local."""
    local = bool(invocation.flag("local"))
    if local and resources:
        raise CommandError(LOCAL_RESOURCE)
    query = Query(
        () if local else resources,
        "" if local else selector,
        bare_types=bool(invocation.flag("all")) and not local,
        latest=not local,
        local=local,
        typed=True,
    )
    infos = Selection(invocation, query).infos()
    for info in infos:
        info.object = typed(info.object)
    return infos


def pod_spec(obj: dict[str, Any]) -> dict[str, Any]:
    """The PodSpec in an object, to be changed in place. CommandError if it has none."""
    kind = (obj["apiVersion"], obj["kind"])
    spec: dict[str, Any] = obj.setdefault("spec", {})
    if kind == ("v1", "Pod"):
        return spec
    if kind == ("batch/v1", "CronJob"):
        spec = spec.setdefault("jobTemplate", {}).setdefault("spec", {})
    elif kind not in _TEMPLATED:
        raise CommandError(f"the object is not a pod or does not have a pod template: {go_type(obj)}")
    found: dict[str, Any] = spec.setdefault("template", {}).setdefault("spec", {})
    return found


def selected_containers(spec: dict[str, Any], pattern: str) -> list[dict[str, Any]]:
    """The containers whose names match a pattern with `*`, init containers last."""
    every = [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]
    return [item for item in every if matches(item.get("name", ""), pattern)]


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern, with upstream's simple way of reading `*`."""
    if pattern == "*":
        return True
    if "*" not in pattern:
        return name == pattern
    at = 0
    parts = pattern.split("*")
    for index, part in enumerate(parts):
        if not part:
            continue
        found = name[at:].find(part)
        last = index == len(parts) - 1
        if found < at or (index == 0 and at != 0) or (last and len(name) != len(part) + found):
            return False
        at = found
    return True


def local_flag(command: str) -> Flag:
    """`--local`."""
    return Flag("local", "bool", usage=f"If true, {command} will NOT contact api-server but run locally.")
