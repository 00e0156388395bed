"""`kubectl diff`: what apply would change, as `diff -u` shows it. The server does the changes as a dry run.

Exit codes: 0 no differences, 1 differences, more for errors. Source: kubectl `pkg/cmd/diff/{diff,prune}.go`.
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import configuration, last_applied
from k8snb.kubectl.apply.pruning import prunable
from k8snb.kubectl.apply.threeway import three_way
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import FAILURES, CommandError, Exit, UsageError, quoted
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.output import without_managed_fields
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.yaml import print_yaml
from k8snb.kubectl.selection import Info, Query, Selection, get, require_files
from k8snb.kubectl.sharedflags import SELECTOR, field_manager, filename
from k8snb.kubectl.typedobjects import model_of
from k8snb.kubectl.unifieddiff import directories

APPLY_PATCH: Final = "application/apply-patch+yaml"
#: the manager that apply has on the server's side, unless --field-manager names another one
SERVER_SIDE_MANAGER: Final = "kubectl"
_PLAIN_ARGUMENT: Final = re.compile(r"[a-zA-Z0-9-=]+")
_RETRIES: Final = 4


def run(invocation: Invocation) -> None:
    """Compare every object of the manifests. Exit(1) if something differs."""
    require_files(invocation)
    if invocation.flag("force-conflicts") and not invocation.flag("server-side"):
        raise CommandError("--force-conflicts only works with --server-side")
    prunes = prunable(invocation, invocation.flag("prune-allowlist")) if invocation.flag("prune") else []
    if invocation.args:
        raise UsageError(f"Unexpected args: [{' '.join(invocation.args)}]")
    comparison = Comparison(invocation)
    error: Exception | None = None

    def work(info: Info) -> None:
        nonlocal error
        if error is None:  # the first failure ends it
            try:
                comparison.add(info)
            except FAILURES as failure:
                error = failure

    selection = Selection(invocation, Query(selector=invocation.flag("selector")))
    try:
        selection.visit(work)
    except FAILURES as failure:
        error = error or failure
    if error is not None:
        raise error
    comparison.add_pruned(prunes)
    comparison.show()


class Comparison:
    """Two directories of YAML files: the objects as they are, and as they would be."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.live: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.seen: set[str] = set()
        self.namespaces: set[str] = set()
        manager = invocation.flag("field-manager")
        if invocation.flag("server-side") and not invocation.changed("field-manager"):
            manager = SERVER_SIDE_MANAGER
        self.options = {"dryRun": "All", "fieldManager": manager}

    def add(self, info: Info) -> None:
        """Compare one object."""
        local, name = info.object, _file_name(info.kind, info.namespace, info.name)
        for left in reversed(range(_RETRIES)):
            live = self._live(info)
            try:
                merged = self._merged(info, local, live, lock=left > 0)
                break
            except StatusError as error:
                if error.reason != "Conflict" or not left:
                    raise
        if info.kind.namespaced:
            self.namespaces.add(info.namespace)
        if live is not None:
            self.seen.add(live["metadata"]["uid"])
        before, after = self._shown(live), self._shown(merged)
        if info.kind.api_version == "v1" and info.kind.kind == "Secret":
            before, after = _masked(before, after)
        self.live[name] = print_yaml(before) if before is not None else ""
        self.merged[name] = print_yaml(after) if after is not None else ""
        if live is not None and live["metadata"].get("deletionTimestamp"):
            self.invocation.err(
                f"Warning: Detected changes to resource {info.name} which is currently being deleted.\n"
            )

    def add_pruned(self, kinds: list[Kind]) -> None:
        """Objects that apply --prune would delete stand on one side only."""
        for kind in kinds:
            for namespace in sorted(self.namespaces) if kind.namespaced else [""]:
                for obj in self.invocation.api.list(kind, namespace, self.invocation.flag("selector"))["items"]:
                    if last_applied(obj) is not None and obj["metadata"]["uid"] not in self.seen:
                        name = _file_name(kind, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
                        shown = self._shown(obj)
                        self.live[name] = print_yaml(shown) if shown is not None else ""

    def show(self) -> None:
        """Print the differences. Exit with the code of the program that compares."""
        program = self.invocation.session.env.get("KUBECTL_EXTERNAL_DIFF") or os.environ.get(
            "KUBECTL_EXTERNAL_DIFF", ""
        )
        if program:
            self._show_with(program)
            return
        text = directories(self.live, self.merged, self._places(), self._stamp())
        if text:
            self.invocation.out(text)
            raise Exit(1)

    def _stamp(self) -> str:
        """When it was, as file times are shown."""
        return datetime.fromtimestamp(self.invocation.client.now(), UTC).strftime("%Y-%m-%d %H:%M:%S.%f000 +0000")

    def _places(self) -> tuple[str, str]:
        """The directories of the two sides; their numbers follow from what is in them, and when."""
        number = int.from_bytes(hashlib.sha256(f"{self._stamp()} {self.live}".encode()).digest()[:4])
        folder = tempfile.gettempdir()
        return f"{folder}/LIVE-{number}", f"{folder}/MERGED-{number + 1}"

    def _show_with(self, program: str) -> None:
        words = program.split(" ")
        for word in words[1:]:
            if not _PLAIN_ARGUMENT.fullmatch(word):
                self.invocation.klog(
                    "W",
                    "diff.go:193",
                    f"invalid argument is ignored: {word}, only Alphanumeric (case-insensitive), dash and equal are allowed",
                )
        arguments = [word for word in words[1:] if _PLAIN_ARGUMENT.fullmatch(word)]
        live, merged = self._places()
        try:
            for folder, files in ((live, self.live), (merged, self.merged)):
                Path(folder).mkdir()
                for name, text in files.items():
                    Path(folder, name).write_text(text, encoding="utf-8")
            try:
                done = subprocess.run([words[0], live, merged, *arguments], capture_output=True, text=True, check=False)
            except OSError as error:
                why = "executable file not found in $PATH" if isinstance(error, FileNotFoundError) else str(error)
                raise CommandError(f"failed to run {quoted(words[0])}: {why}", 2) from None
        finally:
            for folder in (live, merged):
                shutil.rmtree(folder, ignore_errors=True)
        self.invocation.out(done.stdout)
        self.invocation.err(done.stderr)
        if done.returncode == 1:
            raise Exit(1)
        if done.returncode:
            raise CommandError(f"failed to run {quoted(words[0])}: exit status {done.returncode}", 2)

    def _shown(self, obj: dict[str, Any] | None) -> dict[str, Any] | None:
        if obj is None or self.invocation.flag("show-managed-fields"):
            return obj
        return without_managed_fields(obj)

    def _live(self, info: Info) -> dict[str, Any] | None:
        try:
            return get(self.invocation, info)
        except StatusError as error:
            if error.reason != "NotFound":
                raise
            return None

    def _merged(
        self, info: Info, local: dict[str, Any], live: dict[str, Any] | None, *, lock: bool
    ) -> dict[str, Any] | None:
        """The object as it would be; `lock` refuses if it has been changed in between."""
        api = self.invocation.api
        answer: dict[str, Any]
        if self.invocation.flag("server-side"):
            force = "true" if self.invocation.flag("force-conflicts") else "false"
            options = {**self.options, "force": force}
            answer = api.patch(info.kind, info.namespace, info.name, local, APPLY_PATCH, options)
            return answer
        if live is None:
            meta = {name: value for name, value in (local.get("metadata") or {}).items() if name != "resourceVersion"}
            answer = api.create(info.kind, info.namespace, {**local, "metadata": meta}, self.options)
            return answer
        before = last_applied(live)
        modified = jsontext.loads(configuration(local))
        original = jsontext.loads(before) if before else {}
        patch = three_way(original, modified, live, model_of(info.kind.api_version, info.kind.kind))
        if not patch.body:
            return live
        body = patch.body
        if lock:
            version = live["metadata"].get("resourceVersion")
            body = {**body, "metadata": {**(body.get("metadata") or {}), "resourceVersion": version}}
        answer = api.patch(info.kind, info.namespace, info.name, body, patch.content_type, self.options)
        return answer


def _file_name(kind: Kind, namespace: str, name: str) -> str:
    return f"{kind.group + '.' if kind.group else ''}{kind.version}.{kind.kind}.{namespace}.{name}"


def _masked(
    before: dict[str, Any] | None, after: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Secrets with stars for their values; values that differ stay distinguishable."""
    before, after = copy.deepcopy(before), copy.deepcopy(after)
    old = (before or {}).get("data") or {}
    new = (after or {}).get("data") or {}
    for name in {*old, *new}:
        if name in old and name in new and old[name] != new[name]:
            old[name], new[name] = "*** (before)", "*** (after)"
            continue
        for values in (old, new):
            if name in values:
                values[name] = "***"
    return before, after


COMMAND = Command(
    "diff",
    "Diff the live version against a would-be applied version",
    use="diff -f FILENAME",
    long="Show what `kubectl apply` would change: objects as they are against objects as the manifests would make them, as "
    "YAML.\n\n KUBECTL_EXTERNAL_DIFF names another program to compare with, and its arguments; the answer of `diff -u -N` is "
    "what is shown otherwise.\n\n Exit codes: 0 if nothing differs, 1 if something does, more if something went wrong. A "
    "program of one's own is expected to do the same.",
    examples="""
# What a manifest would change
kubectl diff -f web.yaml

# From standard input
cat service.yaml | kubectl diff -f -
""",
    failure_code=2,
    flags=(
        Flag(
            "show-managed-fields",
            "bool",
            usage="If true, include managed fields in the diff.",
        ),
        Flag(
            "concurrency",
            "int",
            1,
            usage="Number of objects to process in parallel when diffing against the live version. Larger number = faster, "
            "but more memory, I/O and CPU over that shorter period of time.",
        ),
        Flag(
            "prune-allowlist",
            "stringArray",
            usage="Overwrite the default allowlist with <group/version/kind> for --prune",
        ),
        Flag(
            "prune",
            "bool",
            usage="Include resources that would be deleted by pruning. Can be used with -l and default shows all resources "
            "would be pruned",
        ),
        *filename("Filename, directory, or URL to files contains the configuration to diff"),
        Flag("server-side", "bool", usage="If true, apply runs in the server instead of the client."),
        Flag(
            "force-conflicts",
            "bool",
            usage="If true, server-side apply will force the changes against conflicts.",
        ),
        field_manager("kubectl-client-side-apply"),
        SELECTOR,
    ),
    run=run,
)
