"""`docker network` and `docker volume`."""

from __future__ import annotations

import ipaddress

from k8snb.docker.command import FILTER, FORMAT, NO_TRUNC, PLAIN_FILTER, Command, Invocation, several, switch, text
from k8snb.docker.commands import inspecting
from k8snb.docker.errors import DockerError
from k8snb.docker.state import Attachment, Bridge, Volume
from k8snb.docker.words import listing, size
from k8snb.runtime.filesystem import weigh

_OWN = ("bridge", "host", "none")


def networks(call: Invocation) -> int | None:
    whole = bool(call.flag("no-trunc"))
    rows = [
        {"ID": b.id if whole else b.id[:12], "Name": b.name, "Driver": b.driver, "Scope": "local"}
        for b in sorted(call.docker.networks(), key=lambda b: b.name)
    ]
    for item in call.flag("filter"):
        key, _, value = item.partition("=")
        rows = [
            row for row in rows if (value in row["Name"] if key == "name" else row.get(key.capitalize(), "") == value)
        ]
    if call.flag("quiet"):
        call.out("".join(f"{row['ID']}\n" for row in rows))
        return 0
    columns = (("ID", "NETWORK ID"), ("Name", "NAME"), ("Driver", "DRIVER"), ("Scope", "SCOPE"))
    call.out(listing(rows, columns, str(call.flag("format"))))
    return 0


def _bridge(call: Invocation, name: str) -> Bridge:
    for bridge in call.docker.networks():
        if name == bridge.name or (name and bridge.id.startswith(name)):
            return bridge
    raise DockerError(f"network {name} not found")


def create_network(call: Invocation) -> int | None:
    docker, name = call.docker, call.args[0]
    if any(bridge.name == name for bridge in docker.networks()):
        raise DockerError(f"network with name {name} already exists")
    if call.flag("driver") not in ("", "bridge"):
        raise DockerError(
            f'could not find plugin {call.flag("driver")} in v1 plugin registry: plugin "{call.flag("driver")}" not found'
        )
    used = {bridge.subnet for bridge in docker.networks()}
    subnet = str(call.flag("subnet")) or next(s for n in range(18, 250) if (s := f"172.{n}.0.0/16") not in used)
    try:
        ipaddress.IPv4Network(subnet)
    except ValueError:
        raise DockerError(f"invalid subnet {subnet}: invalid CIDR block notation") from None
    labels = dict(item.partition("=")[::2] for item in call.flag("label"))
    made = Bridge(name, docker.rng.hex(64, "docker"), "bridge", subnet, docker.now, labels)
    docker.state = docker.state._replace(networks={**docker.state.networks, name: made})
    call.out(f"{made.id}\n")
    return 0


def remove_network(call: Invocation) -> int | None:
    docker, code = call.docker, 0
    for name in call.args:
        try:
            bridge = _bridge(call, name)
            if bridge.name in _OWN:
                raise DockerError(f"{bridge.name} is a pre-defined network and cannot be removed")
            ends = [
                b
                for b in docker.state.boxes.values()
                if b.container.running and any(p.network == bridge.name for p in b.networks)
            ]
            if ends:
                shown = " ".join(f'name:"{box.name}" id:"{box.id[:12]}"' for box in ends)
                raise DockerError(f"error while removing network: network {bridge.name} has active endpoints ({shown})")
        except DockerError as error:
            call.daemon_error(error)
            code = 1
            continue
        docker.state = docker.state._replace(
            networks={k: v for k, v in docker.state.networks.items() if k != bridge.name}
        )
        call.out(f"{name}\n")
    return code


def connect(call: Invocation) -> int | None:
    docker = call.docker
    bridge, box = _bridge(call, call.args[0]), docker.find(call.args[1])
    if any(place.network == bridge.name for place in box.networks):
        raise DockerError(f"endpoint with name {box.name} already exists in network {bridge.name}")
    place = docker.attach(Attachment(bridge.name, "", tuple(call.flag("alias"))))
    docker.change(box.id, networks=(*(p for p in box.networks if p.network != "none"), place))
    return 0


def disconnect(call: Invocation) -> int | None:
    docker = call.docker
    bridge, box = _bridge(call, call.args[0]), docker.find(call.args[1])
    if all(place.network != bridge.name for place in box.networks):
        raise DockerError(f"container {box.id} is not connected to network {bridge.name}")
    docker.change(box.id, networks=tuple(place for place in box.networks if place.network != bridge.name))
    return 0


def prune_networks(call: Invocation) -> int | None:
    docker = call.docker
    used = {place.network for box in docker.state.boxes.values() for place in box.networks}
    gone = [name for name in docker.state.networks if name not in used]
    docker.state = docker.state._replace(networks={k: v for k, v in docker.state.networks.items() if k in used})
    if gone:
        call.out("Deleted Networks:\n" + "".join(f"{name}\n" for name in gone) + "\n")
    return 0


def volumes(call: Invocation) -> int | None:
    used = {mount.key for box in call.docker.state.boxes.values() for mount in box.mounts}
    names = sorted(name for name in call.docker.state.volumes if not name.startswith("bind:"))
    for item in call.flag("filter"):
        key, _, value = item.partition("=")
        if key == "name":
            names = [known for known in names if value in known]
        else:
            names = [known for known in names if (known in used) == (value not in ("true", "1"))]
    if call.flag("quiet"):
        call.out("".join(f"{name}\n" for name in names))
        return 0
    rows = [
        {"Driver": "local", "Name": name, "Scope": "local", "Mountpoint": f"/var/lib/docker/volumes/{name}/_data"}
        for name in names
    ]
    call.out(listing(rows, (("Driver", "DRIVER"), ("Name", "VOLUME NAME")), str(call.flag("format"))))
    return 0


def create_volume(call: Invocation) -> int | None:
    docker = call.docker
    name = call.args[0] if call.args else docker.rng.hex(64, "docker")
    docker.volume(name, anonymous=not call.args)
    call.out(f"{name}\n")
    return 0


def _users(call: Invocation, name: str) -> list[str]:
    return [box.id for box in call.docker.state.boxes.values() if any(mount.key == name for mount in box.mounts)]


def remove_volume(call: Invocation) -> int | None:
    docker, code = call.docker, 0
    for name in call.args:
        users = _users(call, name)
        if name not in docker.state.volumes:
            if not call.flag("force"):
                call.err(f"Error response from daemon: get {name}: no such volume\n")
                code = 1
            continue
        if users:
            call.err(f"Error response from daemon: remove {name}: volume is in use - [{', '.join(users)}]\n")
            code = 1
            continue
        docker.state = docker.state._replace(volumes={k: v for k, v in docker.state.volumes.items() if k != name})
        call.out(f"{name}\n")
    return code


def prune_volumes(call: Invocation) -> int | None:
    forget_volumes(call, bool(call.flag("all")))
    return 0


def forget_volumes(call: Invocation, everything: bool) -> None:
    """Remove volumes that nobody uses: anonymous ones, or `everything`."""
    docker = call.docker
    idle = [known for name, known in docker.state.volumes.items() if not _users(call, name)]
    gone: list[Volume] = [known for known in idle if known.anonymous or everything]
    names = {known.name for known in gone}
    docker.state = docker.state._replace(volumes={k: v for k, v in docker.state.volumes.items() if k not in names})
    shown = [name for name in sorted(names) if not name.startswith("bind:")]
    if shown:
        call.out("Deleted Volumes:\n" + "".join(f"{name}\n" for name in shown) + "\n")
    freed = sum(weigh(known.root) for known in gone if known.name in shown)
    call.out(f"Total reclaimed space: {size(freed, 4)}\n")


_FORCE = switch("force", "Do not prompt for confirmation", "f")
_LIST = (FILTER, FORMAT, switch("quiet", "Only display names", "q"))
NETWORK = Command(
    "network",
    "Manage networks",
    "network",
    group="management",
    subcommands=(
        Command("ls", "List networks", "network ls [OPTIONS]", networks, (*_LIST, NO_TRUNC), 0, 0, ("list",)),
        Command(
            "create",
            "Create a network",
            "network create [OPTIONS] NETWORK",
            create_network,
            (
                text("driver", "Driver to manage the Network", "d"),
                text("subnet", "Subnet in CIDR format that represents a network segment"),
                several("label", "Set metadata on a network"),
            ),
            1,
            1,
        ),
        Command(
            "rm",
            "Remove one or more networks",
            "network rm NETWORK [NETWORK...]",
            remove_network,
            (switch("force", "Do not error if the network does not exist", "f"),),
            1,
            aliases=("remove",),
        ),
        inspecting.of("network", "NETWORK"),
        Command(
            "connect",
            "Connect a container to a network",
            "network connect [OPTIONS] NETWORK CONTAINER",
            connect,
            (several("alias", "Add network-scoped alias for the container"),),
            2,
            2,
        ),
        Command(
            "disconnect",
            "Disconnect a container from a network",
            "network disconnect [OPTIONS] NETWORK CONTAINER",
            disconnect,
            (switch("force", "Force the container to disconnect from a network", "f"),),
            2,
            2,
        ),
        Command(
            "prune",
            "Remove all unused networks",
            "network prune [OPTIONS]",
            prune_networks,
            (PLAIN_FILTER, _FORCE),
            0,
            0,
        ),
    ),
)
VOLUME = Command(
    "volume",
    "Manage volumes",
    "volume",
    group="management",
    subcommands=(
        Command("ls", "List volumes", "volume ls [OPTIONS]", volumes, _LIST, 0, 0, ("list",)),
        Command(
            "create",
            "Create a volume",
            "volume create [OPTIONS] [VOLUME]",
            create_volume,
            (several("label", "Set metadata for a volume"), text("driver", "Specify volume driver name", "d")),
            0,
            1,
        ),
        Command(
            "rm",
            "Remove one or more volumes",
            "volume rm [OPTIONS] VOLUME [VOLUME...]",
            remove_volume,
            (switch("force", "Force the removal of one or more volumes", "f"),),
            1,
            aliases=("remove",),
        ),
        inspecting.of("volume", "VOLUME"),
        Command(
            "prune",
            "Remove unused local volumes",
            "volume prune [OPTIONS]",
            prune_volumes,
            (switch("all", "Remove all unused volumes, not just anonymous ones", "a"), PLAIN_FILTER, _FORCE),
            0,
            0,
        ),
    ),
)
