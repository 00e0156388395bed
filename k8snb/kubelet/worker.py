"""One Pod's worker: looks at a Pod and its record, and does what its life needs next (upstream: syncPod, syncTerminatingPod).

Level-based: every call starts from the record as it is, takes every step that is due at this instant, and says when it wants to
be called again. Order: volumes and sandbox, init containers one after the other, then all containers; at the end the phase.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from k8snb.kubelet import credentials, eviction, foreignvolumes, probing, starting, stopping
from k8snb.kubelet.state import EPHEMERAL, INIT, MAIN, ContainerRecord, NodeRecord, PodRecord
from k8snb.kubelet.status import final_phase, restarts_always
from k8snb.kubelet.timing import DEFAULT_GRACE, MOUNT_RETRY_FIRST, MOUNT_RETRY_MAX, REFRESH_SECONDS
from k8snb.kubelet.volumes import MountFailure, set_up
from k8snb.network import cni
from k8snb.runtime.machine import NoSuchProgram
from k8snb.runtime.net import HttpRequest, NetError

if TYPE_CHECKING:
    from k8snb.kubelet.kubelet import Kubelet


class Worker:
    """What can be done for one Pod at one instant. `record` is a working copy."""

    def __init__(self, kubelet: Kubelet, record: PodRecord) -> None:
        self.kubelet, self.record = kubelet, record
        self.client, self.runner, self.registry = kubelet.client, kubelet.runner, kubelet.registry
        self.environment, self.timing = kubelet.environment, kubelet.timing
        self.now = kubelet.client.clock.unix
        spec = record.pod.spec
        grace = spec.terminationGracePeriodSeconds
        self.default_grace = DEFAULT_GRACE if grace is None else grace

    @property
    def pod(self) -> Any:
        return self.record.pod

    @property
    def node(self) -> NodeRecord:
        return self.kubelet.nodes[self.record.node]

    @property
    def gateway(self) -> str:
        """The address that probes come from."""
        return self.record.ip.rpartition(".")[0] + ".1" if self.record.ip else self.node.ip

    # -- what the steps share --------------------------------------------------------------------------------------------

    def change_node(self, **changes: Any) -> None:
        self.kubelet.change_node(self.record.node, **changes)

    def node_values(self) -> dict[str, str]:
        return self.kubelet.node_values(self.record.node)

    def event(
        self,
        item: ContainerRecord | None,
        type: str,
        reason: str,
        message: str,
        every: float = 0.0,
        until: float = float("inf"),
    ) -> None:
        """Say something about the Pod, or about one of its containers: once, or again and again (see `EventRecorder.event`)."""
        path = _path(item) if item is not None else ""
        self.kubelet.recorder(self.record.node).event(self.pod, type, reason, message, path, every, until)

    def quiet(self, item: ContainerRecord) -> None:
        """What is being said again and again about a container is over."""
        self.kubelet.recorder(self.record.node).quiet(self.pod, _path(item))

    def chance(self) -> float:
        return self.kubelet.rng.uniform("kubelet")

    def container_id(self) -> str:
        return self.kubelet.rng.hex(64, "containers")

    def seed(self) -> int:
        return self.kubelet.rng.bits("containers")

    def accounts(self) -> dict[str, str]:
        """Who the Pod's pull secrets say it is, by registry; "" where their password is wrong."""
        namespace = self.pod.metadata.namespace
        named = [reference.name for reference in self.pod.spec.imagePullSecrets]
        found = {name: self.client.find("secrets", name, namespace) for name in named}
        missing = ", ".join(name for name, secret in found.items() if secret is None)
        if missing:
            message = (
                f"Unable to retrieve some image pull secrets ({missing}); attempting to pull the image may not succeed."
            )
            self.event(None, "Warning", "FailedToRetrieveImagePullSecret", message)
        return credentials.accounts(secret for secret in found.values() if secret is not None)

    def forget_termination_log(self, name: str) -> None:
        key = f"termlog:{name}"
        if key in self.record.volumes:
            self.record.volumes = {other: entry for other, entry in self.record.volumes.items() if other != key}

    def spec_of(self, item: ContainerRecord) -> Any:
        spec = self.pod.spec
        listed = {INIT: spec.initContainers, MAIN: spec.containers, EPHEMERAL: spec.ephemeralContainers}[item.kind]
        return next(container for container in listed if container.name == item.name)

    def stop(self, item: ContainerRecord, spec: Any, message: str, grace: int) -> None:
        stopping.begin(self, item, spec, message, grace)

    def run_hook(self, item: ContainerRecord, spec: Any, handler: Any) -> str | None:
        """Run a lifecycle hook: "" if it went well, a message if not, None while its session (`hook`) is still running."""
        if handler.sleep is not None:
            return ""
        if handler.httpGet is not None:
            return self._http_hook(item, spec, handler.httpGet)
        if handler.exec is None:
            return ""
        try:
            session = self.runner.run(self.record, item, lambda machine: machine.execute(tuple(handler.exec.command)))
        except NoSuchProgram as missing:
            desc = f"failed to exec in container: failed to start exec: {probing.exec_failure(missing)}"
            cause = f"rpc error: code = Unknown desc = {desc}"
            return self._hook_failure(item, handler, cause, "")
        item.hook = session
        problem = self.hook_result(item, handler, session)
        if problem is not None:
            item.hook = 0
        return problem

    def hook_result(self, item: ContainerRecord, handler: Any, session: int) -> str | None:
        """What has become of a hook's session: as `run_hook`. When it has ended it is forgotten."""
        known = item.container.sessions.get(session) if item.container is not None else None
        if known is not None and known.status is None and item.running:
            return None
        status = known.status if known is not None and known.status is not None else 137
        if item.running:
            self.runner.run(self.record, item, lambda machine: machine.close(session))
        if status == 0 or handler is None or handler.exec is None:
            return ""
        output = known.output if known is not None else ()
        said = {
            kind: b"".join(data for stream, data in output if stream == kind).decode("utf-8", "replace")
            for kind in ("stdout", "stderr")
        }
        command = " ".join(handler.exec.command)
        error = f"command '{command}' exited with {status}: {said['stderr']}"
        return self._hook_failure(item, handler, error, said["stdout"] + said["stderr"])

    def _hook_failure(self, item: ContainerRecord, handler: Any, error: str, output: str) -> str:
        shown = f"Exec lifecycle hook ([{' '.join(handler.exec.command)}])"
        where = f'for Container "{item.name}" in Pod "{self.pod_name}"'
        return f"{shown} {where} failed - error: {error}, message: {_go_quoted(output)}"

    def _http_hook(self, item: ContainerRecord, spec: Any, action: Any) -> str:
        port = probing.port_number(item, spec, action.port)
        request = HttpRequest("GET", action.path or "/", client=self.gateway)
        answer, _ = self.runner.request(self.record, port, request)
        if isinstance(answer, NetError):
            place = f"{self.record.ip}:{port}"
            error = f'Get "http://{place}/{action.path.lstrip("/")}": dial tcp {place}: connect: connection refused'
            shown = f'HTTP lifecycle hook ({action.path}) for Container "{item.name}" in Pod "{self.pod_name}"'
            return f"{shown} failed - error: {error}"
        return ""

    @property
    def pod_name(self) -> str:
        """The Pod as the kubelet's messages name it: `name_namespace(uid)`."""
        meta = self.pod.metadata
        return f"{meta.name}_{meta.namespace}({meta.uid})"

    # -- the Pod's life ----------------------------------------------------------------------------------------------------

    def sync(self) -> None:
        """Take every step that is due."""
        record = self.record
        self.wake()
        if self.pod.metadata.deletionTimestamp and not record.terminating:
            self._begin_termination()
        if record.over is not None:
            return
        if record.terminating:
            self._terminate()
            return
        if self._deadline_exceeded() or eviction.evicted(self) or not self._prepare():
            return
        self._run_containers()

    def wakes_at(self) -> float | None:
        """When a program has something to do next."""
        times = [item.container.wakes_at() for item in self.record.containers.values() if item.container is not None]
        return min((due for due in times if due is not None), default=None)

    def wake(self) -> None:
        """Let programs run whose time has come."""
        for item in self.record.containers.values():
            container = item.container
            if container is not None and (due := container.wakes_at()) is not None and due <= self.now + 1e-9:
                self.runner.run(self.record, item, lambda machine: machine.run())

    def _begin_termination(self) -> None:
        record = self.record
        record.terminating = True
        grace = self.pod.metadata.deletionGracePeriodSeconds
        record.grace = self.default_grace if grace is None else grace

    def _terminate(self) -> None:
        """Stop the containers, sidecars after the others and in reverse order."""
        main = [(item, spec) for item, spec in self._pairs() if not (item.kind == INIT and restarts_always(spec))]
        sidecars = [(item, spec) for item, spec in self._pairs() if item.kind == INIT and restarts_always(spec)]
        self._stop_all(main)
        if not any(item.running for item, _ in main):
            self._stop_all(sidecars)

    def _stop_all(self, pairs: list[tuple[ContainerRecord, Any]]) -> None:
        for item, spec in pairs:
            self.stop(item, spec, f"Stopping container {item.name}", self.record.grace)
            stopping.proceed(self, item, spec)
            if item.exited:
                item.ready = item.started = False

    def _pairs(self) -> list[tuple[ContainerRecord, Any]]:
        """All container records that exist, with their specs."""
        spec, records = self.pod.spec, self.record.containers
        listed = (*spec.initContainers, *spec.containers, *spec.ephemeralContainers)
        return [(records[container.name], container) for container in listed if container.name in records]

    def all_stopped(self) -> bool:
        return not any(item.running for item in self.record.containers.values())

    def _deadline_exceeded(self) -> bool:
        """Has the Pod had its `activeDeadlineSeconds`? Then its containers are stopped and it has failed."""
        limit = self.pod.spec.activeDeadlineSeconds
        if limit is None or self.now + 1e-9 < self.record.begun + limit:
            return False
        if not any(item.stopping for item in self.record.containers.values()):
            message = "Pod was active on the node longer than the specified deadline"
            self.event(None, "Normal", "DeadlineExceeded", message)
        self.record.grace = self.default_grace
        self._terminate()
        if self.all_stopped():
            self._end("Failed", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        return True

    def evict(self, message: str) -> None:
        """The node wants the Pod gone, at once."""
        self.record.grace, self.record.evicted = 0, message
        self._terminate()
        if self.all_stopped():
            self._end("Failed", "Evicted", message)

    def _end(self, phase: str, reason: str = "", message: str = "") -> None:
        self.record.over = (phase, reason, message)
        self.kubelet.release_address(self.record)
        for item in self.record.containers.values():
            item.ready = item.started = False

    # -- before the containers ---------------------------------------------------------------------------------------------

    def _prepare(self) -> bool:
        """Mount the volumes and set the sandbox up; False while either is to come."""
        record = self.record
        if not record.mounted and not self._mount():
            return False
        self._notice_changes()
        if record.refresh_at is not None and self.now + 1e-9 >= record.refresh_at:
            record.refresh_at = None
            self._refresh()
        if record.sandbox:
            return True
        if record.sandbox_at is None:
            spread = self.chance() * 0.2 if self.timing.sandbox else 0.0
            record.sandbox_at = self.now + self.timing.sandbox + spread
        if self.now + 1e-9 < record.sandbox_at:
            return False
        return self._sandbox()

    def _sandbox(self) -> bool:
        """The Pod's network namespace: from here on it has its address."""
        record = self.record
        if self.pod.spec.hostNetwork:
            record.ip = self.node.ip
        elif not record.ip:
            try:
                record.ip = self.kubelet.allocate_address(record)
            except cni.AddressesExhausted as error:
                cause = f"rpc error: code = Unknown desc = failed to setup network for sandbox: {error}"
                message = f"Failed to create pod sandbox: {cause}"
                self.event(None, "Warning", "FailedCreatePodSandBox", message)
                record.sandbox_at = self.now + 15.0
                return False
        record.sandbox = True
        return True

    def _mount(self) -> bool:
        record = self.record
        early = record.mount_retry_at is not None and self.now + 1e-9 < record.mount_retry_at
        node = self.node
        try:
            if not self.registry.hollow:
                foreignvolumes.refuse(self.pod)
            files = set_up(self.client, record, node)
        except MountFailure as failure:
            if early:
                return False
            self.event(None, "Warning", "FailedMount", str(failure))
            backoff = record.mount_backoff
            record.mount_backoff = min(backoff * 2, MOUNT_RETRY_MAX) if backoff else MOUNT_RETRY_FIRST
            record.mount_retry_at = self.now + record.mount_backoff
            return False
        if files is not node.files:
            self.change_node(files=files)
        record.mounted, record.mount_retry_at = True, None
        return True

    def _refresh(self) -> None:
        """Show mounted ConfigMaps and Secrets as they are now; what has been deleted stays as it was."""
        held = dict(self.record.sources)
        for key in held:
            kind, _, name = key.partition("/")
            found = self.client.find(kind, name, self.pod.metadata.namespace)
            if found is not None:
                held[key] = found
        self.record.sources = held

    def _notice_changes(self) -> None:
        """Has something that is mounted changed? It will be seen at the next sync, up to a minute later."""
        record = self.record
        if record.refresh_at is not None:
            return
        namespace = self.pod.metadata.namespace
        for key, held in record.sources.items():
            kind, _, name = key.partition("/")
            found = self.client.find(kind, name, namespace)
            if found is not None and found is not held:
                elapsed = self.now - record.begun
                record.refresh_at = record.begun + (int(elapsed // REFRESH_SECONDS) + 1) * REFRESH_SECONDS
                return

    # -- the containers ------------------------------------------------------------------------------------------------------

    def _run_containers(self) -> None:
        spec, policy = self.pod.spec, self.pod.spec.restartPolicy or "Always"
        for container in spec.ephemeralContainers:
            self._once(self._record_of(container.name, EPHEMERAL), container)
        for container in spec.initContainers:
            item = self._record_of(container.name, INIT)
            if restarts_always(container):
                self._keep_running(item, container)
                if not item.started:
                    return
                continue
            if item.exited and item.container is not None and item.container.exit_code == 0:
                item.ready, item.started = True, False
                continue
            own = container.restartPolicy or policy
            if item.exited and own == "Never" and not starting.should_restart(self, item, container):
                self._fail_after_init()
                return
            self._keep_running(item, container)
            if item.exited and item.container is not None and item.container.exit_code == 0:
                item.ready = True
                continue
            return
        for container in spec.containers:
            self._keep_running(self._record_of(container.name, MAIN), container)
        self._conclude()

    def _fail_after_init(self) -> None:
        self.record.grace = self.default_grace
        self._terminate()
        if self.all_stopped():
            self._end("Failed")

    def _conclude(self) -> None:
        """Has the last container ended for good? Sidecars are stopped, and the Pod is over."""
        if self.pod.spec.restartPolicy in ("", "Always"):
            return
        phase = final_phase(self.pod, self.record)
        if phase is None:
            return
        if phase == "Failed" and any(
            starting.should_restart(self, item, spec)
            for item, spec in self._pairs()
            if item.kind == MAIN and item.exited
        ):
            return
        self.record.grace = self.default_grace
        self._terminate()
        if self.all_stopped():
            self._end(phase)

    def _record_of(self, name: str, kind: str) -> ContainerRecord:
        item = self.record.containers.get(name)
        if item is None:
            item = self.record.containers[name] = ContainerRecord(name, kind)
        return item

    def _once(self, item: ContainerRecord, spec: Any) -> None:
        """An ephemeral container runs once."""
        if item.container is None:
            starting.start_container(self, item, spec)

    def _keep_running(self, item: ContainerRecord, spec: Any) -> None:
        """A container that should run: start it, watch over it, start it again."""
        stopping.proceed(self, item, spec)
        if item.running:
            self._watch_over(item, spec)
            if item.running:
                return
        if item.exited and not self._goes_on(item, spec):
            return
        starting.start_container(self, item, spec)
        if item.running:
            self._watch_over(item, spec)
        if item.exited:
            self._goes_on(item, spec)

    def _goes_on(self, item: ContainerRecord, spec: Any) -> bool:
        """A container has ended: is it to be started again at this instant?"""
        if item.started:
            self.quiet(item)
        item.ready = item.started = False
        if not starting.should_restart(self, item, spec):
            return False
        if item.start_at is not None or item.pull is not None or self._again(item, spec):
            return True
        item.pulled = False
        return False

    def _again(self, item: ContainerRecord, spec: Any) -> bool:
        """May a container that has ended go for its next start? Once it may, it may until it has started."""
        if item.reason in _ON_THE_WAY or item.pull_retry_at is not None:
            return True
        return starting.may_restart(self, item, spec)

    def _watch_over(self, item: ContainerRecord, spec: Any) -> None:
        assert item.container is not None
        if item.container.spec.image != spec.image and item.stopping is None:
            self.stop(item, spec, f"Container {item.name} definition changed, will be restarted", self.default_grace)
        if item.stopping is not None or not item.running:
            return
        if not item.hook_done:
            if item.hook_until is not None and self.now + 1e-9 >= item.hook_until:
                starting.post_started(self, item, spec, "")
            if item.hook:
                handler = spec.lifecycle.postStart if spec.lifecycle is not None else None
                problem = self.hook_result(item, handler, item.hook)
                if problem is not None:
                    starting.post_started(self, item, spec, problem)
            if not item.hook_done or not item.running or item.stopping is not None:
                return
        probing.run_probes(self, item, spec)

    # -- when next -------------------------------------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """The earliest time at which there is something to do."""
        record = self.record
        times: list[float | None] = []
        if record.over is None or record.terminating:
            for item, spec in self._pairs():
                times += self._due_of(item, spec)
        if record.over is None and not record.terminating:
            times += [record.mount_retry_at if not record.mounted else None, record.refresh_at]
            times.append(record.sandbox_at if record.mounted and not record.sandbox else None)
            deadline = record.begun + (self.pod.spec.activeDeadlineSeconds or 0)
            if self.pod.spec.activeDeadlineSeconds is not None and deadline > self.now + 1e-9:
                times.append(deadline)
        known = [due for due in times if due is not None]
        return min(known) if known else None

    def _due_of(self, item: ContainerRecord, spec: Any) -> list[float | None]:
        found: list[float | None] = [stopping.due_of(item)]
        if item.running:
            assert item.container is not None
            found.append(item.container.wakes_at())
            found.append(item.hook_until)
            if item.stopping is None and item.hook_done and not self.record.terminating:
                found.append(probing.due_of(item, spec, self.now))
        elif not self.record.terminating:
            found.append(item.start_at)
            found.append(item.pull[2] if item.pull else None)
            found.append(item.config_retry_at)
            if item.pull is None and item.start_at is None:
                found.append(item.pull_retry_at)
            if item.exited and item.start_at is None and item.pull is None:
                found.append(item.restart_at)
        return [due for due in found if due is not None and due > self.now + 1e-9]


#: states between the decision to start a container again and its start
_ON_THE_WAY = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
    }
)


def _go_quoted(text: str) -> str:
    """A text as Go's %q shows it."""
    return json.dumps(text, ensure_ascii=False)


def _path(item: ContainerRecord) -> str:
    """A container as events name it."""
    field = {INIT: "initContainers", MAIN: "containers", EPHEMERAL: "ephemeralContainers"}[item.kind]
    return f"spec.{field}{{{item.name}}}"
