"""`kubectl taint`. Source: kubectl `pkg/cmd/taint/{taint,utils}.go`."""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.validation.names import label_key, label_value
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted, raise_all
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, SELECTOR, VALIDATE, field_manager

Json = dict[str, Any]
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class Change(NamedTuple):
    """One argument: a taint to set, or (`remove`) a key, perhaps with an effect, to take off."""

    key: str
    value: str
    effect: str
    remove: bool

    @property
    def place(self) -> tuple[str, str]:
        """What there can only be one taint of."""
        return self.key, self.effect

    @property
    def taint(self) -> Json:
        """The taint to set."""
        return {"key": self.key, "effect": self.effect, **({"value": self.value} if self.value else {})}


def run(invocation: Invocation) -> None:
    """Set and take off taints of every node that is meant."""
    dry_run, output = invocation.dry_run, Output(invocation, typed=True)
    resources, changes = _read(invocation)
    if invocation.kinds.match(resources[0]).kind != "Node":
        raise CommandError(f"invalid resource type {resources[0].lower()}, only node types are supported")
    _check(invocation, resources, changes)
    names = resources[1:] if not invocation.flag("all") and not invocation.flag("selector") else ()
    query = Query(("nodes", *names), invocation.flag("selector"), everything=invocation.flag("all"), single_type=True)
    Selection(invocation, query).visit(lambda info: _taint(invocation, info, changes, dry_run, output))


def _read(invocation: Invocation) -> tuple[list[str], list[Change]]:
    resources: list[str] = []
    texts: list[str] = []
    for word in invocation.args:
        if "=" in word or ":" in word or word.endswith("-"):
            texts.append(word)
        elif texts:
            raise CommandError(f"all resources must be specified before taint changes: {word}")
        else:
            resources.append(word)
    if not resources:
        raise CommandError("one or more resources must be specified as <resource> <name>")
    if not texts:
        raise CommandError("at least one taint update is required")
    changes: list[Change] = []
    for text in texts:
        change = _change(text)
        if not change.remove and any(change.place == other.place for other in changes if not other.remove):
            shown = f"{{{change.key} {change.value} {change.effect} <nil>}}"
            raise UsageError(f"duplicated taints with the same key and effect: {shown}")
        changes.append(change)
    return resources, changes


def _change(text: str) -> Change:
    remove = text.endswith("-")
    body = text.removesuffix("-") if remove else text
    pair, colon, effect = body.partition(":")
    if body.count(":") > 1:
        raise UsageError(f"invalid taint spec: {body}")
    if not colon:
        key, value = body, ""
    else:
        if effect not in _EFFECTS:
            raise UsageError(f"invalid taint effect: {effect}, unsupported taint effect")
        key, _, value = pair.partition("=")
        if "=" in value:
            raise UsageError(f"invalid taint spec: {body}")
        if label_value(value):
            raise UsageError(f"invalid taint spec: {body}, {'; '.join(label_value(value))}")
    if label_key(key):
        raise UsageError(f"invalid taint spec: {body}, {'; '.join(label_key(key))}")
    if not remove and not effect:
        raise UsageError(f"invalid taint spec: {text}")
    return Change(key, "" if remove else value, effect, remove)


def _check(invocation: Invocation, resources: list[str], changes: list[Change]) -> None:
    """CommandError for changes that contradict each other, or nodes that are not clearly meant."""
    both = [
        f"{off.key}={off.effect}"
        for on in changes
        for off in changes
        if not on.remove and off.remove and on.key == off.key and off.effect in ("", on.effect)
    ]
    if both:
        raise CommandError(
            f"can not both modify and remove the following taint(s) in the same command: {', '.join(both)}"
        )
    if invocation.flag("all") and invocation.flag("selector"):
        raise CommandError("setting 'all' parameter with a non empty selector is prohibited")
    if not invocation.flag("all") and not invocation.flag("selector") and len(resources) < 2:
        raise CommandError("at least one resource name must be specified since 'all' parameter is not set")


def _taint(invocation: Invocation, info: Info, changes: list[Change], dry_run: str, output: Output) -> None:
    old: list[Json] = list(info.object["spec"].get("taints") or ())
    added = [change for change in changes if not change.remove]
    clash = [change.key for change in added if change.place in {_place(taint) for taint in old}]
    if clash and not invocation.flag("overwrite"):
        raise CommandError(
            f"node {info.name} already has {','.join(clash)} taint(s) with same effect(s) and --overwrite is false"
        )
    taints = [change.taint for change in added]
    taints += [taint for taint in old if _place(taint) not in {_place(fresh) for fresh in taints}]
    grew, shrank = len(taints) != len(old), False
    errors: list[Exception] = []
    for change in changes:
        if change.remove:
            left = [t for t in taints if t["key"] != change.key or (change.effect and t["effect"] != change.effect)]
            shrank = len(left) != len(taints)
            if not shrank:
                wanted = f"{change.key}:{change.effect}" if change.effect else change.key
                errors.append(CommandError(f"taint {quoted(wanted)} not found"))
            taints = left
    raise_all(errors)
    done = "modified" if (grew and shrank) or invocation.flag("overwrite") else "tainted" if grew else "untainted"
    if dry_run == "client":
        info.object = {**info.object, "spec": {**info.object["spec"], "taints": taints or None}}
    else:
        query = {"fieldManager": invocation.flag("field-manager")}
        if dry_run == "server":
            query["dryRun"] = "All"
        patch = {"spec": {"taints": taints or None}}
        info.refresh(invocation.api.patch(info.kind, "", info.name, patch, "application/merge-patch+json", query))
    output.print(info.object, done)  # a dry run does not say that it is one


def _place(taint: Json) -> tuple[str, str]:
    return taint["key"], taint["effect"]


COMMAND = Command(
    "taint",
    "Update the taints on one or more nodes",
    use="NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    long="""Update the taints on one or more nodes.

  *  A taint consists of a key, value, and effect. As an argument here, it is expressed as key=value:effect.
  *  The effect must be NoSchedule, PreferNoSchedule or NoExecute.
  *  Currently taint can only apply to node.""",
    examples="""
# Keep Pods away from a node unless they tolerate it
kubectl taint nodes minikube-m02 dedicated=db:NoSchedule

# Take that taint off again
kubectl taint nodes minikube-m02 dedicated:NoSchedule-

# Take every taint with a key off
kubectl taint nodes minikube-m02 dedicated-
""",
    flags=(
        Flag("all", "bool", usage="Select all nodes in the cluster"),
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-taint"),
        Flag(
            "overwrite",
            "bool",
            usage="If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.",
        ),
        SELECTOR,
        VALIDATE,
    ),
    run=run,
)
