"""`docker version`, `info`, `system df` and `system prune`."""

from __future__ import annotations

from k8snb.docker.command import FORMAT, PLAIN_FILTER, Command, Invocation, switch, text
from k8snb.docker.commands import building, containers, images, resources
from k8snb.docker.host import API, BUILD, SERVER_BUILD, VERSION
from k8snb.docker.image import disk_size
from k8snb.docker.words import size, table, template
from k8snb.runtime.filesystem import weigh

_BUILT = "Wed Nov  5 14:43:25 2025"


def version(call: Invocation) -> int | None:
    source = str(call.flag("format"))
    data = {
        "Client": {
            "Version": VERSION,
            "ApiVersion": API,
            "GitCommit": BUILD,
            "Os": "linux",
            "Arch": "amd64",
            "Context": "default",
        },
        "Server": {"Version": VERSION, "ApiVersion": API, "GitCommit": SERVER_BUILD, "Os": "linux", "Arch": "amd64"},
    }
    if source:
        call.out((template("{{json .}}", data) if source == "json" else template(source, data)) + "\n")
        return 0
    call.out(
        "Client: Docker Engine - Community\n"
        f" Version:           {VERSION}\n API version:       {API}\n Go version:        go1.25.3\n"
        f" Git commit:        {BUILD}\n Built:             {_BUILT}\n OS/Arch:           linux/amd64\n"
        " Context:           default\n\n"
        "Server: Docker Engine - Community\n Engine:\n"
        f"  Version:          {VERSION}\n  API version:      {API} (minimum version 1.24)\n  Go version:       go1.25.3\n"
        f"  Git commit:       {SERVER_BUILD}\n  Built:            {_BUILT}\n  OS/Arch:          linux/amd64\n"
        "  Experimental:     false\n containerd:\n  Version:          v1.7.29\n"
        "  GitCommit:        442cb34bda9a6a0fed82a2ca7cade05c5c749582\n runc:\n  Version:          1.3.3\n"
        "  GitCommit:        v1.3.3-0-gd842d771\n docker-init:\n  Version:          0.19.0\n  GitCommit:        de40ad0\n"
    )
    return 0


def info(call: Invocation) -> int | None:
    docker = call.docker
    boxes = list(docker.state.boxes.values())
    running = sum(box.container.running and not box.paused for box in boxes)
    paused = sum(box.paused for box in boxes)
    data = {
        "Containers": len(boxes),
        "ContainersRunning": running,
        "ContainersPaused": paused,
        "ContainersStopped": len(boxes) - running - paused,
        "Images": len(docker.store.identities()),
        "ServerVersion": VERSION,
        "Driver": "overlay2",
        "Name": "lab",
        "NCPU": 4,
        "OSType": "linux",
        "Architecture": "x86_64",
    }
    if call.flag("format"):
        source = str(call.flag("format"))
        call.out(template("{{json .}}" if source == "json" else source, data) + "\n")
        return 0
    account = docker.state.accounts.get("docker.io")
    call.out(
        f"Client: Docker Engine - Community\n Version:    {VERSION}\n Context:    default\n Debug Mode: false\n\nServer:\n"
        f" Containers: {len(boxes)}\n  Running: {running}\n  Paused: {paused}\n  Stopped: {data['ContainersStopped']}\n"
        f" Images: {data['Images']}\n Server Version: {VERSION}\n Storage Driver: overlay2\n Logging Driver: json-file\n"
        " Cgroup Driver: systemd\n Cgroup Version: 2\n Plugins:\n  Volume: local\n  Network: bridge host null\n"
        " Swarm: inactive\n Runtimes: runc\n Default Runtime: runc\n Init Binary: docker-init\n"
        " Kernel Version: 6.6.95\n Operating System: k8snb's simulated machine\n OSType: linux\n"
        " Architecture: x86_64\n CPUs: 4\n"
        " Total Memory: 8GiB\n Name: lab\n Docker Root Dir: /var/lib/docker\n Debug Mode: false\n"
        + (f" Username: {account}\n" if account else "")
        + " Experimental: false\n Insecure Registries:\n  ::1/128\n  127.0.0.0/8\n Live Restore Enabled: false\n"
    )
    return 0


def df(call: Invocation) -> int | None:
    docker = call.docker
    state, store = docker.state, docker.store
    found = [image for identity in store.identities() if (image := store.content(identity)) is not None]
    used = {box.image_id for box in state.boxes.values()}
    total = sum(disk_size(image) for image in found)
    idle = sum(disk_size(image) for image in found if image.image_id not in used)
    names = [name for name in state.volumes if not name.startswith("bind:")]
    held = {mount.key for box in state.boxes.values() for mount in box.mounts}
    weights = {name: weigh(state.volumes[name].root) for name in names}
    spare = sum(weight for name, weight in weights.items() if name not in held)
    cache = sum(known.size for known in state.cache.values())
    running = sum(box.container.running for box in state.boxes.values())
    call.out(
        table(
            ("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"),
            [
                ("Images", str(len(found)), str(len(used)), size(total, 4), _share(idle, total)),
                ("Containers", str(len(state.boxes)), str(running), "0B", "0B"),
                (
                    "Local Volumes",
                    str(len(names)),
                    str(sum(name in held for name in names)),
                    size(sum(weights.values()), 4),
                    _share(spare, sum(weights.values())),
                ),
                ("Build Cache", str(len(state.cache)), "0", size(cache, 4), size(cache, 4)),
            ],
        )
    )
    return 0


def _share(part: int, total: int) -> str:
    return f"{size(part, 4)} ({100 * part // total}%)" if total else size(part, 4)


def prune(call: Invocation) -> int | None:
    if not call.flag("force"):
        every = (
            "all images without at least one container associated to them"
            if call.flag("all")
            else "all dangling images"
        )
        rest = "all build cache" if call.flag("all") else "unused build cache"
        call.out(
            "WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n"
            f"  - {every}\n  - {rest}\n\nAre you sure you want to continue? [y/N] "
        )
        if (call.stdin or "").strip().lower() not in ("y", "yes"):
            call.out("\n")
            call.lab("nobody is at the keyboard to say y: add -f")
            return 0
    kept: list[str] = []
    quiet = Invocation(call.host, call.command, call.flags, call.stdin, kept.append, call.err, call.progress)
    containers.prune(quiet)
    resources.prune_networks(quiet)
    if call.flag("volumes"):
        resources.forget_volumes(quiet, False)
    images.prune(quiet)
    building.prune(quiet)
    total = sum(_bytes(line) for line in kept)
    for line in kept:
        if not line.startswith("Total"):
            call.out(line)
    call.out(f"Total reclaimed space: {size(total, 4)}\n")
    return 0


def _bytes(line: str) -> float:
    """The number behind a `Total reclaimed space:` line."""
    if not line.startswith("Total"):
        return 0.0
    word = line.split()[-1]
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)):
        if word.endswith(unit):
            return float(word.removesuffix(unit)) * factor
    return 0.0


VERSION_COMMAND = Command(
    "version",
    "Show the Docker version information",
    "version [OPTIONS]",
    version,
    (text("format", "Format output using a custom template", "f"),),
    0,
    0,
    group="common",
    on_node=True,
)
INFO = Command(
    "info",
    "Display system-wide information",
    "info [OPTIONS]",
    info,
    (text("format", "Format output using a custom template", "f"),),
    0,
    0,
    spellings="docker system info, docker info",
    group="common",
)
DF = Command(
    "df",
    "Show docker disk usage",
    "system df [OPTIONS]",
    df,
    (FORMAT, switch("verbose", "Show detailed information on space usage", "v")),
    0,
    0,
)
PRUNE = Command(
    "prune",
    "Remove unused data",
    "system prune [OPTIONS]",
    prune,
    (
        switch("all", "Remove all unused images not just dangling ones", "a"),
        PLAIN_FILTER,
        switch("force", "Do not prompt for confirmation", "f"),
        switch("volumes", "Prune anonymous volumes"),
    ),
    0,
    0,
)
