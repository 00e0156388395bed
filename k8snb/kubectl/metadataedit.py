"""What `label` and `annotate` have in common: they change one map in the metadata of objects by a merge patch.

Source: kubectl `pkg/cmd/label/label.go`, `pkg/cmd/annotate/annotate.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.differences import MERGE, merge_difference
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, FIELD_SELECTOR, RECORD, SELECTOR, field_manager, filename

_VERSION_USAGE: Final = (
    " update will only succeed if this is the current resource-version for the object. Only valid when specifying a single "
    "resource."
)


class MetadataEdit:
    """A change of `labels` or `annotations`. It stays here for --local, --list and client-side dry runs."""

    def __init__(self, invocation: Invocation, name: str, dry_run: str) -> None:
        self.invocation, self.name, self.dry_run = invocation, name, dry_run
        self.version: str = invocation.flag("resource-version")
        self.stays_here = dry_run == "client" or bool(invocation.flag("local") or invocation.flag("list"))

    def select(self, resources: Sequence[str]) -> Selection:
        """The objects that are meant. CommandError for --resource-version with several."""
        flag, local = self.invocation.flag, bool(self.invocation.flag("local"))
        selection = Selection(
            self.invocation,
            Query(
                () if local else resources,
                "" if local else flag("selector"),
                fields="" if local else flag("field-selector"),
                bare_types=flag("all") and not local,
                all_namespaces=flag("all-namespaces") and not local,
                latest=not local,
                local=local,
            ),
        )
        if self.version and not selection.single:
            raise CommandError("--resource-version may only be used with a single resource")
        return selection

    def before(self, info: Info) -> dict[str, Any]:
        """The object as it was; without its version if another one is going to be asked for."""
        if not self.version or (self.stays_here and self.name == "annotations"):
            return info.object
        meta = {name: value for name, value in (info.object.get("metadata") or {}).items() if name != "resourceVersion"}
        return {**info.object, "metadata": meta}

    def after(self, before: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
        """The object with another map, which may be empty."""
        meta = {**(before.get("metadata") or {}), self.name: values}
        if self.version:
            meta["resourceVersion"] = self.version
        return {**before, "metadata": meta}

    def send(self, info: Info, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        """Send the change, even an empty one; returns the server's answer, or the object itself if it stays here."""
        if self.stays_here:
            return after
        options = {"fieldManager": self.invocation.flag("field-manager")}
        if self.dry_run == "server":
            options["dryRun"] = "All"
        patch = merge_difference(before, after)
        answer: dict[str, Any] = self.invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE, options)
        return answer

    def list(self, info: Info, obj: dict[str, Any], single: bool) -> None:
        """Print the map, one line each."""
        indent = "" if single else " "
        if not single:
            group = info.kind.group
            self.invocation.line(f"Listing {self.name} for {info.kind.kind}.{group}/{info.name}:")
        for name, value in ((obj.get("metadata") or {}).get(self.name) or {}).items():
            self.invocation.line(f"{indent}{name}={value}")


def check(invocation: Invocation, resources: Sequence[str], given: bool, dry_run: str, what: str, sample: str) -> None:
    """CommandError for flags that do not go together, or a command line that asks for nothing."""
    flag = invocation.flag
    if flag("all") and flag("selector"):
        raise CommandError("cannot set --all and --selector at the same time")
    if flag("all") and flag("field-selector"):
        raise CommandError("cannot set --all and --field-selector at the same time")
    files = flag("filename") or flag("kustomize")
    if flag("local"):
        if dry_run == "server":
            raise CommandError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
        if resources:
            raise CommandError(
                f"can only use local files by -f {sample}.yaml or --filename={sample}.json when --local=true is set"
            )
        if not files:
            raise CommandError(f"one or more files must be specified as -f {sample}.yaml or --filename={sample}.json")
    elif not resources and not files:
        raise CommandError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if not given and not flag("list"):
        raise CommandError(f"at least one {what} update is required")


def flags(command: str, plural: str) -> tuple[Flag, ...]:
    """The flags of `label` (of labels) and `annotate` (of annotations)."""
    one = plural[:-1]
    label = command == "label"
    return (
        RECORD,
        *PRINT_FLAGS,
        Flag(
            "overwrite",
            "bool",
            usage=f"If true, allow {plural} to be overwritten, otherwise reject {one} updates that overwrite existing "
            f"{plural}.",
        ),
        Flag("list", "bool", usage=f"If true, display the {plural} for a given resource."),
        Flag(
            "local",
            "bool",
            usage=f"If true, {one} will NOT contact api-server but run locally.",
        ),
        FIELD_SELECTOR,
        Flag(
            "all",
            "bool",
            usage="Select all resources, in the namespace of the specified resource types" + ("" if label else "."),
        ),
        Flag(
            "all-namespaces",
            "bool",
            shorthand="A",
            usage="If true, check the specified action in all namespaces.",
        ),
        Flag("resource-version", usage=f"If non-empty, the {plural if label else one}{_VERSION_USAGE}"),
        *filename(
            f"Filename, directory, or URL to files identifying the resource to update the {plural if label else one}"
        ),
        DRY_RUN,
        field_manager(f"kubectl-{command}"),
        SELECTOR,
    )
