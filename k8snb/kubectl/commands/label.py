"""`kubectl label`: add, change and remove labels. Source: kubectl `pkg/cmd/label/label.go`."""

from __future__ import annotations

from typing import Any

from k8snb.api import jsontext
from k8snb.api.validation import names
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, Many, quoted, raise_all
from k8snb.kubectl.metadataedit import MetadataEdit, check, flags
from k8snb.kubectl.output import Output
from k8snb.kubectl.pairs import resources_and_pairs
from k8snb.kubectl.selection import Info


def run(invocation: Invocation) -> None:
    """Label what is meant, or list labels."""
    dry_run = invocation.dry_run
    resources, pairs = resources_and_pairs(invocation.args, "label")
    labels, removed = _parse(pairs)
    if invocation.flag("list") and invocation.flag("output"):
        raise CommandError("--list and --output may not be specified together")
    check(invocation, resources, bool(labels or removed), dry_run, "label", "pod")
    edit = MetadataEdit(invocation, "labels", dry_run)
    selection = edit.select(resources)
    output = Output(invocation)

    def work(info: Info) -> None:
        before = edit.before(info)
        present = dict((before.get("metadata") or {}).get("labels") or {})
        if not edit.stays_here:
            for name in removed:
                if name not in present:
                    invocation.line(f"label {quoted(name)} not found.")
        _check_overwrites(invocation, present, labels)
        after = edit.after(before, {name: value for name, value in (present | labels).items() if name not in removed})
        if not edit.stays_here:
            after = recorded(invocation, after)
        done = _done(before, after, overwrite=invocation.flag("overwrite"))
        answer = edit.send(info, before, after)
        if invocation.flag("list"):
            edit.list(info, answer, selection.single)
        else:
            output.print(after, done, dry_run)

    selection.visit(work)


def _parse(pairs: list[str]) -> tuple[dict[str, str], list[str]]:
    """(labels to set, labels to remove). CommandError for what is no label."""
    labels: dict[str, str] = {}
    removed: list[str] = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if equals:
            if "=" in value:
                raise CommandError(f"invalid label spec: {pair}")
            wrong = names.label_value(value)
            if wrong:
                raise CommandError(f"invalid label value: {quoted(pair)}: {';'.join(wrong)}")
            labels[name] = value
        elif pair.endswith("-"):
            removed.append(pair[:-1])
        else:
            raise CommandError(f"unknown label spec: {pair}")
    if any(name in labels for name in removed):
        raise CommandError("can not both modify and remove a label in the same command")
    return labels, removed


def _check_overwrites(invocation: Invocation, present: dict[str, str], labels: dict[str, str]) -> None:
    if invocation.flag("overwrite"):
        return
    errors = [
        CommandError(f"'{name}' already has a value ({present[name]}), and --overwrite is false")
        for name, value in labels.items()
        if name in present and present[name] != value
    ]
    try:
        raise_all(errors)
    except Many as error:
        raise Many([error]) from None  # an aggregate within the one of all objects: it takes one line


def _done(before: dict[str, Any], after: dict[str, Any], *, overwrite: bool) -> str:
    """What is said: upstream compares the two as JSON text, and takes what has become shorter for unlabeled."""
    old, new = jsontext.dumps(before), jsontext.dumps(after)
    if old == new:
        return "not labeled"
    return "unlabeled" if not overwrite and len(new.encode()) < len(old.encode()) else "labeled"


COMMAND = Command(
    "label",
    "Update the labels on a resource",
    use="label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    long="Add labels to objects, change or remove them.\n\n KEY=VALUE sets a label, KEY- removes it. Names and values begin "
    "and end with a letter or digit, have dashes, dots and underscores in between, and at most 63 characters; a name may have "
    "a domain in front, as in example.com/team.\n\n A label that is there already is only changed with --overwrite. With "
    "--resource-version the change is refused if the object has been changed since that version.",
    examples="""
# Label a pod
kubectl label pod web-0 tier=front

# Change a label
kubectl label --overwrite pod web-0 tier=back

# Remove a label
kubectl label pod web-0 tier-

# All pods of the namespace
kubectl label pods --all stage=test

# A node, so that pods can choose it
kubectl label node minikube disktype=ssd

# Which labels there are
kubectl label pod web-0 --list
""",
    flags=flags("label", "labels"),
    run=run,
)
