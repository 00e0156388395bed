"""`kubectl apply edit-last-applied`: change the remembered manifest in an editor.

Source: `k8s.io/kubectl/pkg/cmd/apply/apply_edit_last_applied.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.sharedflags import VALIDATE, field_manager, filename


def run(invocation: Invocation) -> None:
    """Let an editor run on the remembered manifests and store them."""
    from k8snb.kubectl.editing import edit_last_applied

    edit_last_applied(invocation)


COMMAND = Command(
    "edit-last-applied",
    "Edit latest last-applied-configuration annotations of a resource/object",
    use="edit-last-applied (RESOURCE/NAME | -f FILENAME)",
    long="""Open the manifest that apply remembers of an object in an editor. When it is saved, only the annotation changes.""",
    examples="""
# Of a deployment
kubectl apply edit-last-applied deployment/web
""",
    run=run,
    flags=(
        *PRINT_FLAGS,
        field_manager("kubectl-client-side-apply"),
        *filename("Filename, directory, or URL to files to use to edit the resource"),
        VALIDATE,
        Flag("windows-line-endings", "bool", usage="Defaults to the line ending native to your platform."),
    ),
)
