"""Deleting objects and waiting until they are gone: what delete, replace --force and run --rm share.

Source: `k8s.io/kubectl/pkg/cmd/delete/{delete,delete_flags}.go`, `pkg/cmd/wait` (IsDeleted).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, from_source
from k8snb.kubectl.flagvalues import ValueRefusedError, parse_bool
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Selection

#: how long a deletion is waited for if nothing is said: a week
FOREVER: Final = 168 * 3600.0
FORCED: Final = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The "
    "resource may continue to run on the cluster indefinitely.\n"
)


def delete_flags(*, wait: bool = False) -> tuple[Flag, ...]:
    """The flags of everything that deletes."""
    return (
        Flag(
            "cascade",
            default="background",
            no_opt_default="background",
            usage='Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the '
            "dependents (e.g. Pods created by a ReplicationController). Defaults to background.",
        ),
        Flag(
            "force",
            "bool",
            usage="If true, immediately remove resources from API and bypass graceful deletion. Note that immediate "
            "deletion of some resources may result in inconsistency or data loss and requires confirmation.",
        ),
        Flag(
            "grace-period",
            "int",
            -1,
            usage="Period of time in seconds given to the resource to terminate gracefully. Ignored if negative. Set to "
            "1 for immediate shutdown. Can only be set to 0 when --force is true (force deletion).",
        ),
        Flag(
            "timeout",
            "duration",
            usage="The length of time to wait before giving up on a delete, zero means determine a timeout from the size "
            "of the object",
        ),
        Flag(
            "wait",
            "bool",
            wait,
            usage="If true, wait for resources to be gone before returning. This waits for finalizers.",
        ),
    )


@dataclass(frozen=True)
class Deletion:
    """How to delete: grace period in seconds (negative: the object's own), propagation, waiting, and what is said."""

    grace_period: int = -1
    propagation: str = "Background"
    wait: bool = True
    timeout: float = 0.0
    dry_run: str = "none"
    output: str = ""
    quiet: bool = False
    #: warn of the first cluster-scoped object: -n was given, and does not bound it
    warn_scope: bool = False

    def delete(self, invocation: Invocation, selection: Selection) -> int:
        """Delete all that is selected, then wait for it. Returns how many there were."""
        deleted: list[tuple[Info, str]] = []
        count = 0
        warn = self.warn_scope

        def work(info: Info) -> None:
            nonlocal count, warn
            count += 1
            if warn and not info.kind.namespaced:
                invocation.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n")
                warn = False
            if self.dry_run == "client":
                self.tell(invocation, info)
            else:
                deleted.append((info, self.delete_one(invocation, info)))

        selection.visit(work)
        if self.wait and self.dry_run == "none":
            self.await_gone(invocation, deleted)
        return count

    def delete_one(self, invocation: Invocation, info: Info) -> str:
        """Ask the server to delete one object and say so; its UID, "" if the server did not tell."""
        options: dict[str, Any] = {"propagationPolicy": self.propagation}
        if self.grace_period >= 0:
            options["gracePeriodSeconds"] = self.grace_period
        if self.dry_run == "server":
            options["dryRun"] = ["All"]
        try:
            answer = invocation.api.delete(info.kind, info.namespace, info.name, options)
        except (StatusError, CommandError) as error:
            raise from_source("deleting", info.source, error) from None
        if not self.quiet:
            self.tell(invocation, info)
        if answer.get("kind") == "Status":
            return str((answer.get("details") or {}).get("uid", ""))
        return str(answer["metadata"].get("uid", ""))

    def tell(self, invocation: Invocation, info: Info) -> None:
        """`pod "web" deleted from default namespace`"""
        if self.output == "name":
            invocation.line(info.label)
            return
        done = "force deleted" if self.grace_period == 0 else "deleted"
        where = f" from {info.namespace} namespace" if info.namespace else ""
        how = {"client": " (dry run)", "server": " (server dry run)"}.get(self.dry_run, "")
        invocation.line(f'{info.kind.group_kind} "{info.name}" {done}{where}{how}')

    def await_gone(self, invocation: Invocation, deleted: Sequence[tuple[Info, str]]) -> None:
        """Wait until every object is gone, or another one has its name; end with the first that stays."""
        end = invocation.client.now() + max(self.timeout or FOREVER, 0.0)
        try:
            for info, uid in deleted:
                self._await_one(invocation, info, uid, end)
        except StatusError as error:
            if error.reason not in ("Forbidden", "MethodNotAllowed"):
                raise

    def _await_one(self, invocation: Invocation, info: Info, uid: str, end: float) -> None:
        gone = is_gone(invocation, info, uid)
        if gone() or invocation.client.wait(gone, max(end - invocation.client.now(), 0.0)):
            return
        if not self.timeout:
            invocation.lab(
                f"nothing in the cluster is going to finish the deletion of {info.reference} (finalizers?); a terminal "
                "would go on waiting, --wait=false does not wait"
            )
        raise CommandError(f"timed out waiting for the condition on {info.reference}")


def is_gone(invocation: Invocation, info: Info, uid: str) -> Callable[[], bool]:
    """A question to be asked again and again: whether the object with this UID is gone."""

    def gone() -> bool:
        try:
            found = invocation.api.get(info.kind, info.namespace, info.name)
        except StatusError as error:
            if error.reason == "NotFound":
                return True
            raise
        return bool(uid) and found["metadata"].get("uid") != uid

    return gone


def deletion_of(invocation: Invocation) -> Deletion:
    """What the flags ask for. CommandError for a propagation that there is not."""
    grace = invocation.flag("grace-period")
    force = invocation.flag("force")
    if grace == 0 and not force:
        grace = 1
    if force and grace < 0:
        grace = 0
    return Deletion(
        grace_period=grace,
        propagation=propagation(invocation),
        wait=invocation.flag("wait"),
        timeout=invocation.flag("timeout"),
    )


def propagation(invocation: Invocation) -> str:
    """`--cascade` as the API's propagationPolicy."""
    value = invocation.flag("cascade")
    if value in ("background", "foreground", "orphan"):
        return str(value).capitalize()
    try:
        meant = "background" if parse_bool(value) else "orphan"
    except ValueRefusedError:
        raise CommandError(
            f'invalid cascade value ({value}). Must be "background", "foreground", or "orphan"'
        ) from None
    invocation.err(
        f"warning: --cascade={value} is deprecated (boolean value) and can be replaced with --cascade={meant}.\n"
    )
    return meant.capitalize()
