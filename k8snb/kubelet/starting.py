"""Starting one container: image, configuration, process 1, postStart hook; and starting it again after it has ended.

Back-off of restarts: 10 s doubling to 5 min, forgotten after 10 min of running well (upstream `flowcontrol.Backoff`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from k8snb.api import quantity
from k8snb.kubelet.environment import ConfigFailure, expand
from k8snb.kubelet.pulling import ensure_image
from k8snb.kubelet.state import EPHEMERAL, INIT, ContainerRecord
from k8snb.kubelet.timing import BACKOFF_FIRST, BACKOFF_MAX, SYNC_SECONDS
from k8snb.kubelet.volumes import MountFailure, frozen, mounts
from k8snb.network.resolv import hostname
from k8snb.runtime.container import EXITED, Container, Spec
from k8snb.runtime.image import Image
from k8snb.runtime.machine import NoSuchProgram
from k8snb.runtime.registry import parse_reference

if TYPE_CHECKING:
    from k8snb.kubelet.worker import Worker


class CreateFailure(ConfigFailure):
    """The runtime cannot create the container: the message of CreateContainerError."""


def start_container(worker: Worker, item: ContainerRecord, spec: Any) -> None:
    """Bring a container that should run one step nearer to running."""
    image = ensure_image(worker, item, spec)
    if image is None:
        return
    now = worker.now
    if item.start_at is None:
        try:
            item.prepared = make_spec(worker, spec, image)
        except (ConfigFailure, MountFailure) as failure:
            _misconfigured(worker, item, failure)
            return
        item.start_at = now + worker.timing.start
    if now + 1e-9 < item.start_at:
        return
    item.start_at = None
    if item.reason.startswith("CreateContainer"):
        item.reason = item.message = ""
    prepared, item.prepared = item.prepared, None
    try:
        _boot(worker, item, spec, image, prepared or make_spec(worker, spec, image))
    except (ConfigFailure, MountFailure) as failure:
        _misconfigured(worker, item, failure)


def _misconfigured(worker: Worker, item: ContainerRecord, failure: Exception) -> None:
    """The container cannot be configured, or the runtime cannot create it: said again at each sync."""
    message = str(failure)
    reason = "CreateContainerError" if isinstance(failure, CreateFailure) else "CreateContainerConfigError"
    if (item.reason, item.message) != (reason, message):
        worker.event(item, "Warning", "Failed", f"Error: {message}", every=SYNC_SECONDS)
    item.reason, item.message = reason, message


def _boot(worker: Worker, item: ContainerRecord, spec: Any, image: Image, how: Spec) -> None:
    """Create the container and start its process 1."""
    now = worker.now
    if item.container is not None:
        item.previous = item.container
        item.restarts += 1
    reference = parse_reference(spec.image)
    item.image = spec.image if worker.registry.hollow else str(reference)
    item.image_id = f"{reference.repository}@{image.digest}" if not image.local_only else image.image_id
    item.reason = item.message = ""
    item.hook, item.hook_done, item.started, item.ready, item.probes = 0, False, False, False, {}
    item.hook_until = None
    item.backing_off, item.restart_at, item.stopping, item.failed_hook = False, None, None, ""
    record = worker.record
    record.serial += 1
    worker.forget_termination_log(item.name)
    item.container = Container(
        worker.container_id(), item.name, how, hostname(worker.pod), image.root, created=now, seed=worker.seed()
    )
    worker.event(item, "Normal", "Created", "Container created")
    try:
        worker.runner.run(record, item, lambda machine: machine.boot())
    except NoSuchProgram as missing:
        _not_started(worker, item, missing)
        return
    worker.event(item, "Normal", "Started", "Container started")
    if item.running:
        post_start(worker, item, spec)


def _not_started(worker: Worker, item: ContainerRecord, missing: NoSuchProgram) -> None:
    """The runtime could not start process 1: the container is over before it began."""
    where = "error during container init: " if missing.status != 127 else ""
    cause = missing.cause
    if "/" in missing.command and missing.status == 127:
        cause = f"stat {missing.command}: {cause}"
    message = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        f'unable to start container process: {where}exec: "{missing.command}": {cause}'
    )
    assert item.container is not None
    item.container = replace(
        item.container,
        phase=EXITED,
        exit_code=128,
        reason="StartError",
        message=message,
        finished=worker.now,
        started=0.0,
    )
    worker.event(item, "Warning", "Failed", f"Error: {message}")
    item.reason, item.message = "RunContainerError", message


def post_start(worker: Worker, item: ContainerRecord, spec: Any) -> None:
    """Run the postStart hook; a failing one stops the container. The container is not `started` before it is done."""
    handler = spec.lifecycle.postStart if spec.lifecycle is not None else None
    if item.hook_done or handler is None:
        item.hook_done = True
        return
    if handler.sleep is not None and handler.sleep.seconds > 0:
        item.hook_until = worker.now + handler.sleep.seconds
        return
    problem = worker.run_hook(item, spec, handler)
    if problem is not None:
        post_started(worker, item, spec, problem)


def post_started(worker: Worker, item: ContainerRecord, spec: Any, problem: str) -> None:
    """The postStart hook is done; a message says that it has failed, and then the container is stopped."""
    item.hook, item.hook_done, item.hook_until = 0, True, None
    if problem:
        # The event does not say why: the output might hold secrets.
        worker.event(item, "Warning", "FailedPostStartHook", "PostStartHook failed")
        worker.stop(item, spec, "FailedPostStartHook", worker.default_grace)
        item.reason, item.message = "PostStartHookError", problem


def make_spec(worker: Worker, spec: Any, image: Image) -> Spec:
    """How a container is to be run, all references resolved. ConfigFailure, MountFailure."""
    record, pod, node = worker.record, worker.pod, worker.node_values()
    env = worker.environment.of(pod, spec, image.env, node, record.ip)
    own = bool(spec.command or spec.args)
    argv = tuple(expand(word, env) for word in spec.command) or image.entrypoint
    if spec.args:
        argv += tuple(expand(word, env) for word in spec.args)
    elif not spec.command:
        argv += image.cmd
    uid, gid = _user(worker, spec, image)
    limits = spec.resources.limits
    security = spec.securityContext
    return Spec(
        spec.image,
        argv,
        env,
        spec.workingDir or image.workdir or "/",
        uid,
        gid,
        frozen(worker.client, record, worker.node, worker.now, spec, mounts(worker.client, record, spec, env)),
        bool(security is not None and security.readOnlyRootFilesystem),
        spec.stdin,
        spec.stdinOnce,
        spec.tty,
        quantity.value(limits["memory"]) if "memory" in limits else None,
        quantity.milli_value(limits["cpu"]) if "cpu" in limits else None,
        own,
        tuple(port.containerPort for port in spec.ports if (port.protocol or "TCP") == "TCP"),
        _groups(worker),
    )


def _user(worker: Worker, spec: Any, image: Image) -> tuple[int, int]:
    """The user and group of process 1, after the security contexts and the image."""
    own, pod = spec.securityContext, worker.pod.spec.securityContext
    uid = next((ctx.runAsUser for ctx in (own, pod) if ctx is not None and ctx.runAsUser is not None), None)
    gid = next((ctx.runAsGroup for ctx in (own, pod) if ctx is not None and ctx.runAsGroup is not None), None)
    known = image.uid(image.user) if uid is None else (uid, 0)
    nonroot = next((ctx.runAsNonRoot for ctx in (own, pod) if ctx is not None and ctx.runAsNonRoot is not None), False)
    where = f'(pod: "{worker.pod_name}", container: {spec.name})'
    if nonroot and uid is None:
        name = image.user.partition(":")[0]
        if name and not name.isdigit():
            raise ConfigFailure(
                f"container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root {where}"
            )
        if int(name or 0) == 0:
            raise ConfigFailure(f"container has runAsNonRoot and image will run as root {where}")
    if nonroot and uid == 0:
        raise ConfigFailure(f"container's runAsUser breaks non-root policy {where}")
    if known is None:
        raise CreateFailure(f"unable to find user {image.user}: no matching entries in passwd file")
    return known[0], known[1] if gid is None else gid


def _groups(worker: Worker) -> tuple[int, ...]:
    """The Pod's supplementary groups, its volumes' group among them."""
    security = worker.pod.spec.securityContext
    if security is None:
        return ()
    own = (security.fsGroup,) if security.fsGroup is not None else ()
    return (*own, *(group for group in security.supplementalGroups if group not in own))


# -- again -----------------------------------------------------------------------------------------------------------------


def should_restart(worker: Worker, item: ContainerRecord, spec: Any) -> bool:
    """Is a container that has ended to be run again?"""
    if item.kind == EPHEMERAL or item.container is None:
        return False
    code = item.container.exit_code
    policy = getattr(spec, "restartPolicy", None) or worker.pod.spec.restartPolicy or "Always"
    for rule in spec.restartPolicyRules:
        listed = rule.exitCodes is not None and (code in rule.exitCodes.values) == (rule.exitCodes.operator == "In")
        if listed and rule.action == "Restart":
            return True
    if item.kind == INIT and getattr(spec, "restartPolicy", None) != "Always":
        return code != 0 and policy != "Never"
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def may_restart(worker: Worker, item: ContainerRecord, spec: Any) -> bool:
    """Has an ended container waited long enough? Says CrashLoopBackOff while it has not."""
    assert item.container is not None
    ended, now = item.container.finished, worker.now
    if item.restart_at is None:
        item.restart_at = ended + worker.timing.restart
    if now + 1e-9 < item.restart_at:
        return False
    expired = ended - item.crash_updated > 2 * BACKOFF_MAX
    if item.crash_backoff and not expired and now + 1e-9 < ended + item.crash_backoff:
        item.restart_at = ended + item.crash_backoff
        if not item.backing_off:
            _crash_loop(worker, item)
        return False
    item.crash_backoff = (
        min(item.crash_backoff * 2, BACKOFF_MAX) if item.crash_backoff and not expired else BACKOFF_FIRST
    )
    item.crash_updated = now
    return True


def _crash_loop(worker: Worker, item: ContainerRecord) -> None:
    meta = worker.pod.metadata
    name = f"{meta.name}_{meta.namespace}({meta.uid})"
    item.backing_off = True
    message = f"Back-off restarting failed container {item.name} in pod {name}"
    worker.event(item, "Warning", "BackOff", message, every=SYNC_SECONDS, until=item.restart_at or worker.now)
    span = int(item.crash_backoff)
    shown = f"{span // 60}m{span % 60}s" if span >= 60 else f"{span}s"
    item.reason = "CrashLoopBackOff"
    item.message = f"back-off {shown} restarting failed container={item.name} pod={name}"
