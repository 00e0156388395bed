"""`kubectl rollout pause` and `resume`. Source: kubectl `pkg/cmd/rollout/rollout_{pause,resume}.go`."""

from __future__ import annotations

from functools import partial

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.rollout.revisions import refusal, require_resource, visit
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, field_manager, filename

STRATEGIC = "application/strategic-merge-patch+json"


def _run(invocation: Invocation, *, pause: bool) -> None:
    require_resource(invocation)
    output = Output(invocation, typed=True)
    done = "paused" if pause else "resumed"
    query = Query(invocation.args, invocation.flag("selector"), bare_types=True, latest=True, typed=True)
    manager = {"fieldManager": invocation.flag("field-manager")}

    def work(info: Info) -> None:
        if info.kind.group != "apps" or info.kind.kind != "Deployment":
            verb = "pausing" if pause else "resuming"
            raise refusal(info, f"{verb} is not supported")
        paused = bool(info.object["spec"].get("paused"))
        if paused == pause:
            raise refusal(info, "is already paused" if pause else "is not paused")
        patch = {"spec": {"paused": True if pause else None}}
        info.refresh(invocation.api.patch(info.kind, info.namespace, info.name, patch, STRATEGIC, manager))
        output.print(info.object, done)

    selection = Selection(invocation, query)
    found, error = selection.attempt()
    if not found and error is None:
        invocation.error_line(f"No resources found in {invocation.namespace} namespace.")
    visit(selection, work)


_FLAGS = (
    *PRINT_FLAGS,
    field_manager("kubectl-rollout"),
    *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
    SELECTOR,
)

PAUSE = Command(
    "pause",
    "Mark the provided resource as paused",
    use="RESOURCE",
    long="Mark the provided resource as paused.\n\n"
    " A paused Deployment is not acted upon by its controller until it is resumed.",
    examples="""
# Hold the rollout of a deployment
kubectl rollout pause deployment/web
""",
    flags=_FLAGS,
    run=partial(_run, pause=True),
)

RESUME = Command(
    "resume",
    "Resume a paused resource",
    use="RESOURCE",
    long="Resume a paused resource.\n\n"
    " Its controller goes on with everything that has changed in the meantime, in one rollout.",
    examples="""
# Go on with a rollout that was held
kubectl rollout resume deployment/web
""",
    flags=_FLAGS,
    run=partial(_run, pause=False),
)
