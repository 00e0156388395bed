"""`kubectl patch`: send a patch as it was typed. Source: kubectl `pkg/cmd/patch/patch.go`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from k8snb.api import jsontext, yaml
from k8snb.api.errors import StatusError, bad_request
from k8snb.apiserver.patch.json import apply_json_patch
from k8snb.apiserver.patch.merge import merge_patch
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.differences import JSON, MERGE, STRATEGIC, merge_difference, same
from k8snb.kubectl.errors import FAILURES, CommandError, quoted
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, field_manager, filename, subresource
from k8snb.kubectl.typedobjects import model_of

_TYPES: Final = {"json": JSON, "merge": MERGE, "strategic": STRATEGIC}


def run(invocation: Invocation) -> None:
    """Patch every object that is meant."""
    dry_run = invocation.dry_run
    output = Output(invocation)
    _check(invocation, dry_run)
    way = str(invocation.flag("type") or "strategic").lower()
    patch, problem = _patch(invocation)
    local = bool(invocation.flag("local"))
    query = Query(invocation.args, local=local, subresource=invocation.flag("subresource"))
    count = 0

    def work(info: Info) -> None:
        nonlocal count
        count += 1
        if local or dry_run == "client":
            after = _applied(info, way, patch, problem)
        elif problem:
            raise bad_request(problem if way == "strategic" else f"error decoding patch: {problem}")
        else:
            after = _sent(invocation, info, way, patch, dry_run)
        changed = not same(info.object, after)
        if not local and dry_run != "client":
            after = _recorded(invocation, info, after)
        output.print(after, "patched" if changed else "patched (no change)", dry_run)

    Selection(invocation, query).visit(work)
    if not count:
        raise CommandError("no objects passed to patch")


def _check(invocation: Invocation, dry_run: str) -> None:
    patch, file, way = invocation.flag("patch"), invocation.flag("patch-file"), invocation.flag("type")
    if patch and file:
        raise CommandError("cannot specify --patch and --patch-file together")
    if not patch and not file:
        raise CommandError("must specify --patch or --patch-file containing the contents of the patch")
    if invocation.flag("local") and invocation.args:
        raise CommandError("cannot specify --local and server resources")
    if invocation.flag("local") and dry_run == "server":
        raise CommandError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
    if way and way.lower() not in _TYPES:
        raise CommandError(f"--type must be one of [{' '.join(_TYPES)}], not {quoted(way)}")


def _patch(invocation: Invocation) -> tuple[Any, str]:
    """(the patch as JSON data, what is wrong with it). JSON is sent as it was typed: only the server looks at it."""
    text: str = invocation.flag("patch")
    file = invocation.flag("patch-file")
    if file:
        text = _read(invocation, file)
    if not text.lstrip().startswith("{"):
        try:
            return yaml.load(text), ""
        except yaml.YAMLError as error:
            raise CommandError(f"unable to parse {quoted(invocation.flag('patch'))}: {error}") from None
    try:
        return jsontext.loads(text), ""
    except ValueError as error:
        return None, str(error)


def _read(invocation: Invocation, file: str) -> str:
    kept = invocation.session.files.get(file)
    path = Path(invocation.session.cwd, file)
    if kept is not None and not path.exists():
        return kept
    if not path.is_file():
        why = "is a directory" if path.is_dir() else "no such file or directory"
        call = "read" if path.is_dir() else "open"
        raise CommandError(f"unable to read patch file: {call} {file}: {why}")
    return path.read_text(encoding="utf-8")


def _sent(invocation: Invocation, info: Info, way: str, patch: Any, dry_run: str) -> dict[str, Any]:
    options = {"fieldManager": invocation.flag("field-manager")}
    if dry_run == "server":
        options["dryRun"] = "All"
    try:
        answer: dict[str, Any] = invocation.api.patch(
            info.kind, info.namespace, info.name, patch, _TYPES[way], options, invocation.flag("subresource")
        )
    except StatusError as error:
        if error.reason != "UnsupportedMediaType":
            raise
        raise CommandError(f"{_TYPES[way]} is not supported by {info.kind.kind_text}: {error.message}") from None
    return answer


def _applied(info: Info, way: str, patch: Any, problem: str) -> dict[str, Any]:
    """The object with the patch, computed here. CommandError in the words of kubectl's libraries."""
    model = model_of(info.kind.api_version, info.kind.kind)
    if way == "strategic" and model is None:
        raise CommandError(
            f"strategic merge patch is not supported for {info.kind.kind_text} locally, try --type merge"
        )
    if problem:
        raise CommandError({"json": problem, "merge": "Invalid JSON Patch"}.get(way, "invalid JSON document"))
    try:
        if way == "json":
            return _operated(info.object, patch)
        if not isinstance(patch, dict):
            kind = "array" if isinstance(patch, list) else "value"
            wrong = f"json: cannot unmarshal {kind} into Go value of type unstructured.detector"
            raise CommandError(wrong if way == "merge" else "invalid JSON document")
        merged: dict[str, Any] = merge_patch(info.object, patch)
        return merged if way == "merge" else strategic_merge(info.object, patch, model)
    except StatusError as error:
        raise CommandError(error.message) from None


def _operated(obj: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The object after the operations of a JSON patch; CommandError, in the words of kubectl's library, if one fails."""
    if not isinstance(patch, list):
        return apply_json_patch(obj, patch)
    for operation in patch:
        if (
            isinstance(operation, dict)
            and operation.get("op") == "replace"
            and not _is_in_list(obj, operation.get("path"))
        ):
            operation = {**operation, "op": "add"}  # the library replaces members of maps that are not there
        try:
            obj = apply_json_patch(obj, [operation])
        except StatusError:
            path, name = operation.get("path", ""), operation.get("op", "")
            key = path.rpartition("/")[2]
            texts = {
                "remove": f"error in remove for path: '{path}': Unable to remove nonexistent key: {key}: missing value",
                "test": f"testing value {path} failed: test failed",
            }
            missing = f'{name} operation does not apply: doc is missing path: "{path}": missing value'
            raise CommandError(texts.get(name, missing)) from None
    return obj


def _is_in_list(obj: Any, path: Any) -> bool:
    """Whether a JSON pointer points into a list."""
    for part in str(path).split("/")[1:-1]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(obj, list):
            obj = obj[int(part)] if part.isdigit() and int(part) < len(obj) else None
        else:
            obj = obj.get(part) if isinstance(obj, dict) else None
    return isinstance(obj, list)


def _recorded(invocation: Invocation, info: Info, obj: dict[str, Any]) -> dict[str, Any]:
    patch = merge_difference(obj, recorded(invocation, obj))
    if not patch:
        return obj
    try:
        answer: dict[str, Any] = invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE)
        return answer
    except FAILURES as error:
        invocation.lab(f"the change cause was not recorded: {error}")
        return obj


COMMAND = Command(
    "patch",
    "Update fields of a resource",
    use="patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    long="Change fields of an object by a patch, written as JSON or YAML.\n\n A strategic merge patch (the default) is a piece "
    "of the object with new values; lists whose elements have names are merged by name. A merge patch replaces lists as a "
    "whole. A JSON patch is a list of operations on paths. Custom resources know merge and JSON patches only.",
    examples="""
# More replicas
kubectl patch deployment web -p '{"spec":{"replicas":3}}'

# The same as YAML
kubectl patch deployment web -p $'spec:\\n  replicas: 3'

# A container is found by its name
kubectl patch pod web-0 -p '{"spec":{"containers":[{"name":"nginx","image":"nginx:1.28"}]}}'

# By its place in the list, with a JSON patch
kubectl patch pod web-0 --type=json -p '[{"op":"replace","path":"/spec/containers/0/image","value":"nginx:1.28"}]'

# Through the scale subresource
kubectl patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'
""",
    flags=(
        RECORD,
        *PRINT_FLAGS,
        Flag("patch", shorthand="p", usage="The patch to be applied to the resource JSON file."),
        Flag("patch-file", usage="A file containing a patch to be applied to the resource."),
        Flag("type", default="strategic", usage="The type of patch being provided; one of [json merge strategic]"),
        DRY_RUN,
        *filename("Filename, directory, or URL to files identifying the resource to update"),
        Flag(
            "local",
            "bool",
            usage="If true, patch will operate on the content of the file, not the server-side resource.",
        ),
        field_manager("kubectl-patch"),
        subresource("If specified, patch will operate on the subresource of the requested object."),
    ),
    run=run,
)
