"""`kubectl edit`: objects in an editor; what has been changed is sent. Source: kubectl `pkg/cmd/edit/edit.go`."""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.editing import Editing
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, without_managed_fields
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Query, Selection
from k8snb.kubectl.sharedflags import RECORD, SAVE_CONFIG, VALIDATE, field_manager, filename, subresource


def run(invocation: Invocation) -> None:
    """Edit what is meant, several objects as one list."""
    wanted = invocation.flag("subresource")
    query = Query(invocation.args, bare_types=True, latest=True, subresource=wanted)
    selection = Selection(invocation, query)
    validation = invocation.validation
    infos = selection.infos()
    if not infos:
        raise CommandError("edit cancelled, no objects found")
    for info in infos:
        info.object = without_managed_fields(info.object)
    Editing(invocation, infos, validation).run()


COMMAND = Command(
    "edit",
    "Edit a resource on the server",
    use="edit (RESOURCE/NAME | -f FILENAME)",
    long="Open objects of the server in an editor and save what has been changed.\n\n KUBE_EDITOR, else EDITOR, names the "
    "editor; vi is the last resort. In a notebook the object is opened in a cell, unless KUBE_EDITOR is set. Several objects "
    "are opened as one list, and saved one after the other.\n\n The object is shown as YAML, with -o json as JSON, in the "
    "version it was asked for (deployments.v1.apps/web names one).\n\n What the server refuses is opened again, with the "
    "reasons on top. If the editor is left without another change, the file stays where it is and its name is printed.",
    examples="""
# Edit a service
kubectl edit svc/web

# With another editor
KUBE_EDITOR="nano" kubectl edit svc/web

# As JSON
kubectl edit job.v1.batch/load -o json

# The status of a deployment
kubectl edit deployment web --subresource=status
""",
    flags=(
        RECORD,
        *PRINT_FLAGS,
        *filename("Filename, directory, or URL to files to use to edit the resource"),
        VALIDATE,
        Flag("output-patch", "bool", usage="Output the patch if the resource is edited."),
        Flag("windows-line-endings", "bool", usage="Defaults to the line ending native to your platform."),
        field_manager("kubectl-edit"),
        SAVE_CONFIG,
        subresource("If specified, edit will operate on the subresource of the requested object."),
    ),
    run=run,
)
