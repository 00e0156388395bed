"""`kubectl annotate`: add, change and remove annotations. Source: kubectl `pkg/cmd/annotate/annotate.go`."""

from __future__ import annotations

from k8snb.kubectl.changecause import CHANGE_CAUSE, recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.metadataedit import MetadataEdit, check, flags
from k8snb.kubectl.output import Output
from k8snb.kubectl.pairs import parse_pairs, resources_and_pairs
from k8snb.kubectl.selection import Info


def run(invocation: Invocation) -> None:
    """Annotate what is meant, or list annotations."""
    dry_run = invocation.dry_run
    show = Output(invocation).printer("annotated", dry_run)
    if invocation.flag("list") and invocation.flag("output"):
        raise CommandError("--list and --output may not be specified together")
    resources, pairs = resources_and_pairs(invocation.args, "annotation")
    notes, removed = parse_pairs(pairs, "annotation", removable=True)
    check(invocation, resources, bool(notes or removed), dry_run, "annotation", "rsrc")
    both = [name for name in removed if name in notes]
    if both:
        raise CommandError(
            f"can not both modify and remove the following annotation(s) in the same command: {', '.join(both)}"
        )
    edit = MetadataEdit(invocation, "annotations", dry_run)
    selection = edit.select(resources)

    def work(info: Info) -> None:
        before = edit.before(info)
        changed = before if edit.stays_here else recorded(invocation, before)
        present = dict((changed.get("metadata") or {}).get("annotations") or {})
        _check_overwrites(invocation, present, notes)
        after = edit.after(before, {name: value for name, value in (present | notes).items() if name not in removed})
        answer = edit.send(info, before, after)
        if invocation.flag("list"):
            edit.list(info, answer, selection.single)
        else:
            show(answer)

    selection.visit(work)


def _check_overwrites(invocation: Invocation, present: dict[str, str], notes: dict[str, str]) -> None:
    """CommandError for annotations that have another value already; a change cause may always be replaced."""
    if invocation.flag("overwrite"):
        return
    found = [
        f"'{name}' already has a value ({present[name]})"
        for name, value in notes.items()
        if name != CHANGE_CAUSE and present.get(name, value) != value
    ]
    if found:
        raise CommandError(f"--overwrite is false but found the following declared annotation(s): {'; '.join(found)}")


COMMAND = Command(
    "annotate",
    "Update the annotations on a resource",
    use="annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    long="Add annotations to objects, change or remove them.\n\n Annotations hold what tools and people want to keep with an "
    "object: text of any length, JSON for example. Unlike labels they cannot be selected by. KEY=VALUE sets one, KEY- removes "
    "it.\n\n An annotation that is there already is only changed with --overwrite. With --resource-version the change is "
    'refused if the object has been changed since that version.\n\nUse "kubectl api-resources" for a complete list of '
    "supported resources.",
    examples="""
# Annotate a pod
kubectl annotate pod web-0 owner='team shop'

# Change an annotation
kubectl annotate --overwrite pod web-0 owner='team cart'

# Remove an annotation
kubectl annotate pod web-0 owner-

# Say why a deployment was changed, for its rollout history
kubectl annotate deployment web kubernetes.io/change-cause='nginx 1.28'

# Which annotations there are
kubectl annotate pod web-0 --list
""",
    flags=flags("annotate", "annotations"),
    run=run,
)
