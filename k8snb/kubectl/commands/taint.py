"""`kubectl taint`. Source: kubectl `pkg/cmd/taint/{taint,utils}.go`."""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.validation.names import label_key, label_value
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, SELECTOR, VALIDATE, field_manager

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class Change(NamedTuple):
    """One argument: a taint to set, or (`remove`) a key, perhaps with an effect, to take off."""

    key: str
    value: str
    effect: str
    remove: bool


def run(invocation: Invocation) -> None:
    """Set and take off taints of every node that is meant."""
    resources, changes = _read(invocation)
    dry_run, output = invocation.dry_run, Output(invocation)
    query = Query(
        ("nodes", *resources[1:]), invocation.flag("selector"), everything=invocation.flag("all"), single_type=True
    )
    Selection(invocation, query).visit(lambda info: _taint(invocation, info, changes, dry_run, output))


def _read(invocation: Invocation) -> tuple[list[str], list[Change]]:
    words = list(invocation.args)
    index = next((i for i, word in enumerate(words) if i > 0 and _is_change(word)), len(words))
    resources, texts = words[:index], words[index:]
    if not resources:
        raise UsageError("one or more resources must be specified as <resource> <name>")
    if resources[0] not in ("node", "nodes", "no"):
        raise UsageError(f"invalid resource type {resources[0]}, only node types are supported")
    if len(resources) < 2 and not invocation.flag("selector") and not invocation.flag("all"):
        raise UsageError("at least one resource name must be specified since 'all' parameter is not set")
    if not texts:
        raise UsageError("at least one taint update is required")
    changes = [_change(text) for text in texts]
    return resources, changes


def _is_change(word: str) -> bool:
    return "=" in word or ":" in word or word.endswith("-")


def _change(text: str) -> Change:
    remove = text.endswith("-")
    body = text.removesuffix("-") if remove else text
    pair, _, effect = body.partition(":")
    key, equals, value = pair.partition("=")
    if body.count(":") > 1 or (not remove and not effect) or "=" in value:
        raise CommandError(f"invalid taint spec: {text}")
    if label_key(key):
        raise CommandError(f"invalid taint spec: {text}, {'; '.join(label_key(key))}")
    if equals and label_value(value):
        raise CommandError(f"invalid taint spec: {text}, {'; '.join(label_value(value))}")
    if effect and effect not in _EFFECTS:
        raise CommandError(f"invalid taint effect: {effect}, unsupported taint effect")
    return Change(key, value, effect, remove)


def _taint(invocation: Invocation, info: Info, changes: list[Change], dry_run: str, output: Output) -> None:
    taints: list[dict[str, Any]] = list(info.object["spec"].get("taints") or ())
    added = [change for change in changes if not change.remove]
    if not invocation.flag("overwrite"):
        _refuse_overwriting(info, taints, added)
    for change in changes:
        if change.remove:
            kept = [t for t in taints if t["key"] != change.key or (change.effect and t["effect"] != change.effect)]
            if len(kept) == len(taints):
                wanted = f"{change.key}:{change.effect}" if change.effect else change.key
                raise CommandError(f"taint {quoted(wanted)} not found")
            taints = kept
    for change in added:
        fresh = {"key": change.key, "effect": change.effect, **({"value": change.value} if change.value else {})}
        taints = [fresh, *(t for t in taints if (t["key"], t["effect"]) != (change.key, change.effect))]
    done = _operation(changes)
    if dry_run != "client":
        query = {"fieldManager": invocation.flag("field-manager")}
        if dry_run == "server":
            query["dryRun"] = "All"
        patch = {"spec": {"taints": taints or None}}
        info.refresh(invocation.api.patch(info.kind, "", info.name, patch, "application/merge-patch+json", query))
    output.print(info.object, done, dry_run)


def _refuse_overwriting(info: Info, taints: list[dict[str, Any]], added: list[Change]) -> None:
    have = {(t["key"], t["effect"]) for t in taints}
    clash = [change for change in added if (change.key, change.effect) in have]
    if clash:
        shown = " ".join(f"{{{c.key} {c.value} {c.effect} <nil>}}" for c in clash)
        raise CommandError(
            f"node {info.name} already has [{shown}] taint(s) with same effect(s) and --overwrite is false"
        )


def _operation(changes: list[Change]) -> str:
    if all(change.remove for change in changes):
        return "untainted"
    return "modified" if any(change.remove for change in changes) else "tainted"


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
