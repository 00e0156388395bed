"""dockerd: the component that keeps the learner's containers going: starting, stopping, restarting, health checks.

Containers run in the same machines as those of Pods. Keyed by container id in the engine's queue; all that it knows is in its
`DockerState`. Sources: moby's `daemon` (restart manager, health monitor, error texts). Simplifications: bind mounts are copies
of the folder as it was when the container was created; memory and CPU are those of the image's own account.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from k8snb.docker import health
from k8snb.docker.build.dockerfile import BuildError
from k8snb.docker.errors import DockerError, PullError
from k8snb.docker.net import ContainerNet
from k8snb.docker.state import GATEWAY, Attachment, Box, Bridge, Cached, DockerState, Health, Port, Volume
from k8snb.docker.store import Store, fresh
from k8snb.engine import After, Watch
from k8snb.network.endpoint import Answered, Outcome, Refused, Reset
from k8snb.runtime.container import EXITED, RUNNING, Container
from k8snb.runtime.filesystem import Directory, Volumes
from k8snb.runtime.image import Image
from k8snb.runtime.images.registry import CATALOGUE
from k8snb.runtime.machine import Machine, NoSuchProgram, World
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.process import signal_number
from k8snb.runtime.registry import Reference, Registry, parse_reference
from k8snb.sim.clock import Clock
from k8snb.sim.rng import Rng

T = TypeVar("T")
#: restart policies wait 100 ms, then twice as long each time, up to a minute; 10 s of running well forget it
_FIRST, _LONGEST, _WELL = 0.1, 60.0, 10.0
#: a build step that goes on for longer than this is not going to end
_STEP_SECONDS = 3600.0
#: seconds until a container that was run with --rm is gone
_REMOVAL = 0.05
_CACHE = 2_000


class Docker:
    """The daemon of the learner's machine."""

    name = "dockerd"

    def __init__(self, clock: Clock, rng: Rng, registry: Registry) -> None:
        self.clock, self.rng, self.registry = clock, rng, registry
        self.watches: tuple[Watch, ...] = ()
        self.network: Any = None
        self.state = DockerState(**fresh(registry))
        self.store = Store(registry, lambda: self.state, self._put)
        self._active: dict[str, Machine] = {}

    def _put(self, state: DockerState) -> None:
        self.state = state

    @property
    def now(self) -> float:
        return self.clock.unix

    # -- what nodes and the network ask ----------------------------------------------------------------------------

    def pushed(self, reference: Reference) -> Image | None:
        """What the learner has pushed to a registry that a node can reach."""
        local = reference.domain.partition(":")[0] in ("localhost", "127.0.0.1")
        return None if local else self.store.pushed(reference)

    def content(self, identity: str) -> Image | None:
        """The image with this identity."""
        return self.store.content(identity)

    def publisher(self, port: int) -> tuple[Box, Port] | None:
        """The running container behind a published port of this machine."""
        for box in self.state.boxes.values():
            if box.container.running:
                for published in box.ports:
                    if published.host == port and published.protocol == "tcp":
                        return box, published
        return None

    def published(self) -> list[int]:
        """Ports of this machine that running containers answer on."""
        running = [box for box in self.state.boxes.values() if box.container.running]
        return sorted({port.host for box in running for port in box.ports if port.protocol == "tcp"})

    def publishes(self, port: int) -> str:
        """What a request to a port of this machine meets, for people; "" if no container has it."""
        found = self.publisher(port)
        return f"docker: 0.0.0.0:{port} → {found[0].name}:{found[1].inner}" if found else ""

    def answer(self, port: int, request: HttpRequest) -> Outcome:
        """One request to a published port. docker's proxy takes the connection even if nobody in the container does."""
        found = self.publisher(port)
        if found is None:
            return Refused(f"nothing listens on port {port} of your own machine")
        box, published = found
        answer = self.request(box.id, published.inner, replace(request, client=GATEWAY))
        if isinstance(answer, NetError):
            return Reset(f"no process of the container {box.name} listens on port {published.inner}")
        return Answered(answer, answer.seconds, answer.seconds, box.name)

    def request(self, identity: str, port: int, request: HttpRequest) -> HttpResponse | NetError:
        """Give one request to whatever listens on a port of a container."""
        box = self.state.boxes.get(identity)
        if box is None or not box.container.running or box.paused:
            return NetError("timeout" if box is not None and box.paused else "refused")
        active = self._active.get(identity)
        if active is not None:
            return active.request(port, request, nested=True)
        return self.act(identity, lambda machine: machine.request(port, request))

    def at(self, address: str, networks: set[str]) -> Box | None:
        """The running container with an address on one of these networks."""
        for box in self.state.boxes.values():
            if box.container.running and any(p.ip == address and p.network in networks for p in box.networks):
                return box
        return None

    def named(self, box: Box, name: str) -> str:
        """The address that docker's resolver gives one container for the name of another; "" if there is none."""
        mine = {place.network for place in box.networks}
        for other in self.state.boxes.values():
            if not other.container.running:
                continue
            for place in other.networks:
                known = {other.name, other.id[:12], *place.aliases} if place.network != "bridge" else set()
                linked = {
                    alias for source, _, alias in (link.partition(":") for link in box.links) if source == other.name
                }
                if place.network in mine and name in {item.lower() for item in known | linked}:
                    return place.ip
        return ""

    # -- machines ---------------------------------------------------------------------------------------------------

    def act(self, identity: str, do: Callable[[Machine], T]) -> T:
        """Let something happen in a container's machine, keep what came of it, and look after it again."""
        active = self._active.get(identity)
        if active is not None:
            return do(active)
        box = self.state.boxes[identity]
        machine = Machine(box.container, self._image(box), self._world(identity, box))
        self._active[identity] = machine
        try:
            return do(machine)
        finally:
            del self._active[identity]
            self._keep(identity, machine)

    def _image(self, box: Box) -> Image:
        found = self.store.content(box.image_id)
        assert found is not None, box.image
        return found

    def _world(self, identity: str, box: Box) -> World:
        volumes = Volumes({mount.key: self._tree(mount.key) for mount in box.mounts})
        ip = box.networks[0].ip if box.networks else ""
        return World(self.now, ContainerNet(self, identity), volumes, self.clock.epoch, 4, 8 * 1024**3, ip=ip)

    def _tree(self, key: str) -> Directory:
        found = self.state.volumes.get(key)
        return found.root if found is not None else Directory()

    def _keep(self, identity: str, machine: Machine) -> None:
        box = self.state.boxes.get(identity)
        if box is None:
            return
        self._box(replace(box, container=machine.result()))
        for key in machine.fs_changed:
            root = machine.world.volumes[key]
            volume = self.state.volumes.get(key)
            if volume is not None and isinstance(root, Directory):
                self.state = self.state._replace(volumes={**self.state.volumes, key: replace(volume, root=root)})
        self._after(identity)

    def _box(self, box: Box) -> None:
        self.state = self.state._replace(boxes={**self.state.boxes, box.id: box})

    def change(self, identity: str, **changes: Any) -> None:
        """Change what docker knows of a container."""
        self._box(replace(self.state.boxes[identity], **changes))

    # -- looking after containers -----------------------------------------------------------------------------------

    def _after(self, identity: str) -> None:
        """A container has run: it may have ended, and something may be due later."""
        box = self.state.boxes[identity]
        if box.container.phase == EXITED:
            self._ended(box)
            box = self.state.boxes.get(identity) or box
        if box.auto_remove and box.container.phase == EXITED:
            return
        due = self._due(box)
        if due is None:
            self.clock.cancel(self.name, identity)
        else:
            self.clock.after(max(due - self.now, 0.0), self.name, identity)

    def _due(self, box: Box) -> float | None:
        times = [box.restart_at]
        if box.container.running and not box.paused:
            times += [box.container.wakes_at(), box.kill_at, health.due(box)]
        known = [time for time in times if time is not None]
        return min(known) if known else None

    def _ended(self, box: Box) -> None:
        if box.restart_at is not None:
            return
        box = replace(box, kill_at=None, health=None if box.health is None else box.health._replace(due=0.0, session=0))
        if box.auto_remove:
            self._box(box)
            self.clock.after(_REMOVAL, self.name, box.id)
            return
        if self._restarts(box):
            ran = box.container.finished - box.container.started
            wait = _FIRST if ran >= _WELL or not box.backoff else min(box.backoff * 2, _LONGEST)
            box = replace(box, restart_at=self.now + wait, backoff=wait)
        self._box(box)

    def _restarts(self, box: Box) -> bool:
        policy, failed = box.restart, box.container.exit_code != 0
        if box.stopped or policy.name == "no":
            return False
        if policy.name == "on-failure":
            return failed and (not policy.limit or box.restarts < policy.limit)
        return True

    def reconcile(self, key: str) -> After | None:
        """Something is due in one container: a timer of its own, a restart, the end of docker's patience, a health check."""
        box = self.state.boxes.get(key)
        if box is None or box.paused:
            return None
        if box.auto_remove and box.container.phase == EXITED:
            self.remove(key)
            return None
        if box.restart_at is not None and box.restart_at <= self.now + 1e-9:
            self._box(replace(box, restart_at=None, restarts=box.restarts + 1))
            self._boot(key)
        elif box.container.running:
            if box.kill_at is not None and box.kill_at <= self.now + 1e-9:
                self.act(key, lambda machine: machine.kill(1, 9, outside=True))
            else:
                self.act(key, lambda machine: machine.run())
                health.check(self, key)
        else:
            return None
        box = self.state.boxes.get(key)
        if box is not None and box.auto_remove and box.container.phase == EXITED:
            return After(_REMOVAL)
        due = self._due(box) if box is not None else None
        return None if due is None else After(max(due - self.now, 0.0))

    # -- life -------------------------------------------------------------------------------------------------------

    def add(self, box: Box) -> None:
        """Have a new container. DockerError if its name is taken."""
        other = next((known for known in self.state.boxes.values() if known.name == box.name), None)
        if other is not None:
            raise DockerError(
                f'Conflict. The container name "/{box.name}" is already in use by container "{other.id}". You have to remove '
                "(or rename) that container to be able to reuse that name."
            )
        self._box(box)

    def find(self, text: str) -> Box:
        """A container by name, id or the beginning of its id. DockerError."""
        for box in self.state.boxes.values():
            if text.removeprefix("/") == box.name or text == box.id:
                return box
        hits = [box for box in self.state.boxes.values() if text and box.id.startswith(text)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise DockerError(f"Multiple IDs found with provided prefix: {text}")
        raise DockerError(f"No such container: {text}")

    def start(self, identity: str) -> None:
        """Start a container that does not run. DockerError if its port is taken or it has no such program."""
        box = self.state.boxes[identity]
        if box.container.running:
            return
        self._claim(box)
        places = tuple(self.attach(place) for place in box.networks)
        self._box(replace(box, networks=places, stopped=False, restart_at=None, error=""))
        self._boot(identity)
        box = self.state.boxes.get(identity) or box
        if box.error:
            raise DockerError(box.error)

    def _claim(self, box: Box) -> None:
        taken = {
            published.host
            for other in self.state.boxes.values()
            if other.container.running
            for published in other.ports
        }
        lead = "failed to set up container networking: driver failed programming external connectivity on endpoint"
        for port in box.ports:
            if port.host in taken:
                raise DockerError(
                    f"{lead} {box.name} ({self.rng.hex(64, 'docker')}): Bind for {port.address}:{port.host} failed: port is "
                    "already allocated"
                )
            if self.network is not None and port.host in self.network.fabric.forwards:
                inner = box.networks[0].ip if box.networks else ""
                raise DockerError(
                    f"{lead} {box.name} ({self.rng.hex(64, 'docker')}): failed to bind host port for "
                    f"{port.address}:{port.host}:{inner}:{port.inner}/{port.protocol}: address already in use"
                )

    def attach(self, place: Attachment) -> Attachment:
        """A place with an address: the next one of the network that is free."""
        if place.network in ("host", "none"):
            return place
        bridge = self.state.networks.get(place.network)
        prefix = (bridge.subnet if bridge is not None else "172.17.0.0/16").rpartition(".")[0]
        used = {p.ip for box in self.state.boxes.values() if box.container.running for p in box.networks}
        for number in range(2, 255):
            if f"{prefix}.{number}" not in used:
                return place._replace(ip=f"{prefix}.{number}")
        raise DockerError("no available IPv4 addresses on this network's address pools")

    def _boot(self, identity: str) -> None:
        box = self.state.boxes[identity]
        old = box.container
        fresh_one = Container(
            old.id,
            old.name,
            old.spec,
            old.hostname,
            old.root,
            created=old.created,
            log=old.log,
            seed=old.seed,
            requests=old.requests,
        )
        first = Health(due=self.now + box.config.healthcheck.interval) if box.config.healthcheck is not None else None
        self._box(replace(box, container=fresh_one, health=first, kill_at=None))
        try:
            self.act(identity, lambda machine: machine.boot())
        except NoSuchProgram as missing:
            where = f"stat {missing.command}: " if "/" in missing.command and missing.status == 127 else ""
            text = (
                "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
                "failed: unable to start container process: error during container init: exec: "
                f'"{missing.command}": {where}{missing.cause}'
            )
            stopped = replace(fresh_one, phase="created", exit_code=missing.status)
            self.change(identity, container=stopped, error=text)
            self.clock.cancel(self.name, identity)

    def signal(self, identity: str, name: str) -> None:
        """Send a signal to process 1. DockerError."""
        number = signal_number(name)
        if number is None:
            raise DockerError(f"invalid signal: {name}")
        box = self.state.boxes[identity]
        if not box.container.running:
            raise DockerError(f"cannot kill container: {box.name}: container {box.id} is not running")
        if number in (9, 15, signal_number(box.config.stop_signal or "TERM")):
            self.change(identity, stopped=True)
        self._send(identity, number)

    def _send(self, identity: str, number: int) -> None:
        def do(machine: Machine) -> None:
            machine.kill(1, number, outside=True)
            machine.run()

        self.act(identity, do)

    def stop(self, identity: str, patience: float = 10.0) -> None:
        """Ask a container to stop; after `patience` seconds it is killed."""
        box = self.state.boxes[identity]
        self.change(identity, stopped=True, restart_at=None)
        if not box.container.running:
            return
        self.change(identity, kill_at=self.now + patience)
        self._send(identity, signal_number(box.config.stop_signal or "TERM") or 15)

    def remove(self, identity: str, volumes: bool = False) -> None:
        """Forget a container; its anonymous volumes go with it if asked, or if it was run with --rm."""
        box = self.state.boxes[identity]
        boxes = {key: value for key, value in self.state.boxes.items() if key != identity}
        kept = self.state.volumes
        if volumes or box.auto_remove:
            own = {mount.key for mount in box.mounts}
            kept = {key: volume for key, volume in kept.items() if key not in own or not volume.anonymous}
        self.state = self.state._replace(boxes=boxes, volumes=kept)
        self.clock.cancel(self.name, identity)

    def stored(self, reference: Reference) -> None:
        """A push to a registry on this machine: the container behind its port keeps the name."""
        port = reference.domain.partition(":")[2]
        found = self.publisher(int(port)) if port.isdigit() else None
        if found is None:
            return

        def write(machine: Machine) -> None:
            known = json.loads(machine.fs.read(CATALOGUE)) if machine.fs.exists(CATALOGUE) else {}
            known[reference.path] = sorted({*known.get(reference.path, ()), reference.tag})
            machine.fs.write(CATALOGUE, json.dumps(known).encode())

        self.act(found[0].id, write)

    # -- building ---------------------------------------------------------------------------------------------------

    def base(self, reference: str) -> tuple[Image, float]:
        """An image to build on: (the image, the seconds that getting it takes). BuildError in BuildKit's words."""
        here = self.store.find(str(parse_reference(reference)))
        if here is not None:
            return here, 0.0
        try:
            image, seconds = self.store.remote(reference, lambda port: self.publisher(port) is not None)
        except PullError as error:
            raise BuildError(error.reason) from None
        except DockerError as error:
            raise BuildError(error.text) from None
        return image, 0.0 if f"from {image.digest}" in self.state.cache else seconds

    def cached(self, key: str) -> Cached | None:
        return self.state.cache.get(key)

    def keep(self, key: str, result: Cached) -> None:
        cache = {**self.state.cache, key: result}
        while len(cache) > _CACHE:
            del cache[next(iter(cache))]
        self.state = self.state._replace(cache=cache)

    def word(self, length: int) -> str:
        """A random word, as BuildKit names its references."""
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        return "".join(digits[self.rng.below(36, "docker")] for _ in range(length))

    def run_step(
        self, container: Container, image: Image, output: Callable[[str], None], wait: Callable[[float], None]
    ) -> Container:
        """Run one build step to its end, its output given while it comes."""
        ends, cursor = self.now + _STEP_SECONDS, 0

        def world() -> World:
            return World(self.now, ContainerNet(self, ""), Volumes(), self.clock.epoch, 4, 8 * 1024**3)

        machine = Machine(container, image, world())
        try:
            machine.boot()
        except NoSuchProgram as missing:
            text = f'unable to start container process: error during container init: exec: "{missing.command}": {missing.cause}'
            output(f"runc run failed: {text}\n")
            return replace(container, phase=EXITED, exit_code=missing.status)
        while True:
            container = machine.result()
            output("".join(record.text for record in container.log.since(cursor)))
            cursor = container.log.end
            due = container.wakes_at()
            if container.phase != RUNNING:
                return container
            if due is None or due > ends:
                output("# k8snb: this command never ends, so the build would hang here: what serves belongs into CMD\n")
                return replace(container, phase=EXITED, exit_code=137)
            wait(max(due - self.now, 0.0))
            machine = Machine(container, image, world())
            machine.run()

    # -- state ------------------------------------------------------------------------------------------------------

    @property
    def untouched(self) -> bool:
        """Has nobody used docker yet?"""
        return self.state == DockerState(**fresh(self.registry))

    def dump(self) -> DockerState:
        return self.state

    def load(self, state: DockerState) -> None:
        self.state = state

    def wake(self) -> None:
        """Arm the timers of all containers again: the state came from another machine."""
        for box in self.state.boxes.values():
            due = self._due(box)
            if due is not None:
                self.clock.after(max(due - self.now, 0.0), self.name, box.id)

    def networks(self) -> list[Bridge]:
        """All networks: docker's own three and the learner's."""
        own = tuple(
            Bridge(name, f"{index}f" * 32, driver)
            for index, (name, driver) in enumerate((("bridge", "bridge"), ("host", "host"), ("none", "null")), 3)
        )
        return [*own, *self.state.networks.values()]

    def volume(self, name: str, root: Directory | None = None, anonymous: bool = False) -> Volume:
        """A volume, made if there is none of this name."""
        known = self.state.volumes.get(name)
        if known is None:
            known = Volume(name, root or Directory(), self.now, anonymous)
            self.state = self.state._replace(volumes={**self.state.volumes, name: known})
        return known
