"""`kubectl create --edit`: the objects of the manifests in an editor first, then they are created as they are saved.

Source: `k8s.io/kubectl/pkg/cmd/create/create.go` (RunEditOnCreate), `pkg/cmd/util/editor/editoptions.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Draft, Invocation
from k8snb.kubectl.commands.create.fromfiles import create_one
from k8snb.kubectl.commands.create.generator import write_query
from k8snb.kubectl.editing import Editing
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.selection import Info, Query, Selection


class CreatingEditing(Editing):
    """A session with the editor that ends with creating what is in the file, changed or not."""

    def _saved(self, original: str, draft: Draft) -> bool:
        return super()._saved("", draft)

    def _save(self, info: Info) -> None:
        self._check_namespace(info)
        query = write_query(self.invocation, "none", self.validation)
        create_one(self.invocation, info, "none", query, self.output.printer("created"))


def edit_and_create(invocation: Invocation) -> None:
    """Edit what the files describe, then create it. CommandError if there is nothing."""
    validation = invocation.validation
    infos = Selection(invocation, Query(validate=validation != "Ignore")).infos()
    if not infos:
        raise CommandError("edit cancelled, no objects found")
    CreatingEditing(invocation, infos, validation).run()
