"""`docker ps`, `logs`, `stop`, `kill`, `rm` and what else is done to containers that are there."""

from __future__ import annotations

import json
from collections.abc import Callable

from k8snb.api.duration import DurationError, TimeError, parse_duration, parse_time
from k8snb.docker.command import FILTER, FORMAT, NO_TRUNC, PLAIN_FILTER, Command, Invocation, switch, text
from k8snb.docker.errors import DockerError
from k8snb.docker.state import Box
from k8snb.docker.words import age, calendar, listing, shorten, stamp
from k8snb.kubectl.pflag import Flag

_COLUMNS = (
    ("ID", "CONTAINER ID"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("RunningFor", "CREATED"),
    ("Status", "STATUS"),
    ("Ports", "PORTS"),
    ("Names", "NAMES"),
)


def status(box: Box, now: float) -> str:
    """`Up 5 seconds (healthy)`, `Exited (0) 2 minutes ago`."""
    inner = box.container
    if box.restart_at is not None:
        return f"Restarting ({inner.exit_code}) {age(now - inner.finished)} ago"
    if inner.running:
        up = f"Up {age(now - inner.started)}"
        if box.paused:
            return f"{up} (Paused)"
        if box.health is None:
            return up
        return f"{up} (health: starting)" if box.health.status == "starting" else f"{up} ({box.health.status})"
    if inner.phase == "created":
        return "Created"
    return f"Exited ({inner.exit_code}) {age(now - inner.finished)} ago"


def state_of(box: Box) -> str:
    """created, running, paused, restarting or exited."""
    if box.restart_at is not None:
        return "restarting"
    if box.container.running:
        return "paused" if box.paused else "running"
    return box.container.phase


def ports(box: Box) -> str:
    """`0.0.0.0:3000->3000/tcp, [::]:3000->3000/tcp`."""
    if not box.container.running:
        return ""
    shown, published = [], {f"{port.inner}/{port.protocol}" for port in box.ports}
    for port in box.config.exposed:
        if port not in published:
            shown.append((int(port.partition("/")[0]), port))
    for item in box.ports:
        target = f"{item.host}->{item.inner}/{item.protocol}"
        both = f", [::]:{target}" if item.address == "0.0.0.0" else ""
        shown.append((item.inner, f"{item.address}:{target}{both}"))
    return ", ".join(line for _, line in sorted(shown))


def row(box: Box, now: float, whole: bool) -> dict[str, str]:
    """What the templates of `docker ps` see of a container."""
    command = " ".join(box.container.spec.argv)
    return {
        "ID": box.id if whole else box.id[:12],
        "Image": box.image,
        "Command": json.dumps(command if whole else shorten(command, 20), ensure_ascii=False),
        "RunningFor": f"{age(now - box.container.created)} ago",
        "CreatedAt": calendar(box.container.created),
        "Status": status(box, now),
        "State": state_of(box),
        "Ports": ports(box),
        "Names": box.name,
        "Labels": ",".join(f"{key}={value}" for key, value in box.config.labels.items()),
        "Networks": ",".join(place.network for place in box.networks),
        "Mounts": ",".join(source for _, source, _ in box.binds.values()),
        "LocalVolumes": str(len(box.mounts)),
        "Size": "0B",
    }


def ps(call: Invocation) -> int | None:
    docker = call.docker
    newest_first = list(docker.state.boxes.values())[::-1]
    boxes = sorted(newest_first, key=lambda box: -box.container.created)
    everything = call.flag("all") or call.flag("latest") or any(f.startswith("status=") for f in call.flag("filter"))
    chosen = [box for box in boxes if everything or box.container.running or box.restart_at is not None]
    for item in call.flag("filter"):
        chosen = [box for box in chosen if _matches(box, item)]
    if call.flag("latest") or call.flag("last"):
        chosen = chosen[: 1 if call.flag("latest") else int(call.flag("last"))]
    whole = bool(call.flag("no-trunc"))
    if call.flag("quiet"):
        call.out("".join(f"{box.id if whole else box.id[:12]}\n" for box in chosen))
        return 0
    call.out(listing([row(box, docker.now, whole) for box in chosen], _COLUMNS, str(call.flag("format"))))
    return 0


def _matches(box: Box, item: str) -> bool:
    name, equals, value = item.partition("=")
    if not equals:
        raise DockerError(f"invalid filter '{item}'")
    if name == "name":
        return value.removeprefix("/") in box.name
    if name == "id":
        return box.id.startswith(value)
    if name == "status":
        return state_of(box) == value
    if name == "ancestor":
        return value in (box.image, box.image.partition(":")[0], box.image_id[7:19], box.image_id)
    if name == "label":
        key, given, wanted = value.partition("=")
        return key in box.config.labels and (not given or box.config.labels[key] == wanted)
    if name == "network":
        return any(place.network == value for place in box.networks)
    if name == "exited":
        return box.container.phase == "exited" and str(box.container.exit_code) == value
    if name == "volume":
        return any(value in (place, source) for place, (_, source, _) in box.binds.items())
    if name == "publish":
        return any(str(port.host) == value for port in box.ports)
    raise DockerError(f"invalid filter '{name}'")


def logs(call: Invocation) -> int | None:
    docker = call.docker
    box = docker.find(call.args[0])
    tail, since, until = str(call.flag("tail")), _moment(call, "since"), _moment(call, "until")
    records = [r for r in box.container.log.since(0) if r.time >= since and (not until or r.time <= until)]
    if tail not in ("all", ""):
        if not tail.lstrip("-").isdigit():
            raise DockerError(f"invalid logs options: strconv.Atoi: parsing {json.dumps(tail)}: invalid syntax")
        records = records[-int(tail) :] if int(tail) > 0 else [] if int(tail) == 0 else records
    stamps, cursor = bool(call.flag("timestamps")), box.container.log.end

    def show(stream: str, when: float, line: str) -> None:
        (call.out if stream == "stdout" else call.err)(f"{stamp(when)} {line}" if stamps else line)

    for record in records:
        show(record.stream, record.time, record.text)
    if call.flag("follow") and box.container.running:
        _follow(call, box, cursor, show)
    return 0


def _follow(call: Invocation, box: Box, cursor: int, show: Callable[[str, float, str], None]) -> None:
    """Go on showing lines: for half a minute, or until the container ends, or nothing more can come by itself."""
    docker, at = call.docker, [cursor]

    def look() -> bool:
        known = docker.state.boxes.get(box.id)
        if known is None:
            return True
        for record in known.container.log.since(at[0]):
            show(record.stream, record.time, record.text)
        at[0] = known.container.log.end
        return not known.container.running

    if not call.host.until(look, 30.0):
        call.lab(f"the container goes on: docker logs -f {box.name} shows what comes next")


def _moment(call: Invocation, flag: str) -> float:
    """`--since 10m`, `--since 2026-01-01T00:00:00Z`, as Unix seconds; 0 without."""
    value = str(call.flag(flag))
    if not value:
        return 0.0
    try:
        return call.docker.now - parse_duration(value) / 1e9
    except DurationError:
        pass
    try:
        return float(value) if value.replace(".", "").isdigit() else parse_time(value)
    except TimeError:
        raise DockerError(
            f'invalid value for "{flag}": failed to parse value as time or duration: {json.dumps(value)}'
        ) from None


def stop(call: Invocation) -> int | None:
    seconds = float(call.flag("timeout") if "timeout" in call.flags.changed else call.flag("time"))

    def act(box: Box) -> None:
        call.docker.stop(box.id, seconds)
        _until_over(call, box, seconds)

    return call.each(act)


def _until_over(call: Invocation, box: Box, seconds: float) -> None:
    def over() -> bool:
        known = call.docker.state.boxes.get(box.id)
        return known is None or not known.container.running

    if not over():
        call.host.until(over, seconds + 1.0)


def restart(call: Invocation) -> int | None:
    seconds = float(call.flag("timeout") if "timeout" in call.flags.changed else call.flag("time"))

    def act(box: Box) -> None:
        keeps = box.auto_remove
        if keeps:
            call.docker.change(box.id, auto_remove=False)
        call.docker.stop(box.id, seconds)
        _until_over(call, box, seconds)
        if keeps:
            call.docker.change(box.id, auto_remove=True)
        call.docker.start(box.id)

    return call.each(act)


def kill(call: Invocation) -> int | None:
    def act(box: Box) -> None:
        call.docker.signal(box.id, str(call.flag("signal")))

    return call.each(act)


def rm(call: Invocation) -> int | None:
    force = bool(call.flag("force"))

    def act(box: Box) -> None:
        if box.container.running and not force:
            raise DockerError(
                f'cannot remove container "{box.name}": container is running: stop the container before removing or '
                "force remove"
            )
        call.docker.remove(box.id, bool(call.flag("volumes")))

    code = 0
    for name in call.args:
        try:
            box = call.docker.find(name)
            act(box)
        except DockerError as error:
            if not (force and error.text.startswith("No such container")):
                call.daemon_error(error)
                code = 1
        else:
            call.out(f"{name}\n")
    return code


def pause(call: Invocation) -> int | None:
    def act(box: Box) -> None:
        if not box.container.running:
            raise DockerError(f"container {box.id} is not running")
        if box.paused:
            raise DockerError(f"container {box.id} is already paused")
        call.docker.change(box.id, paused=True)

    return call.each(act)


def unpause(call: Invocation) -> int | None:
    def act(box: Box) -> None:
        if not box.paused:
            raise DockerError(f"container {box.id} is not paused")
        call.docker.change(box.id, paused=False)
        call.docker.act(box.id, lambda machine: machine.run())

    return call.each(act)


def rename(call: Invocation) -> int | None:
    box, name = call.docker.find(call.args[0]), call.args[1]
    for other in call.docker.state.boxes.values():
        if other.name == name:
            raise DockerError(
                f'Error when allocating new name: Conflict. The container name "/{name}" is already in use by container '
                f'"{other.id}". You have to remove (or rename) that container to be able to reuse that name.'
            )
    call.docker.change(box.id, name=name)
    return 0


def wait(call: Invocation) -> int | None:
    def act(box: Box) -> str:
        call.host.until(lambda: not call.docker.state.boxes[box.id].container.running)
        known = call.docker.state.boxes[box.id]
        if known.container.running:
            raise DockerError(f"# k8snb: {box.name} would run for ever")
        return str(known.container.exit_code)

    return call.each(act)


def port(call: Invocation) -> int | None:
    box = call.docker.find(call.args[0])
    wanted = call.args[1] if len(call.args) > 1 else ""
    wanted = wanted if "/" in wanted or not wanted else f"{wanted}/tcp"
    shown = 0
    for item in box.ports if box.container.running else ():
        inner = f"{item.inner}/{item.protocol}"
        if wanted in ("", inner):
            lead = "" if wanted else f"{inner} -> "
            call.out(f"{lead}{item.address}:{item.host}\n")
            if item.address == "0.0.0.0":
                call.out(f"{lead}[::]:{item.host}\n")
            shown += 1
    if wanted and not shown:
        call.err(f"no public port '{wanted}' published for {box.name}\n")
        return 1
    return 0


def top(call: Invocation) -> int | None:
    box = call.docker.find(call.args[0])
    if not box.container.running:
        raise DockerError(f"container {box.id} is not running")
    from k8snb.docker.words import table

    rows = [
        (
            "root" if not p.uid else str(p.uid),
            str(p.pid + 4000),
            str(p.ppid + 4000 if p.ppid else 3990),
            "0",
            "00:00",
            "?",
            "00:00:00",
            " ".join(p.argv),
        )
        for p in box.container.processes.values()
        if p.status is None
    ]
    call.out(table(("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"), rows))
    return 0


def prune(call: Invocation) -> int | None:
    gone = [box for box in call.docker.state.boxes.values() if not box.container.running and box.restart_at is None]
    for box in gone:
        call.docker.remove(box.id)
    if gone:
        call.out("Deleted Containers:\n" + "".join(f"{box.id}\n" for box in gone) + "\n")
    call.out("Total reclaimed space: 0B\n")
    return 0


_MANY = "CONTAINER [CONTAINER...]"
_TIME = (
    Flag("time", "int", default=10, shorthand="t", usage="Seconds to wait before killing the container", hidden=True),
    Flag("timeout", "int", default=10, usage="Seconds to wait before killing the container"),
)
PS = Command(
    "ps",
    "List containers",
    "ps [OPTIONS]",
    ps,
    (
        switch("all", "Show all containers (default shows just running)", "a"),
        FILTER,
        FORMAT,
        NO_TRUNC,
        Flag("last", "int", default=0, shorthand="n", usage="Show n last created containers (includes all states)"),
        switch("latest", "Show the latest created container (includes all states)", "l"),
        switch("quiet", "Only display container IDs", "q"),
        switch("size", "Display total file sizes", "s"),
    ),
    0,
    0,
    ("list", "ls"),
    "docker container ls, docker container list, docker container ps, docker ps",
    group="common",
)
LOGS = Command(
    "logs",
    "Fetch the logs of a container",
    "logs [OPTIONS] CONTAINER",
    logs,
    (
        switch("follow", "Follow log output", "f"),
        text(
            "since", 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'
        ),
        text("tail", "Number of lines to show from the end of the logs", "n", "all"),
        switch("timestamps", "Show timestamps", "t"),
        text(
            "until",
            'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
        ),
    ),
    1,
    1,
    spellings="docker container logs, docker logs",
)
STOP = Command(
    "stop",
    "Stop one or more running containers",
    f"stop [OPTIONS] {_MANY}",
    stop,
    (text("signal", "Signal to send to the container", "s"), *_TIME),
    1,
    spellings="docker container stop, docker stop",
)
RESTART = Command(
    "restart",
    "Restart one or more containers",
    f"restart [OPTIONS] {_MANY}",
    restart,
    (text("signal", "Signal to send to the container", "s"), *_TIME),
    1,
    spellings="docker container restart, docker restart",
)
KILL = Command(
    "kill",
    "Kill one or more running containers",
    f"kill [OPTIONS] {_MANY}",
    kill,
    (text("signal", "Signal to send to the container", "s", "KILL"),),
    1,
    spellings="docker container kill, docker kill",
)
RM = Command(
    "rm",
    "Remove one or more containers",
    f"rm [OPTIONS] {_MANY}",
    rm,
    (
        switch("force", "Force the removal of a running container (uses SIGKILL)", "f"),
        switch("volumes", "Remove anonymous volumes associated with the container", "v"),
    ),
    1,
    aliases=("remove",),
    spellings="docker container rm, docker container remove, docker rm",
)
PAUSE = Command("pause", "Pause all processes within one or more containers", f"pause {_MANY}", pause, (), 1)
UNPAUSE = Command("unpause", "Unpause all processes within one or more containers", f"unpause {_MANY}", unpause, (), 1)
RENAME = Command("rename", "Rename a container", "rename CONTAINER NEW_NAME", rename, (), 2, 2)
WAIT = Command(
    "wait", "Block until one or more containers stop, then print their exit codes", f"wait {_MANY}", wait, (), 1
)
PORT = Command(
    "port",
    "List port mappings or a specific mapping for the container",
    "port CONTAINER [PRIVATE_PORT[/PROTO]]",
    port,
    (),
    1,
    2,
)
TOP = Command("top", "Display the running processes of a container", "top CONTAINER [ps OPTIONS]", top, (), 1)
PRUNE = Command(
    "prune",
    "Remove all stopped containers",
    "container prune [OPTIONS]",
    prune,
    (PLAIN_FILTER, switch("force", "Do not prompt for confirmation", "f")),
    0,
    0,
)
