"""`kubectl delete`: by name, selector or manifest; waits until what is deleted is gone.

Source: `k8s.io/kubectl/pkg/cmd/delete/delete.go`.
"""

from __future__ import annotations

from dataclasses import replace

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.deletion import FORCED, Deletion, delete_flags, deletion_of
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.rawhttp import check_path, send_raw
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, DRY_RUN, FIELD_SELECTOR, SELECTOR, filename


def run(invocation: Invocation) -> None:
    """Delete what the command line means."""
    deletion = _deletion(invocation)
    if invocation.flag("raw"):
        _check_raw(invocation)
        send_raw(invocation, "DELETE")
        return
    selection = Selection(invocation, _query(invocation))
    _check(invocation, deletion)
    if invocation.flag("interactive") and not _confirmed(invocation):
        return
    if not deletion.delete(invocation, selection):
        invocation.line("No resources found")


def _deletion(invocation: Invocation) -> Deletion:
    deletion = deletion_of(invocation)
    if invocation.flag("now"):
        if invocation.flag("grace-period") != -1:
            raise CommandError("--now and --grace-period cannot be specified together")
        deletion = replace(deletion, grace_period=1)
    everywhere = invocation.flag("all-namespaces")
    return replace(
        deletion,
        dry_run=invocation.dry_run,
        output=invocation.flag("output"),
        warn_scope=invocation.namespace_given and not everywhere,
    )


def _query(invocation: Invocation) -> Query:
    selects = invocation.flag("all") or invocation.flag("selector") or invocation.flag("field-selector")
    ignore = invocation.flag("ignore-not-found") or bool(selects and not invocation.changed("ignore-not-found"))
    return Query(
        invocation.args,
        selector=invocation.flag("selector"),
        fields=invocation.flag("field-selector"),
        everything=invocation.flag("all"),
        all_namespaces=invocation.flag("all-namespaces"),
        fetch=False,
        ignore_not_found=ignore,
    )


def _check(invocation: Invocation, deletion: Deletion) -> None:
    if deletion.output not in ("", "name"):
        raise CommandError(f"unexpected -o output mode: {deletion.output}. We only support '-o name'")
    if not invocation.flag("force"):
        return
    if deletion.grace_period == 0:
        invocation.err(FORCED)
    elif deletion.grace_period > 0:
        raise CommandError("--force and --grace-period greater than 0 cannot be specified together")


def _check_raw(invocation: Invocation) -> None:
    names = invocation.flag("filename")
    if len(names) > 1:
        raise CommandError("--raw can only use a single local file or stdin")
    if names and names[0].startswith(("http://", "https://")):
        raise CommandError("--raw cannot read from a url")
    for flag, shown in (("recursive", "--recursive"), ("output", "--output")):
        if invocation.flag(flag):
            raise CommandError(f"--raw and {shown} are mutually exclusive")
    check_path(invocation.flag("raw"))


def _confirmed(invocation: Invocation) -> bool:
    """Show what is going to be deleted and ask; standard input holds the answer."""
    found: list[Info] = []
    Selection(invocation, _query(invocation)).visit(found.append)
    if not found:
        invocation.line("No resources found")
        return False
    invocation.line(f"You are about to delete the following {len(found)} resource(s):")
    for info in found:
        invocation.line(info.label)
    invocation.out("Do you want to continue? (y/n): ")
    words = invocation.stdin.split()
    if words[:1] and words[0].lower() == "y":
        return True
    invocation.line("deletion is cancelled")
    return False


COMMAND = Command(
    "delete",
    "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    use="delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
    long="Delete objects by name, by selector, or as a manifest names them.\n\n A pod gets time to end in good order (its "
    "grace period), other objects stay as long as finalizers hold them; the command waits for both unless --wait=false is "
    "given. What belongs to a deleted object goes with it, unless --cascade=orphan leaves it behind.\n\n --force removes an "
    "object without waiting for the node to confirm that its processes have ended: they may go on running.",
    examples="""
# One pod
kubectl delete pod web-0

# What a manifest describes
kubectl delete -f web.yaml

# Every pod and service with a label
kubectl delete pods,services -l app=web

# Everything of a type in the namespace
kubectl delete configmaps --all

# The deployment only; its pods stay
kubectl delete deployment web --cascade=orphan

# A pod on a node that is gone
kubectl delete pod web-0 --force
""",
    run=run,
    flags=(
        Flag("all", "bool", usage="Delete all resources, in the namespace of the specified resource types."),
        ALL_NAMESPACES,
        *delete_flags(wait=True),
        DRY_RUN,
        FIELD_SELECTOR,
        *filename("containing the resource to delete.", article="a"),
        Flag(
            "ignore-not-found",
            "bool",
            usage='Treat "resource not found" as a successful delete. Defaults to "true" when --all is specified.',
        ),
        Flag("interactive", "bool", shorthand="i", usage="If true, delete resource only when user confirms."),
        Flag(
            "now",
            "bool",
            usage="If true, resources are signaled for immediate shutdown (same as --grace-period=1).",
        ),
        Flag("output", shorthand="o", usage='Output mode. Use "-o name" for shorter output (resource/name).'),
        Flag("raw", usage="Raw URI to DELETE to the server.  Uses the transport specified by the kubeconfig file."),
        SELECTOR,
    ),
)
