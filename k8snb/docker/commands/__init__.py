"""Every docker command: one row each. `docker container X` and `docker image X` are the same commands under their groups."""

from __future__ import annotations

from dataclasses import replace

from k8snb.docker.command import Command
from k8snb.docker.commands import inspecting
from k8snb.docker.commands.account import LOGIN, LOGOUT, SEARCH
from k8snb.docker.commands.building import BUILD
from k8snb.docker.commands.building import PRUNE as PRUNE_CACHE
from k8snb.docker.commands.containers import KILL, LOGS, PAUSE, PORT, PS, RENAME, RESTART, RM, STOP, TOP, UNPAUSE, WAIT
from k8snb.docker.commands.containers import PRUNE as PRUNE_CONTAINERS
from k8snb.docker.commands.images import HISTORY, IMAGES, PUSH, RMI, TAG
from k8snb.docker.commands.images import PRUNE as PRUNE_IMAGES
from k8snb.docker.commands.inspecting import INSPECT
from k8snb.docker.commands.pulling import PULL
from k8snb.docker.commands.resources import NETWORK, VOLUME
from k8snb.docker.commands.running import ATTACH, CREATE, EXEC, RUN, START
from k8snb.docker.commands.system import DF, INFO, PRUNE, VERSION_COMMAND


def _under(group: str, command: Command, name: str = "", aliases: tuple[str, ...] = ()) -> Command:
    """A command under its group: `docker ps` as `docker container ls`."""
    own = name or command.name
    use = f"{group} {own}{command.use[len(command.name) :]}"
    return replace(command, name=own, use=use, group="", aliases=aliases or command.aliases)


_CONTAINER = (ATTACH, CREATE, EXEC, KILL, LOGS, PAUSE, PORT, RENAME, RESTART, RM, RUN, START, STOP, TOP, UNPAUSE, WAIT)
_COPY = "files of your computer are not copied into containers: put them into the image, or mount the folder with -v"
_FILES = "images are not saved to files here: docker push keeps them in the simulated registry"
_NO_COMPOSE = "compose files are not simulated: start the containers with docker run, on a network of their own"


def _refused(name: str, short: str, why: str, group: str = "") -> Command:
    return Command(name, short, name, group=group, refused=why, ordered=True)


COMMANDS: tuple[Command, ...] = (
    RUN,
    EXEC,
    replace(PS, aliases=()),
    BUILD,
    PULL,
    PUSH,
    IMAGES,
    LOGIN,
    LOGOUT,
    SEARCH,
    VERSION_COMMAND,
    INFO,
    Command(
        "builder", "Manage builds", "builder", group="management", subcommands=(_under("builder", BUILD), PRUNE_CACHE)
    ),
    Command(
        "buildx", "Docker Buildx", "buildx", group="management", subcommands=(_under("buildx", BUILD, aliases=("b",)),)
    ),
    _refused("compose", "Docker Compose", _NO_COMPOSE, "management"),
    Command(
        "container",
        "Manage containers",
        "container",
        group="management",
        subcommands=(
            *(_under("container", command) for command in _CONTAINER),
            _under("container", PS, "ls", ("list", "ps")),
            inspecting.of("container", "CONTAINER"),
            PRUNE_CONTAINERS,
        ),
    ),
    Command(
        "image",
        "Manage images",
        "image",
        group="management",
        subcommands=(
            *(_under("image", command) for command in (BUILD, HISTORY, PULL, PUSH, TAG)),
            _under("image", IMAGES, "ls", ("list",)),
            _under("image", RMI, "rm", ("remove",)),
            inspecting.of("image", "IMAGE"),
            PRUNE_IMAGES,
        ),
    ),
    NETWORK,
    Command(
        "system",
        "Manage Docker",
        "system",
        group="management",
        subcommands=(DF, _under("system", INFO), PRUNE),
    ),
    VOLUME,
    _refused("swarm", "Manage Swarm", "there is no Swarm here: this lab is about Kubernetes", "management"),
    ATTACH,
    _refused(
        "commit", "Create a new image from a container's changes", "write the change into a Dockerfile and build it"
    ),
    _refused("cp", "Copy files/folders between a container and the local filesystem", _COPY),
    CREATE,
    HISTORY,
    INSPECT,
    KILL,
    _refused("load", "Load an image from a tar archive or STDIN", _FILES),
    LOGS,
    PAUSE,
    PORT,
    RENAME,
    RESTART,
    replace(RM, aliases=()),
    RMI,
    _refused("save", "Save one or more images to a tar archive (streamed to STDOUT by default)", _FILES),
    START,
    STOP,
    TAG,
    TOP,
    UNPAUSE,
    WAIT,
)
