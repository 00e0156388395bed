"""Bringing one object to what its manifest says: create it, patch it, or, with --force, replace it.

Source: `k8s.io/kubectl/pkg/cmd/apply/{apply,patcher}.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import LAST_APPLIED, annotations_of, last_applied, with_last_applied
from k8snb.kubectl.apply.migration import migrate
from k8snb.kubectl.apply.threeway import Patch, three_way
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.deletion import is_gone
from k8snb.kubectl.errors import FAILURES, CommandError, from_source
from k8snb.kubectl.selection import Info, get
from k8snb.kubectl.typedobjects import model_of

Json = dict[str, Any]

APPLY: Final = "application/apply-patch+yaml"
_RETRIES: Final = 5
_VERSIONS: Final = ("original", "modified", "current")
_CONFLICT_HINT: Final = """
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"""


@dataclass(frozen=True)
class Applier:
    """How to apply: the query of every write, and what the flags say."""

    invocation: Invocation
    dry_run: str
    query: dict[str, str]
    overwrite: bool = True
    force: bool = False
    force_conflicts: bool = False
    delete_options: Json = field(default_factory=dict)
    subresource: str = ""

    def apply(self, info: Info) -> str:
        """Apply one object; what has been done to it: created, unchanged or configured. `info` then holds the answer."""
        _check_name(info)
        modified = with_last_applied(info.object)
        try:
            current = get(self.invocation, info)
        except FAILURES as error:
            if not (isinstance(error, StatusError) and error.reason == "NotFound"):
                doing = f"retrieving current configuration of:\n{info}\nfrom server for:"
                raise from_source(doing, info.source, error) from None
            return self._create(info, modified)
        if self.dry_run == "client":
            info.refresh(current)
            return "configured"
        if LAST_APPLIED not in annotations_of(current):
            self.invocation.err(
                f"Warning: resource {info.reference} is missing the {LAST_APPLIED} annotation which is required by kubectl "
                "apply. kubectl apply should only be used on resources created declaratively by either kubectl create "
                "--save-config or kubectl apply. The missing annotation will be patched automatically.\n"
            )
        changed, answer = self._patch(info, modified, current)
        info.refresh(answer)
        self._warn_if_deleting(info)
        return "configured" if changed else "unchanged"

    def apply_on_server(self, info: Info) -> str:
        """Apply one object with server-side apply."""
        _check_name(info)
        query = {**self.query, "force": "true" if self.force_conflicts else "false"}
        config = info.object
        try:
            answer = self.invocation.api.patch(
                info.kind, info.namespace, info.name, config, APPLY, query, self.subresource
            )
        except StatusError as error:
            if error.code == 415:
                raise CommandError(f"Server-side apply not available on the server: ({error.message})") from None
            if error.reason == "Conflict":
                raise CommandError(f"{error.message}{_CONFLICT_HINT}") from None
            raise
        info.refresh(answer)
        if not self.subresource:
            migrate(self.invocation, info, config, query)
        self._warn_if_deleting(info)
        return "serverside-applied"

    def _create(self, info: Info, modified: Json) -> str:
        obj = without_nulls(modified)
        info.object = obj
        if self.dry_run == "client":
            return "created"
        obj["metadata"].pop("resourceVersion", None)
        try:
            info.refresh(self.invocation.api.create(info.kind, info.namespace, obj, self.query))
        except StatusError as error:
            raise from_source("creating", info.source, error) from None
        return "created"

    def _patch(self, info: Info, modified: Json, current: Json) -> tuple[bool, Json]:
        """(whether there was anything to change, the object)."""
        sent = ""
        try:
            for attempt in range(_RETRIES + 1):
                patch = self._patch_for(info, modified, current)
                sent = jsontext.dumps(patch.body)
                if not patch.body:
                    return False, current
                try:
                    return True, self._send(info, patch)
                except StatusError as error:
                    if error.reason != "Conflict" or attempt == _RETRIES:
                        raise
                    current = get(self.invocation, info)
        except (StatusError, CommandError) as error:
            failure = from_source("patching", info.source, error)
            if self.force and isinstance(error, StatusError) and error.reason in ("Conflict", "Invalid"):
                sent = jsontext.dumps(modified) + "\n"
                try:
                    return True, self._replace(info, modified, current)
                except (StatusError, CommandError) as again:
                    failure = again
            raise from_source(f"applying patch:\n{sent}\nto:\n{info}\nfor:", info.source, failure) from None
        raise AssertionError("unreachable")

    def _patch_for(self, info: Info, modified: Json, current: Json) -> Patch:
        before = last_applied(current)
        original = jsontext.loads(before) if before else {}
        cls = model_of(info.kind.api_version, info.kind.kind)
        try:
            return three_way(original, modified, current, cls, overwrite=self.overwrite)
        except CommandError as error:
            texts = (before or "", jsontext.dumps(modified) + "\n", jsontext.dumps(current) + "\n")
            shown = "".join(f"{name}:\n{text}\n" for name, text in zip(_VERSIONS, texts, strict=True))
            raise CommandError(f"creating patch with:\n{shown}for:: {error.message}") from None

    def _send(self, info: Info, patch: Patch) -> Json:
        api = self.invocation.api
        found: Json = api.patch(info.kind, info.namespace, info.name, patch.body, patch.content_type, self.query)
        return found

    def _replace(self, info: Info, modified: Json, current: Json) -> Json:
        """--force: delete the object and create it anew; if that fails, the old one comes back."""
        api = self.invocation.api
        api.delete(info.kind, info.namespace, info.name, self.delete_options)
        gone = is_gone(self.invocation, info, current["metadata"].get("uid", ""))
        self.invocation.client.wait(gone, self.invocation.flag("timeout") or None)
        obj = without_nulls(modified)
        obj["metadata"].pop("resourceVersion", None)
        try:
            created: Json = api.create(info.kind, info.namespace, obj, self.query)
            return created
        except StatusError:
            meta = {name: value for name, value in current["metadata"].items() if name != "resourceVersion"}
            api.create(info.kind, info.namespace, {**current, "metadata": meta}, self.query)
            raise

    def _warn_if_deleting(self, info: Info) -> None:
        if (info.object.get("metadata") or {}).get("deletionTimestamp"):
            self.invocation.err(
                f"Warning: Detected changes to resource {info.name} which is currently being deleted.\n"
            )


def _check_name(info: Info) -> None:
    if not info.name:
        prefix = (info.object.get("metadata") or {}).get("generateName")
        if prefix:
            raise CommandError(f"from {prefix}: cannot use generate name with apply")


def without_nulls(value: Any) -> Any:
    """The object as it is created: members that are null in the manifest are left out."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
