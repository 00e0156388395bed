"""`docker inspect`: containers, images, networks and volumes as JSON, or through a Go template."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from k8snb.docker.command import Command, Invocation, switch, text
from k8snb.docker.commands.containers import state_of
from k8snb.docker.errors import DockerError
from k8snb.docker.image import Config, Healthcheck, config_of, created_at, disk_size, layers_of
from k8snb.docker.state import GATEWAY, Box, Bridge, Volume
from k8snb.docker.words import stamp, template
from k8snb.runtime.image import Image
from k8snb.runtime.registry import parse_reference, short_name


def container(call: Invocation, box: Box) -> dict[str, Any]:
    """A container as the API gives it."""
    inner, spec = box.container, box.container.spec
    return {
        "Id": box.id,
        "Created": stamp(inner.created),
        "Path": spec.argv[0],
        "Args": list(spec.argv[1:]),
        "State": _state(box),
        "Image": box.image_id,
        "ResolvConfPath": f"/var/lib/docker/containers/{box.id}/resolv.conf",
        "HostnamePath": f"/var/lib/docker/containers/{box.id}/hostname",
        "HostsPath": f"/var/lib/docker/containers/{box.id}/hosts",
        "LogPath": f"/var/lib/docker/containers/{box.id}/{box.id}-json.log",
        "Name": f"/{box.name}",
        "RestartCount": box.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "HostConfig": _host_config(box),
        "Mounts": [_mount(place, *what) for place, what in box.binds.items()],
        "Config": {
            **_config(box.config),
            "Hostname": inner.hostname,
            "Tty": spec.tty,
            "OpenStdin": spec.stdin,
            "Image": box.image,
        },
        "NetworkSettings": _network_settings(box),
    }


def _state(box: Box) -> dict[str, Any]:
    inner = box.container
    found: dict[str, Any] = {
        "Status": state_of(box),
        "Running": inner.running,
        "Paused": box.paused,
        "Restarting": box.restart_at is not None,
        "OOMKilled": inner.reason == "OOMKilled",
        "Dead": False,
        "Pid": 4001 if inner.running else 0,
        "ExitCode": inner.exit_code,
        "Error": box.error,
        "StartedAt": stamp(inner.started),
        "FinishedAt": stamp(inner.finished),
    }
    if box.health is not None:
        found["Health"] = {
            "Status": box.health.status,
            "FailingStreak": box.health.failures,
            "Log": [{"ExitCode": box.health.last[0], "Output": box.health.last[1]}]
            if box.health.status != "starting"
            else [],
        }
    return found


def _host_config(box: Box) -> dict[str, Any]:
    spec = box.container.spec
    return {
        "Binds": [f"{source}:{place}{':ro' if readonly else ''}" for place, (_, source, readonly) in box.binds.items()]
        or None,
        "NetworkMode": box.networks[0].network if box.networks else "none",
        "PortBindings": {
            f"{p.inner}/{p.protocol}": [{"HostIp": _host_ip(p.address), "HostPort": str(p.host)}] for p in box.ports
        },
        "RestartPolicy": {"Name": box.restart.name, "MaximumRetryCount": box.restart.limit},
        "AutoRemove": box.auto_remove,
        "Links": list(box.links) or None,
        "Privileged": False,
        "ReadonlyRootfs": spec.readonly,
        "Memory": spec.memory_limit or 0,
        "NanoCpus": (spec.cpu_limit or 0) * 1_000_000,
    }


def _host_ip(address: str) -> str:
    return "" if address == "0.0.0.0" else address


def _mount(place: str, kind: str, source: str, readonly: bool) -> dict[str, Any]:
    named = {"Name": source} if kind == "volume" else {}
    where = f"/var/lib/docker/volumes/{source}/_data" if kind == "volume" else source
    return {
        "Type": kind,
        **named,
        "Source": where,
        "Destination": place,
        **({"Driver": "local"} if named else {}),
        "Mode": "ro" if readonly else "",
        "RW": not readonly,
        "Propagation": "" if named else "rprivate",
    }


def _config(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {
        "User": config.user,
        "ExposedPorts": {port: {} for port in config.exposed},
        "Env": [f"{key}={value}" for key, value in config.env.items()],
        "Cmd": list(config.cmd) or None,
        "Volumes": {place: {} for place in config.volumes} or None,
        "WorkingDir": config.workdir,
        "Entrypoint": list(config.entrypoint) or None,
        "Labels": dict(config.labels),
    }
    if not config.exposed:
        del found["ExposedPorts"]
    if config.stop_signal:
        found["StopSignal"] = config.stop_signal
    if config.healthcheck is not None:
        found["Healthcheck"] = _health(config.healthcheck)
    return found


def _health(check: Healthcheck) -> dict[str, Any]:
    return {
        "Test": list(check.test),
        "Interval": int(check.interval * 1e9),
        "Timeout": int(check.timeout * 1e9),
        "StartPeriod": int(check.start_period * 1e9),
        "Retries": check.retries,
    }


def _network_settings(box: Box) -> dict[str, Any]:
    running = box.container.running
    bindings: dict[str, Any] = dict.fromkeys(box.config.exposed)
    for port in box.ports:
        both = [{"HostIp": port.address, "HostPort": str(port.host)}]
        if port.address == "0.0.0.0":
            both.append({"HostIp": "::", "HostPort": str(port.host)})
        bindings[f"{port.inner}/{port.protocol}"] = both
    networks = {place.network: _endpoint(place.ip if running else "", place.aliases) for place in box.networks}
    default = next((place.ip for place in box.networks if place.network == "bridge" and running), "")
    return {
        "Ports": bindings if running else {},
        "Gateway": GATEWAY if default else "",
        "IPAddress": default,
        "IPPrefixLen": 16 if default else 0,
        "Networks": networks,
    }


def _endpoint(ip: str, aliases: tuple[str, ...]) -> dict[str, Any]:
    gateway = f"{ip.rpartition('.')[0]}.1" if ip else ""
    return {"Aliases": list(aliases) or None, "Gateway": gateway, "IPAddress": ip, "IPPrefixLen": 16 if ip else 0}


def image(call: Invocation, found: Image) -> dict[str, Any]:
    """An image as the API gives it."""
    state, identity = call.docker.state, found.image_id
    names = [parse_reference(name) for name in call.docker.store.names_of(identity)]
    digests = [f"{short_name(name)}@{state.digests[str(name)]}" for name in names if str(name) in state.digests]
    return {
        "Id": identity,
        "RepoTags": [f"{short_name(name)}:{name.tag}" for name in names],
        "RepoDigests": digests,
        "Comment": "buildkit.dockerfile.v0" if identity in state.contents else "",
        "Created": stamp(created_at(found)),
        "Config": _config(config_of(found)),
        "Architecture": "amd64",
        "Os": "linux",
        "Size": disk_size(found),
        "RootFS": {"Type": "layers", "Layers": list(layers_of(found))},
    }


def network(call: Invocation, bridge: Bridge) -> dict[str, Any]:
    """A network as the API gives it."""
    inside = {
        box.id: {"Name": box.name, "IPv4Address": f"{place.ip}/16"}
        for box in call.docker.state.boxes.values()
        if box.container.running
        for place in box.networks
        if place.network == bridge.name
    }
    gateway = f"{bridge.subnet.rpartition('.')[0]}.1"
    config = [{"Subnet": bridge.subnet, "Gateway": gateway}] if bridge.driver == "bridge" else None
    return {
        "Name": bridge.name,
        "Id": bridge.id,
        "Created": stamp(bridge.created or call.docker.clock.epoch),
        "Scope": "local",
        "Driver": bridge.driver,
        "EnableIPv4": True,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": config},
        "Internal": False,
        "Containers": inside,
        "Options": {},
        "Labels": dict(bridge.labels),
    }


def volume(call: Invocation, found: Volume) -> dict[str, Any]:
    """A volume as the API gives it."""
    return {
        "CreatedAt": stamp(found.created)[:19] + "Z",
        "Driver": "local",
        "Labels": dict(found.labels) or None,
        "Mountpoint": f"/var/lib/docker/volumes/{found.name}/_data",
        "Name": found.name,
        "Options": None,
        "Scope": "local",
    }


def _look_container(call: Invocation, name: str) -> dict[str, Any]:
    return container(call, call.docker.find(name))


def _look_image(call: Invocation, name: str) -> dict[str, Any]:
    return image(call, call.docker.store.need(name))


def _look_network(call: Invocation, name: str) -> dict[str, Any]:
    for bridge in call.docker.networks():
        if name == bridge.name or (name and bridge.id.startswith(name)):
            return network(call, bridge)
    raise DockerError(f"network {name} not found")


def _look_volume(call: Invocation, name: str) -> dict[str, Any]:
    found = call.docker.state.volumes.get(name)
    if found is None:
        raise DockerError(f"get {name}: no such volume")
    return volume(call, found)


_KINDS: dict[str, Callable[[Invocation, str], dict[str, Any]]] = {
    "container": _look_container,
    "image": _look_image,
    "network": _look_network,
    "volume": _look_volume,
}


def _inspect(call: Invocation, kinds: tuple[str, ...], missing: str) -> int:
    found, code, source = [], 0, str(call.flag("format"))
    for name in call.args:
        hit = None
        for kind in kinds:
            try:
                hit = _KINDS[kind](call, name)
            except DockerError as error:
                if len(kinds) == 1:
                    call.daemon_error(error)
            else:
                break
        if hit is None:
            code = 1
            if len(kinds) > 1:
                call.err(f"{missing}{name}\n")
        else:
            found.append(hit)
    if source and source != "json":
        for hit in found:
            call.out(template(source, hit) + "\n")
    elif source == "json":
        call.out(json.dumps(found, separators=(",", ":")) + "\n")
    else:
        call.out(json.dumps(found, indent=4, ensure_ascii=False) + "\n")
    return code


def inspect(call: Invocation) -> int | None:
    kind = str(call.flag("type"))
    if kind and kind not in _KINDS:
        raise DockerError(f'"{kind}" is not a valid value for --type')
    return _inspect(call, (kind,) if kind else ("container", "image", "network", "volume"), "error: no such object: ")


def of(kind: str, least_word: str) -> Command:
    """`docker image inspect` and its like."""

    def run(call: Invocation) -> int | None:
        return _inspect(call, (kind,), "")

    return Command(
        "inspect",
        f"Display detailed information on one or more {kind}s",
        f"{kind} inspect [OPTIONS] {least_word} [{least_word}...]",
        run,
        (_FORMAT, switch("size", "Display total file sizes", "s")),
        1,
        on_node=kind == "image",
    )


_FORMAT = text("format", "Format output using a custom template", "f")
INSPECT = Command(
    "inspect",
    "Return low-level information on Docker objects",
    "inspect [OPTIONS] NAME|ID [NAME|ID...]",
    inspect,
    (
        _FORMAT,
        switch("size", "Display total file sizes if the type is container", "s"),
        text("type", "Only inspect objects of the given type"),
    ),
    1,
    on_node=True,
)
