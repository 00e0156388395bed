"""`kubectl drain`: cordon nodes, and evict what runs on them. Source: kubectl `pkg/cmd/drain/drain.go`."""

from __future__ import annotations

from k8snb.api import selector
from k8snb.kubectl import eviction
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.cordon import cordon, nodes_of
from k8snb.kubectl.errors import FAILURES, CommandError, Many, quoted, text_of
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info
from k8snb.kubectl.sharedflags import CHUNK_SIZE, DRY_RUN, SELECTOR


def run(invocation: Invocation) -> None:
    """Cordon every node that is meant, then empty one after the other. Many for those that cannot be."""
    try:
        selector.parse(invocation.flag("pod-selector"))
    except ValueError:
        raise CommandError("--pod-selector=<pod_selector> must be a valid label selector") from None
    dry_run = invocation.dry_run
    nodes = nodes_of(invocation, "drain")
    for info in nodes:
        cordon(invocation, info, True, dry_run)
    suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
    failed: dict[str, Exception] = {}
    for info in nodes:
        try:
            _drain(invocation, info, dry_run)
            invocation.line(f"{info.label} drained{suffix}")
        except FAILURES as error:
            failed[info.name] = error
            invocation.error_line(
                f"error: unable to drain node {quoted(info.name)} due to error: {text_of(error)}, continuing command..."
            )
    if failed:
        invocation.error_line("There are pending nodes to be drained:")
        for name in failed:
            invocation.error_line(f" {name}")
        raise Many(list(failed.values()))


def _drain(invocation: Invocation, info: Info, dry_run: str) -> None:
    plan = eviction.plan(invocation, info.name)
    if plan.errors:
        raise Many(plan.errors)
    if plan.warnings:
        invocation.error_line(f"Warning: {plan.warnings}")
    if dry_run == "client":
        for pod in plan.pods:
            invocation.line(f"evicting pod {pod['metadata']['namespace']}/{pod['metadata']['name']} (dry run)")
        return
    try:
        eviction.carry_out(invocation, plan.pods, dry_run)
    except FAILURES as error:
        pending = eviction.plan(invocation, info.name).pods
        if pending:
            invocation.error_line(
                f"There are pending pods in node {quoted(info.name)} when an error occurred: {text_of(error)}"
            )
            for pod in pending:
                invocation.error_line(f"pod/{pod['metadata']['name']}")
        raise


COMMAND = Command(
    "drain",
    "Drain node in preparation for maintenance",
    use="NODE",
    long="""Drain node in preparation for maintenance.

 The node is cordoned, then its Pods are evicted, with regard to PodDisruptionBudgets. Pods of DaemonSets would come back at\
 once: they are only left alone with --ignore-daemonsets. Pods without a controller would be lost: they only go with\
 --force. What emptyDir volumes hold is lost too: --delete-emptydir-data says that this is fine.""",
    examples="""
# Empty a node, losing bare Pods
kubectl drain minikube-m02 --force

# Give every Pod a quarter of an hour to stop
kubectl drain minikube-m02 --grace-period=900
""",
    flags=(
        CHUNK_SIZE,
        Flag(
            "delete-emptydir-data",
            "bool",
            usage="Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).",
        ),
        Flag(
            "disable-eviction",
            "bool",
            usage="Force drain to use delete, even if eviction is supported. This will bypass checking "
            "PodDisruptionBudgets, use with caution.",
        ),
        DRY_RUN,
        Flag("force", "bool", usage="Continue even if there are pods that do not declare a controller."),
        Flag(
            "grace-period",
            "int",
            -1,
            usage="Period of time in seconds given to each pod to terminate gracefully. If negative, the default value "
            "specified in the pod will be used.",
        ),
        Flag("ignore-daemonsets", "bool", usage="Ignore DaemonSet-managed pods."),
        Flag("pod-selector", usage="Label selector to filter pods on the node"),
        SELECTOR,
        Flag(
            "skip-wait-for-delete-timeout",
            "int",
            0,
            usage="If pod DeletionTimestamp older than N seconds, skip waiting for the pod.  Seconds must be greater than 0 "
            "to skip.",
        ),
        Flag(
            "timeout",
            "duration",
            0.0,
            usage="The length of time to wait before giving up, zero means infinite",
        ),
    ),
    run=run,
)
