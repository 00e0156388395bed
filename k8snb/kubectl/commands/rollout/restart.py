"""`kubectl rollout restart`.

Source: kubectl `pkg/cmd/rollout/rollout_restart.go`, `pkg/polymorphichelpers/objectrestarter.go`.
"""

from __future__ import annotations

from k8snb.api.duration import format_time
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.rollout.pause import STRATEGIC
from k8snb.kubectl.commands.rollout.revisions import refusal, require_resource, visit
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, field_manager, filename

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_RESTARTABLE = ("Deployment", "DaemonSet", "StatefulSet")


def run(invocation: Invocation) -> None:
    """Stamp the Pod template, so that its controller replaces every Pod."""
    require_resource(invocation)
    output = Output(invocation, typed=True)
    query = Query(invocation.args, invocation.flag("selector"), bare_types=True, latest=True, typed=True)
    manager = {"fieldManager": invocation.flag("field-manager")}

    def work(info: Info) -> None:
        if info.kind.group != "apps" or info.kind.kind not in _RESTARTABLE:
            raise refusal(info, "restarting is not supported")
        if info.object["spec"].get("paused"):
            raise refusal(info, "can't restart paused deployment (run rollout resume first)")
        stamp = format_time(invocation.client.now())
        notes = (info.object["spec"]["template"].get("metadata") or {}).get("annotations") or {}
        if notes.get(RESTARTED_AT) == stamp:
            raise CommandError(
                f"failed to create patch for {info.name}: if restart has already been triggered within the past second, "
                "please wait before attempting to trigger another"
            )
        patch = {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: stamp}}}}}
        info.refresh(invocation.api.patch(info.kind, info.namespace, info.name, patch, STRATEGIC, manager))
        output.print(info.object, "restarted")

    selection = Selection(invocation, query)
    found, error = selection.attempt()
    if not found and error is None:
        invocation.error_line(f"No resources found in {invocation.namespace} namespace.")
    visit(selection, work)


COMMAND = Command(
    "restart",
    "Restart a resource",
    use="RESOURCE",
    long="Restart a resource.\n\n Resource rollout will be restarted.",
    examples="""
# Replace all Pods of a deployment, a few at a time
kubectl rollout restart deployment/web

# All deployments with a label
kubectl rollout restart deployment --selector=app=web
""",
    flags=(
        *PRINT_FLAGS,
        field_manager("kubectl-rollout"),
        *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
        SELECTOR,
    ),
    run=run,
)
