"""The revisions of a workload: ReplicaSets of a Deployment, ControllerRevisions of DaemonSets and StatefulSets.

Source: kubectl `pkg/polymorphichelpers/{history,rollback}.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from k8snb.api import selector
from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.decode import read
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.describe import podtemplate
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.errors import CommandError, Many, quoted
from k8snb.kubectl.selection import Info, Selection

REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"
HASH_LABEL = "pod-template-hash"
#: kinds that kubectl knows, but not how to go back with
_WITHOUT_REVISIONS = ("ReplicaSet.apps", "ReplicationController", "Pod", "Job.batch", "CronJob.batch")


class Revision(NamedTuple):
    """One revision: its number, why it was made, its Pod template, and the object that keeps it."""

    number: int
    cause: str
    template: dict[str, Any]
    keeper: dict[str, Any]


def revisions(invocation: Invocation, info: Info) -> list[Revision]:
    """All revisions, oldest first. CommandError for kinds that have none."""
    if info.kind.group == "apps" and info.kind.kind == "Deployment":
        return _of_deployment(invocation, info)
    if info.kind.group == "apps" and info.kind.kind in ("DaemonSet", "StatefulSet"):
        return _of_controller(invocation, info)
    raise unsupported(info, "history", "history viewer")


def unsupported(info: Info, what: str, who: str) -> CommandError:
    """What is said of a kind that has no revisions."""
    name = info.kind.go_group_kind
    if name in _WITHOUT_REVISIONS:
        return CommandError(f"no {who} has been implemented for {quoted(name)}")
    problem = f"no visitor method exists for {{{info.kind.group} {info.kind.kind}}}"
    return CommandError(f"error retrieving {what} for {quoted(name)}, {problem}")


def require_resource(invocation: Invocation) -> None:
    """CommandError if the command line names nothing to work on."""
    if not invocation.args and not invocation.flag("filename") and not invocation.flag("kustomize"):
        raise CommandError("required resource not specified")


def visit(selection: Selection, work: Callable[[Info], None]) -> None:
    """Do something with every object; what is wrong with files is told line by line, even alone."""
    try:
        selection.visit(work)
    except Many as error:
        raise Many([error]) from None


def refusal(info: Info, problem: str) -> CommandError:
    """`error: deployments.apps "web" is already paused`"""
    return CommandError(f"error: {info.kind.group_resource} {quoted(info.name)} {problem}")


def described(template: dict[str, Any]) -> str:
    """A Pod template as people read it."""
    writer = PrefixWriter()
    podtemplate.template(writer, read(PodTemplateSpec, template))
    return writer.raw()


def _owned(invocation: Invocation, info: Info, resource: str) -> list[dict[str, Any]]:
    uid = info.object["metadata"]["uid"]
    labels = str(selector.from_label_selector(info.object["spec"].get("selector")))
    items = invocation.api.list(invocation.kind(resource), info.namespace, labels)["items"]
    return [
        item
        for item in items
        if any(o["uid"] == uid and o.get("controller") for o in item["metadata"].get("ownerReferences") or ())
    ]


def _of_deployment(invocation: Invocation, info: Info) -> list[Revision]:
    found = []
    for replica_set in _owned(invocation, info, "replicasets.apps"):
        notes = replica_set["metadata"].get("annotations") or {}
        number = int(notes.get(REVISION) or 0)
        template = dict(replica_set["spec"]["template"])
        cause = notes.get(CHANGE_CAUSE, "")
        if cause:
            meta = dict(template.get("metadata") or {})
            meta["annotations"] = {**(meta.get("annotations") or {}), CHANGE_CAUSE: cause}
            template["metadata"] = meta
        found.append(Revision(number, cause, template, replica_set))
    return sorted(found, key=lambda revision: revision.number)


def _of_controller(invocation: Invocation, info: Info) -> list[Revision]:
    from k8snb.api.resources import builtin

    model = builtin(info.kind.plural, "apps").model
    found = []
    for kept in _owned(invocation, info, "controllerrevisions.apps"):
        whole = strategic_merge(info.object, kept["data"], model)
        cause = (kept["metadata"].get("annotations") or {}).get(CHANGE_CAUSE, "")
        found.append(Revision(kept["revision"], cause, whole["spec"]["template"], kept))
    return sorted(found, key=lambda revision: revision.number)
