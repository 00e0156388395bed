"""The commands of minikube: one file each, one row each in `COMMANDS`, in the order of the help screen."""

from __future__ import annotations

from k8snb.minikube.command import Command
from k8snb.minikube.commands.addons import ADDONS
from k8snb.minikube.commands.config import CONFIG
from k8snb.minikube.commands.dashboard import DASHBOARD
from k8snb.minikube.commands.delete import DELETE
from k8snb.minikube.commands.dockerenv import DOCKER_ENV
from k8snb.minikube.commands.image import IMAGE
from k8snb.minikube.commands.ip import IP
from k8snb.minikube.commands.kubectl import KUBECTL
from k8snb.minikube.commands.logs import LOGS
from k8snb.minikube.commands.node import NODE
from k8snb.minikube.commands.options import OPTIONS
from k8snb.minikube.commands.profile import PROFILE_COMMAND
from k8snb.minikube.commands.service import SERVICE
from k8snb.minikube.commands.ssh import SSH
from k8snb.minikube.commands.start import START
from k8snb.minikube.commands.status import STATUS
from k8snb.minikube.commands.stop import STOP
from k8snb.minikube.commands.tunnel import TUNNEL
from k8snb.minikube.commands.update_context import UPDATE_CONTEXT
from k8snb.minikube.commands.version import VERSION_COMMAND

BASIC, IMAGES, CONFIGURATION = "Basic Commands", "Images Commands", "Configuration and Management Commands"
NETWORKING, ADVANCED, TROUBLE = "Networking and Connectivity Commands", "Advanced Commands", "Troubleshooting Commands"
GROUPS = (BASIC, IMAGES, CONFIGURATION, NETWORKING, ADVANCED, TROUBLE, "Other Commands")

_NO_DOCKER = (
    "your own docker client cannot talk to simulated machines: use `minikube image load` and `minikube "
    "ssh -- crictl ps`"
)
_NO_FREEZE = "simulated machines cannot be paused: `%clock` stops time itself"
_NO_FILES = "simulated machines have no files of your computer: use a ConfigMap, or `kubectl cp` for a Pod"

_NO_KEYS = "simulated machines have no keys: `minikube ssh` needs none"

COMMANDS: tuple[Command, ...] = (
    START,
    STATUS,
    STOP,
    DELETE,
    DASHBOARD,
    Command("pause", "pause Kubernetes", BASIC, refused=_NO_FREEZE, on_cluster=True),
    Command("unpause", "unpause Kubernetes", BASIC, refused=_NO_FREEZE, on_cluster=True),
    DOCKER_ENV,
    Command(
        "podman-env",
        "Configure environment to use minikube's Podman service",
        IMAGES,
        refused=_NO_DOCKER,
        on_cluster=True,
    ),
    Command(
        "cache", "Manage cache for images", IMAGES, refused="cached images are not simulated: use `minikube image load`"
    ),
    IMAGE,
    ADDONS,
    CONFIG,
    PROFILE_COMMAND,
    UPDATE_CONTEXT,
    SERVICE,
    TUNNEL,
    Command("mount", "Mounts the specified directory into minikube", ADVANCED, refused=_NO_FILES, on_cluster=True),
    SSH,
    KUBECTL,
    NODE,
    Command("cp", "Copy the specified file into minikube", ADVANCED, refused=_NO_FILES, on_cluster=True),
    Command("ssh-key", "Retrieve the ssh identity key path of the specified node", TROUBLE, refused=_NO_KEYS),
    Command("ssh-host", "Retrieve the ssh host key of the specified node", TROUBLE, refused=_NO_KEYS),
    IP,
    LOGS,
    Command(
        "update-check", "Print current and latest version number", TROUBLE, refused="the lab has no network to ask"
    ),
    VERSION_COMMAND,
    OPTIONS,
    Command(
        "completion", "Generate command completion for a shell", refused="cells complete words with the Tab key already"
    ),
)
