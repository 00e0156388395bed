"""`kubectl replace`: put the object of a manifest in the place of the one on the server, or delete that one first (--force).

Source: kubectl `pkg/cmd/replace/replace.go`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import updated_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.deletion import delete_flags, deletion_of, is_gone
from k8snb.kubectl.errors import FAILURES, CommandError, from_source
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.rawhttp import check_raw, send_raw
from k8snb.kubectl.selection import Info, Query, Selection, require_files
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SAVE_CONFIG, VALIDATE, field_manager, filename, subresource

#: how long --force waits for the old object to be gone, in seconds
_GONE_TIMEOUT: Final = 300.0


def run(invocation: Invocation) -> None:
    """Replace what the manifests name."""
    validation = invocation.validation
    dry_run = invocation.dry_run
    output = Output(invocation)
    output.printer("replaced", dry_run)
    deletion_of(invocation)
    require_files(invocation)
    _check(invocation)
    if invocation.flag("raw"):
        send_raw(invocation, "PUT")
    elif invocation.flag("force"):
        _force(invocation, output, validation)
    else:
        _replace(invocation, output, dry_run, validation)


def _check(invocation: Invocation) -> None:
    force = invocation.flag("force")
    if invocation.flag("grace-period") >= 0 and not force:
        raise CommandError("--grace-period must have --force specified")
    if invocation.flag("timeout") and not force:
        raise CommandError("--timeout must have --force specified")
    if invocation.flag("raw"):
        check_raw(invocation, ("recursive", "output"))


def _replace(invocation: Invocation, output: Output, dry_run: str, validation: str) -> None:
    options = {"fieldManager": invocation.flag("field-manager"), "fieldValidation": validation}
    if dry_run == "server":
        options["dryRun"] = "All"
    wanted = invocation.flag("subresource")
    validate = validation != "Ignore"

    def work(info: Info) -> None:
        obj = recorded(invocation, updated_last_applied(info.object, invocation.flag("save-config")))
        if dry_run != "client":
            try:
                obj = _put(invocation, info, obj, options, wanted)
            except FAILURES as error:
                raise from_source("replacing", info.source, error) from None
        info.refresh(obj)
        output.print(obj, "replaced", dry_run)

    Selection(invocation, Query(validate=validate)).visit(work)


def _put(
    invocation: Invocation, info: Info, obj: dict[str, Any], options: dict[str, str], wanted: str
) -> dict[str, Any]:
    """Put an object in the place of the server's. Without a version of its own it takes the latest one's."""
    if not (obj.get("metadata") or {}).get("resourceVersion"):
        obj = _of_latest_version(invocation, info, obj)
    answer: dict[str, Any] = invocation.api.replace(info.kind, info.namespace, info.name, obj, options, wanted)
    return answer


def _of_latest_version(invocation: Invocation, info: Info, obj: dict[str, Any]) -> dict[str, Any]:
    try:
        live = invocation.api.get(info.kind, info.namespace, info.name)
    except StatusError:
        return obj  # as upstream: it is sent as it is, and the server says what is wrong
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": live["metadata"].get("resourceVersion", "")}}


def _force(invocation: Invocation, output: Output, validation: str) -> None:
    """Delete, wait, create."""
    grace = invocation.flag(
        "grace-period"
    )  # unlike with `delete`, --force alone leaves the object its own grace period
    deletion = replace(
        deletion_of(invocation),
        grace_period=1 if grace == 0 else grace,
        wait=grace == 0 or invocation.flag("wait"),
        output=invocation.flag("output"),
    )
    deletion.delete(invocation, Selection(invocation, Query(invocation.args, fetch=False, ignore_not_found=True)))
    timeout = deletion.timeout or _GONE_TIMEOUT

    def await_gone(info: Info) -> None:
        gone = is_gone(invocation, info, "")
        if not gone() and not invocation.client.wait(gone, timeout):
            raise CommandError("context deadline exceeded")

    Selection(invocation, Query(invocation.args, fetch=False)).visit(await_gone)
    options = {"fieldManager": invocation.flag("field-manager"), "fieldValidation": validation}
    count = 0

    def create(info: Info) -> None:
        nonlocal count
        obj = recorded(invocation, updated_last_applied(info.object, invocation.flag("save-config")))
        meta = {name: value for name, value in (obj.get("metadata") or {}).items() if name != "resourceVersion"}
        info.refresh(invocation.api.create(info.kind, info.namespace, {**obj, "metadata": meta}, options))
        count += 1
        output.print(info.object, "replaced")

    Selection(invocation, Query(validate=validation != "Ignore")).visit(create)
    if not count:
        raise CommandError("no objects passed to replace")


COMMAND = Command(
    "replace",
    "Replace a resource by file name or stdin",
    use="replace -f FILENAME",
    long="Put the object of a manifest, YAML or JSON, in the place of the one of the same name. The manifest must be "
    "complete: nothing of the old object stays. `kubectl get TYPE NAME -o yaml` prints one to start from.\n\n If the manifest "
    "has a resourceVersion, the replacement is refused when the object has been changed since. --force deletes the old object "
    "and creates a new one, for fields that cannot be changed.",
    examples="""
# From a file
kubectl replace -f pod.yaml

# From standard input
cat pod.json | kubectl replace -f -

# Another image
kubectl get pod web-0 -o yaml | sed 's/nginx:1.27/nginx:1.28/' | kubectl replace -f -

# Delete and create anew
kubectl replace --force -f pod.yaml
""",
    flags=(
        *PRINT_FLAGS,
        *delete_flags(),
        *filename("The files that contain the configurations to replace.", article="a"),
        RECORD,
        VALIDATE,
        SAVE_CONFIG,
        DRY_RUN,
        Flag("raw", usage="Raw URI to PUT to the server.  Uses the transport specified by the kubeconfig file."),
        field_manager("kubectl-replace"),
        subresource("If specified, replace will operate on the subresource of the requested object."),
    ),
    run=run,
)
