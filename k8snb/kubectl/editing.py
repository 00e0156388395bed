"""Editing objects in a text editor: shown, changed, checked, saved; what is refused is opened again with the reasons.

Source: kubectl `pkg/cmd/util/editor/editoptions.go`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Final

from k8snb.api import jsontext, yaml
from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import LAST_APPLIED, last_applied, with_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Draft, Invocation
from k8snb.kubectl.differences import MERGE, STRATEGIC, merge_difference, same, strategic_difference
from k8snb.kubectl.editor import edited
from k8snb.kubectl.errors import FAILURES, CommandError, Exit, quoted
from k8snb.kubectl.output import Output
from k8snb.kubectl.printers.json import print_json
from k8snb.kubectl.printers.yaml import print_yaml
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.typedobjects import model_of

HEADER: Final = """\
# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""
LAST_APPLIED_HEADER: Final = """\
# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
"""
#: how an object can be edited
_SHOWN: Final = ("json", "kyaml", "yaml")
_CHANGED: Final = "At least one of apiVersion, kind and name was changed"


@dataclass
class Refused:
    """What has come of one save: reasons for opening the file again, and objects that cannot be saved at all."""

    reasons: list[tuple[str, list[str]]] = field(default_factory=list)
    retryable: int = 0
    gone: int = 0


class Editing:
    """One session with the editor, on objects whose changes are sent as patches."""

    header = HEADER

    def __init__(self, invocation: Invocation, infos: list[Info], validation: str) -> None:
        self.invocation, self.infos, self.validation = invocation, infos, validation
        self.output = Output(invocation)
        if self.output.format not in ("", *_SHOWN):
            wanted = quoted(str(invocation.flag("output")))
            raise CommandError(
                f"unable to match a printer suitable for the output format {wanted}, allowed formats are: {','.join(_SHOWN)}"
            )
        self.json = self.output.format == "json"
        self.refused = Refused()

    def run(self) -> None:
        """Edit until it is saved or given up. CommandError or Exit if it is not saved."""
        original = self._text()
        body, before, kept = original, "", None
        while True:
            text = self._header() + body
            if self.invocation.flag("windows-line-endings"):
                text = text.replace("\n", "\r\n")
            try:
                draft = edited(
                    self.invocation.session, text, ".json" if self.json else ".yaml", self.invocation.client.now()
                )
            except CommandError as error:
                raise self._preserved(error, kept) from None
            if kept is not None:
                kept.discard()
            if self.refused.reasons and stripped(before) == stripped(draft.text):
                raise self._preserved(CommandError("Edit cancelled, no valid changes were saved."), draft)
            if draft.original:
                original = draft.original
                self._begin_from(original)
            kept, before, self.refused = draft, draft.text, Refused()
            if self._saved(original, draft):
                draft.discard()
                return
            body = without_comments(draft.text)

    def _begin_from(self, text: str) -> None:
        """The objects were read earlier: what counts as changed is what differs from this text."""
        earlier = {_uid(info): info.object for info in self._parsed(text)}
        for info in self.infos:
            info.object = earlier.get(_uid(info), info.object)

    def _saved(self, original: str, draft: Draft) -> bool:
        """Whether the edit is over: saved, or left without a change. False if the file is to be opened again."""
        now = draft.text
        if self.validation != "Ignore" and (problem := _invalid(now)):
            causes = [f'<nil>: Invalid value: "The edited file failed validation": {problem}']
            self._refuse(self.infos[0], causes)
            return False
        if stripped(original) == stripped(now):
            self.invocation.error_line("Edit cancelled, no changes made.")
            return True
        if not any(line.strip() and not line.strip().startswith("#") for line in now.splitlines()):
            self.invocation.error_line("Edit cancelled, saved file was empty.")
            return True
        try:
            updates = self._parsed(now)
        except (yaml.YAMLError, CommandError) as error:
            self.refused.reasons.append((f"The edited file had a syntax error: {error}", []))
            return False
        try:
            for info in updates:
                self._save(info)
        except FAILURES as error:
            raise self._preserved(error, draft) from None
        self._give_up(draft)
        return not self.refused.reasons

    def _give_up(self, draft: Draft) -> None:
        if self.refused.retryable:
            if draft.file:
                self.invocation.error_line(f"You can run `kubectl replace -f {draft.file}` to try this update again.")
            raise Exit(1)
        if self.refused.gone:
            if draft.file:
                self.invocation.error_line(
                    f"The edits you made on deleted resources have been saved to {quoted(draft.file)}"
                )
            raise Exit(1)

    # -- text -------------------------------------------------------------------------------------------------------------

    def _text(self) -> str:
        objects = [info.object for info in self.infos]
        shown: dict[str, Any] = (
            objects[0] if len(objects) == 1 else {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {}}
        )
        return print_json(shown) if self.json else print_yaml(shown)

    def _header(self) -> str:
        if self.json:
            return ""
        lines = [self.header]
        for head, others in self.refused.reasons:
            lines.append(f"# {_commented(head)}{':' if others else ''}\n")
            lines += [f"# * {_commented(other)}\n" for other in others]
            lines.append("#\n")
        return "".join(lines)

    def _parsed(self, text: str) -> list[Info]:
        """The edited objects. CommandError for one of another namespace, or of no known kind."""
        found: list[Info] = []
        for document in yaml.documents(text):
            value = document.value
            for obj in value["items"] if isinstance(value, dict) and isinstance(value.get("items"), list) else [value]:
                if not isinstance(obj, dict) or not obj.get("kind"):
                    raise CommandError(f"Object 'Kind' is missing in '{jsontext.dumps(obj)}'")
                kind = self.invocation.kinds.of_object(str(obj.get("apiVersion") or ""), str(obj["kind"]))
                if kind is None:
                    raise CommandError(
                        f"no matches for kind {quoted(str(obj['kind']))} in version {quoted(str(obj.get('apiVersion')))}"
                    )
                meta = obj.get("metadata") or {}
                found.append(Info(kind, meta.get("namespace", ""), meta.get("name", ""), obj, "edited-file"))
        return found

    # -- saving -----------------------------------------------------------------------------------------------------------

    def _save(self, info: Info) -> None:
        invocation = self.invocation
        self._check_namespace(info)
        obj = copy.deepcopy(info.object)
        if invocation.flag("save-config"):
            obj = with_last_applied(obj)
        obj = recorded(invocation, obj)
        original = self._original(obj)
        if same(original.object, obj):
            self.output.print(obj, "skipped")
            return
        patch, way = _patch(original, obj)
        if invocation.flag("output-patch"):
            invocation.line(f"Patch: {jsontext.dumps(patch)}")
        options = {"fieldManager": invocation.flag("field-manager"), "fieldValidation": self.validation}
        try:
            answer = invocation.api.patch(
                original.kind, info.namespace, info.name, patch, way, options, invocation.flag("subresource")
            )
        except StatusError as error:
            self._refuse_by_server(info, error)
            return
        self.output.print(answer, "edited")

    def _original(self, obj: dict[str, Any]) -> Info:
        uid = (obj.get("metadata") or {}).get("uid")
        found = next((one for one in self.infos if one.object["metadata"].get("uid") == uid), None)
        if found is None:
            raise CommandError(f"no original object found for {jsontext.dumps(obj)}")
        return found

    def _check_namespace(self, info: Info) -> None:
        if not info.kind.namespaced:
            return
        wanted = self.invocation.namespace
        info.namespace = info.namespace or wanted
        if info.namespace != wanted:
            raise CommandError(
                f"the namespace from the provided object {quoted(info.namespace)} does not match the namespace "
                f"{quoted(wanted)}. You must pass '--namespace={info.namespace}' to perform this operation."
            )

    def _refuse_by_server(self, info: Info, error: StatusError) -> None:
        if error.reason == "Invalid":
            self._refuse(info, [f"{cause.get('field', '')}: {cause.get('message', '')}" for cause in error.causes])
            return
        about = f"error: {info.kind.group_resource} {quoted(info.name)}"
        if error.reason == "NotFound":
            self.refused.gone += 1
            self.invocation.error_line(f"{about} could not be found on the server")
            return
        self.refused.retryable += 1
        self.invocation.error_line(f"{about} could not be patched: {error.message}")

    def _refuse(self, info: Info, causes: list[str]) -> None:
        about = f"{info.kind.group_resource} {quoted(info.name)}"
        self.refused.reasons.append((f"{about} was not valid", causes))
        self.invocation.error_line(f"error: {about} is invalid")

    def _preserved(self, error: Exception, draft: Draft | None) -> Exception:
        if draft is not None and draft.file:
            self.invocation.error_line(f"A copy of your changes has been stored to {quoted(draft.file)}")
        return error


class LastAppliedEditing(Editing):
    """A session on the manifests that apply remembers; only the annotations change."""

    header = LAST_APPLIED_HEADER

    def _save(self, info: Info) -> None:
        self._check_namespace(info)
        obj = info.object
        if same(self._original(obj).object, obj):
            self.output.print(obj, "skipped")
            return
        patch = {"metadata": {"annotations": {LAST_APPLIED: jsontext.dumps(obj) + "\n"}}}
        flag = self.invocation.flag
        options = {"fieldManager": flag("field-manager"), "fieldValidation": self.validation}
        self.invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE, options)
        self.output.print(obj, "edited")


def edit_last_applied(invocation: Invocation) -> None:
    """`kubectl apply edit-last-applied`. CommandError if no object remembers a manifest."""
    selection = Selection(invocation, Query(invocation.args, bare_types=True, latest=True))
    validation = invocation.validation
    infos: list[Info] = []
    for info in selection.infos():
        text = last_applied(info.object)
        if text is not None:
            infos.append(Info(info.kind, info.namespace, info.name, jsontext.loads(text), info.source))
    if not infos:
        raise CommandError(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl "
            "apply set-last-applied --create-annotation`"
        )
    LastAppliedEditing(invocation, infos, validation).run()


def _patch(original: Info, obj: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """(the patch, its content type). CommandError if it would turn the object into another one."""
    before = original.object
    model = model_of(original.kind.api_version, original.kind.kind)
    if model is None:
        patch, way = merge_difference(before, obj), MERGE
    else:
        patch, way = strategic_difference(before, obj, model), STRATEGIC
    if "apiVersion" in patch or "kind" in patch or "name" in (patch.get("metadata") or {}):
        raise CommandError(_CHANGED)
    return patch, way


def _uid(info: Info) -> str:
    return str((info.object.get("metadata") or {}).get("uid"))


def _invalid(text: str) -> str:
    """What kubectl finds wrong with a document before the server sees it; "" if nothing."""
    try:
        value = yaml.load(text)
    except yaml.YAMLError as error:
        return str(error)
    if not isinstance(value, dict):
        return "invalid object to validate"
    found = [f"{name} not set" for name in ("apiVersion", "kind") if value.get(name) is None]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]" if found else ""


def stripped(text: str) -> str:
    """The text without what does not count: as JSON if it can be read, else without lines of comment."""
    try:
        return jsontext.dumps(yaml.load(text))
    except yaml.YAMLError:
        return without_comments(text)


def without_comments(text: str) -> str:
    """The text without lines that are comments."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.strip().startswith("#") or line.strip().startswith("#!"))


def _commented(text: str) -> str:
    return text.replace("\n", "\n# ")
