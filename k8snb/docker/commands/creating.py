"""`docker create` and the half of `docker run` that is the same: the options of a container, read and made into one."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from k8snb.api.duration import DurationError, parse_duration
from k8snb.docker.build.context import ContextError, read_context
from k8snb.docker.build.layers import make_directory
from k8snb.docker.command import Exit, Invocation, several, switch, text
from k8snb.docker.commands.pulling import pull_image
from k8snb.docker.errors import DockerError
from k8snb.docker.image import Config, Healthcheck, config_of
from k8snb.docker.state import Attachment, Box, Port, Restart
from k8snb.docker.words import container_name
from k8snb.kubectl.pflag import Flag
from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, File, Filesystem, Mount, merge, tree
from k8snb.runtime.image import Image
from k8snb.runtime.registry import Reference

FLAGS = (
    several("add-host", "Add a custom host-to-IP mapping (host:ip)"),
    several("cap-add", "Add Linux capabilities"),
    several("cap-drop", "Drop Linux capabilities"),
    text("cpus", "Number of CPUs"),
    several("dns", "Set custom DNS servers"),
    text("entrypoint", "Overwrite the default ENTRYPOINT of the image"),
    several("env", "Set environment variables", "e"),
    several("env-file", "Read in a file of environment variables"),
    several("expose", "Expose a port or a range of ports"),
    text("health-cmd", "Command to run to check health"),
    text("health-interval", "Time between running the check (ms|s|m|h) (default 0s)"),
    text("health-retries", "Consecutive failures needed to report unhealthy"),
    text("health-timeout", "Maximum time to allow one check to run (ms|s|m|h) (default 0s)"),
    text("hostname", "Container host name", "h"),
    switch("init", "Run an init inside the container that forwards signals and reaps processes"),
    switch("interactive", "Keep STDIN open even if not attached", "i"),
    several("label", "Set meta data on a container", "l"),
    several("link", "Add link to another container"),
    text("memory", "Memory limit", "m"),
    text("name", "Assign a name to the container"),
    Flag("network", "stringArray", usage="Connect a container to a network"),
    Flag("net", "stringArray", usage="Connect a container to a network", hidden=True),
    several("network-alias", "Add network-scoped alias for the container"),
    switch("no-healthcheck", "Disable any container-specified HEALTHCHECK"),
    text("platform", "Set platform if server is multi-platform capable"),
    switch("privileged", "Give extended privileges to this container"),
    several("publish", "Publish a container's port(s) to the host", "p"),
    switch("publish-all", "Publish all exposed ports to random ports", "P"),
    text("pull", 'Pull image before running ("always", "missing", "never")', default="missing"),
    switch("quiet", "Suppress the pull output", "q"),
    switch("read-only", "Mount the container's root filesystem as read only"),
    text("restart", "Restart policy to apply when a container exits", default="no"),
    switch("rm", "Automatically remove the container and its associated anonymous volumes when it exits"),
    text("stop-signal", "Signal to stop the container"),
    switch("tty", "Allocate a pseudo-TTY", "t"),
    text("user", "Username or UID (format: <name|uid>[:<group|gid>])", "u"),
    several("volume", "Bind mount a volume", "v"),
    text("workdir", "Working directory inside the container", "w"),
)
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
#: where ports begin that nobody chose
_EPHEMERAL = 32768


def refuse(call: Invocation, problem: str, code: int = 125) -> Exit:
    """What `docker run` prints of a container that could not be made or started."""
    call.err(f"docker: {problem}\n\nRun 'docker {call.command.use.split()[0]} --help' for more information\n")
    return Exit(code)


def create(call: Invocation, attached: bool) -> Box:
    """Make the container that the command line describes; its image is pulled if it is not here."""
    try:
        return _create(call, attached)
    except DockerError as error:
        raise refuse(call, f"Error response from daemon: {error.text}") from None
    except _Wrong as wrong:
        raise refuse(call, str(wrong)) from None


class _Wrong(Exception):
    """A value that the client itself does not take."""


def _create(call: Invocation, attached: bool) -> Box:
    docker, name = call.docker, call.args[0]
    ports, restart, env = _ports(call), _restart(str(call.flag("restart"))), _environment(call)
    if call.flag("rm") and restart.name != "no":
        raise _Wrong("conflicting options: cannot specify both --restart and --rm")
    reference = docker.store.reference(name) if docker.store.find(name) is None else None
    image = _image(call, name, reference)
    config = _config(call, config_of(image), env)
    wanted = str(call.flag("name"))
    if wanted and not _NAME.fullmatch(wanted):
        raise DockerError(f"Invalid container name ({wanted}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
    identity, networks = docker.rng.hex(64, "docker"), _networks(call)
    mounts, binds = _mounts(call, config, image)
    if call.flag("publish-all"):
        ports += tuple(Port(_free(call, ports), int(port.partition("/")[0])) for port in config.exposed)
    hostname = str(call.flag("hostname")) or identity[:12]
    spec, root = _spec(call, config, image, mounts, attached), _root(call, image, config, hostname)
    seed = docker.rng.bits("docker") & 0xFFFFFFFF
    box = Box(
        Container(identity, wanted, spec, hostname, root, created=docker.now, seed=seed),
        wanted or container_name(docker.rng, {box.name for box in docker.state.boxes.values()}),
        name,
        image.image_id,
        config,
        ports,
        restart,
        bool(call.flag("rm")),
        not attached,
        networks,
        binds,
        mounts,
        tuple(_links(call)),
    )
    docker.add(box)
    return box


def _spec(call: Invocation, config: Config, image: Image, mounts: tuple[Mount, ...], attached: bool) -> Spec:
    """How the container's process 1 is to be run."""
    argv, user = (*config.entrypoint, *config.cmd), image.uid(config.user)
    if not argv:
        raise DockerError("no command specified")
    if user is None:
        raise DockerError(f"unable to find user {config.user.partition(':')[0]}: no matching entries in passwd file")
    return Spec(
        call.args[0],
        argv,
        {**config.env},
        config.workdir or "/",
        *user,
        mounts,
        bool(call.flag("read-only")),
        bool(call.flag("interactive")),
        attached,
        bool(call.flag("tty")),
        _memory(str(call.flag("memory"))),
        _cpus(str(call.flag("cpus"))),
        len(call.args) > 1,
    )


def _image(call: Invocation, name: str, reference: Reference | None) -> Image:
    docker, policy = call.docker, str(call.flag("pull"))
    if policy not in ("always", "missing", "never"):
        raise _Wrong(f'invalid pull option: \'{policy}\': must be one of "always", "missing" or "never"')
    here = docker.store.find(name)
    if here is not None and policy != "always":
        return here
    if policy == "never":
        assert reference is not None
        raise DockerError(f"No such image: {name if ':' in name else f'{name}:{reference.tag}'}")
    if policy == "missing":
        shown = name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"
        call.err(f"Unable to find image '{shown}' locally\n")
    quiet = bool(call.flag("quiet"))
    return pull_image(call, name, (lambda _: None) if quiet else call.progress, named=False)


def _config(call: Invocation, config: Config, env: dict[str, str]) -> Config:
    words, entrypoint = call.args[1:], call.flags.changed & {"entrypoint"}
    labels = dict(item.partition("=")[::2] for item in call.flag("label"))
    config = replace(
        config,
        cmd=tuple(words) if words else () if entrypoint else config.cmd,
        env={**config.env, **env},
        labels={**config.labels, **labels},
        exposed=tuple(dict.fromkeys((*config.exposed, *(p if "/" in p else f"{p}/tcp" for p in call.flag("expose"))))),
    )
    if entrypoint:
        config = replace(config, entrypoint=(str(call.flag("entrypoint")),) if call.flag("entrypoint") else ())
    config = replace(
        config,
        workdir=str(call.flag("workdir")) or config.workdir,
        user=str(call.flag("user")) or config.user,
        stop_signal=str(call.flag("stop-signal")) or config.stop_signal,
    )
    if call.flag("no-healthcheck"):
        config = replace(config, healthcheck=None)
    elif call.flag("health-cmd"):
        config = replace(config, healthcheck=_health(call))
    return config


def _health(call: Invocation) -> Healthcheck:
    def seconds(name: str) -> float:
        value = str(call.flag(name))
        try:
            return parse_duration(value) / 1e9 if value else 30.0
        except DurationError as error:
            raise _Wrong(f'invalid argument "{value}" for "--{name}" flag: {error}') from None

    retries = str(call.flag("health-retries"))
    return Healthcheck(
        ("CMD-SHELL", str(call.flag("health-cmd"))),
        seconds("health-interval"),
        seconds("health-timeout"),
        0.0,
        int(retries) if retries.isdigit() and int(retries) else 3,
    )


def _environment(call: Invocation) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in call.flag("env-file"):
        content = call.host.files.get(name)
        if content is None:
            path = Path(call.host.cwd, name)
            if not path.is_file():
                raise _Wrong(f"open {name}: no such file or directory")
            content = path.read_text("utf-8")
        lines = [line for line in content.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        found |= {key.strip(): value for key, equals, value in (line.partition("=") for line in lines) if equals}
    for item in call.flag("env"):
        key, equals, value = item.partition("=")
        if not key:
            raise _Wrong(f'invalid argument "{item}" for "-e, --env" flag: invalid environment variable: {item}')
        if equals:  # without a value it would come from the learner's own environment, which containers never see
            found[key] = value
    return found


def _ports(call: Invocation) -> tuple[Port, ...]:
    found: tuple[Port, ...] = ()
    for item in call.flag("publish"):
        plain, _, protocol = item.partition("/")
        parts = plain.rsplit(":", 2)
        address = parts[0] if len(parts) == 3 else "0.0.0.0"
        host, inner = (parts[-2] if len(parts) > 1 else ""), parts[-1]
        for number, what in ((inner, "containerPort"), (host, "hostPort")):
            if what == "containerPort" and not number:
                raise _Wrong(
                    f"invalid publish opts format (should be name=value but got '{item}')"
                    if "=" in item
                    else f"no port specified: {item}<empty>"
                )
            if number and not _is_port(number):
                raise _Wrong(f"invalid {what}: {number}")
        protocol = protocol.lower() or "tcp"
        if protocol not in ("tcp", "udp", "sctp"):
            raise _Wrong(f"invalid proto: {protocol}")
        first, last = _range(inner)
        start, end = _range(host) if host else (0, 0)
        if host and end - start != last - first:
            raise _Wrong(f"invalid ranges specified for container and host Ports: {inner} and {host}")
        for offset in range(last - first + 1):
            port = start + offset if host and start else _free(call, found)
            found += (Port(port, first + offset, protocol, address),)
    return found


def _is_port(text: str) -> bool:
    first, dash, last = text.partition("-")
    return first.isdigit() and int(first) < 65536 and (not dash or (last.isdigit() and int(first) <= int(last) < 65536))


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _free(call: Invocation, own: tuple[Port, ...]) -> int:
    taken = {port.host for box in call.docker.state.boxes.values() for port in box.ports} | {port.host for port in own}
    return next(port for port in range(_EPHEMERAL, 65536) if port not in taken)


def _restart(value: str) -> Restart:
    name, colon, limit = value.partition(":")
    if name not in ("", "no", "always", "unless-stopped", "on-failure"):
        raise DockerError(
            f"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
        )
    if colon and not limit.isdigit():
        raise _Wrong("invalid restart policy format: maximum retry count must be an integer")
    if colon and name != "on-failure":
        raise DockerError("invalid restart policy: maximum retry count can only be used with 'on-failure'")
    return Restart(name or "no", int(limit or 0))


def _networks(call: Invocation) -> tuple[Attachment, ...]:
    names = (*call.flag("network"), *call.flag("net")) or ("bridge",)
    known, aliases = {bridge.name: bridge for bridge in call.docker.networks()}, tuple(call.flag("network-alias"))
    for name in names:
        if name == "default":
            continue
        if name not in known and not any(bridge.id.startswith(name) for bridge in known.values()):
            raise DockerError(f"network {name} not found")
        if aliases and name in ("bridge", "host", "none"):
            raise DockerError("network-scoped alias is supported only for containers in user defined networks")
    return tuple(Attachment("bridge" if name == "default" else name, "", aliases) for name in names)


def _links(call: Invocation) -> list[str]:
    found = []
    for item in call.flag("link"):
        source, _, alias = item.partition(":")
        other = call.docker.find(source)
        found.append(f"{other.name}:{alias or other.name}")
    return found


def _mounts(
    call: Invocation, config: Config, image: Image
) -> tuple[tuple[Mount, ...], dict[str, tuple[str, str, bool]]]:
    mounts: list[Mount] = []
    binds: dict[str, tuple[str, str, bool]] = {}
    for item in call.flag("volume"):
        parts = item.split(":")
        readonly = len(parts) == 3 and "ro" in parts[2].split(",")
        source, place = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
        if len(parts) > 3 or not place:
            raise DockerError(f"invalid volume specification: '{item}'")
        if not place.startswith("/"):
            raise DockerError(
                f"invalid volume specification: '{item}': invalid mount config for type \"volume\": invalid mount path: "
                f"'{place}' mount path must be absolute"
            )
        key, kind = _source(call, source, place, image)
        mounts.append(Mount(place.rstrip("/") or "/", key, readonly))
        binds[place] = (kind, source or key, readonly)
    for place in config.volumes:
        if place not in binds:
            key, _ = _source(call, "", place, image)
            mounts.append(Mount(place, key))
            binds[place] = ("volume", key, False)
    return tuple(mounts), binds


def _source(call: Invocation, source: str, place: str, image: Image) -> tuple[str, str]:
    """(the key of what is mounted, bind or volume). A folder is copied as it is now: containers never write to real files."""
    docker = call.docker
    if source.startswith(("/", "./", "../", "~")) or source == ".":
        full = os.path.normpath(os.path.join(call.host.cwd, os.path.expanduser(source)))
        try:
            root, _ = read_context(full, call.host.cwd, call.host.files).sent()
        except ContextError:
            root = Directory()
        key = f"bind:{full}:{docker.rng.hex(8, 'docker')}"
        docker.volume(key, root, anonymous=True)
        call.lab(f"{source} is mounted as a copy: what the container writes there never reaches your own files")
        return key, "bind"
    key = source or docker.rng.hex(64, "docker")
    if key not in docker.state.volumes:
        fs = Filesystem(image.root)
        below = fs.lookup(place) if fs.exists(place) else None
        docker.volume(key, below if isinstance(below, Directory) else None, anonymous=not source)
    return key, "volume"


def _root(call: Invocation, image: Image, config: Config, hostname: str) -> Directory:
    """The image's files with what docker writes into every container."""
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"]
    lines += ["\t".join(reversed(item.split(":", 1))) for item in call.flag("add-host")]
    own: dict[str, Any] = {
        "/etc/hosts": "\n".join(lines) + "\n",
        "/etc/hostname": f"{hostname}\n",
        "/etc/resolv.conf": "".join(f"nameserver {item}\n" for item in call.flag("dns") or ("192.168.65.7",)),
        "/.dockerenv": File(b"", 0o755),
    }
    root = merge(image.root, tree(own))
    root = replace(root, mode=image.root.mode)
    return make_directory(root, config.workdir or "/", call.docker.now)


def _memory(value: str) -> int | None:
    if not value:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", value.lower())
    if match is None:
        raise _Wrong(f'invalid argument "{value}" for "-m, --memory" flag: invalid size: \'{value}\'')
    found = int(float(match[1]) * _UNITS[match[2]])
    if found < 6 * 1024**2:
        raise DockerError("Minimum memory limit allowed is 6MB")
    return found


def _cpus(value: str) -> int | None:
    if not value:
        return None
    try:
        return round(float(value) * 1000)
    except ValueError:
        raise _Wrong(
            f'invalid argument {json.dumps(value)} for "--cpus" flag: failed to parse {value} as a rational number'
        ) from None
