"""What a minikube command is made of, and how it fails: with a reason code in the text and an exit code to match.

Exit codes group errors by where they come from (14 usage, 8x the machines, 10x the control plane, 11x Services).
Source: minikube's `pkg/minikube/reason`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from k8snb.kubectl.pflag import Flag, Parsed
from k8snb.minikube.host import PROFILE, Host
from k8snb.minikube.style import STYLES, box, line


class Exit(Exception):
    """The command ends here; everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


#: exit codes of commands that need a cluster, or a running one
GUEST_NOT_FOUND, GUEST_NOT_RUNNING = 85, 83

#: reason -> (exit code, pictogram, does minikube ask for an issue)
REASONS: dict[str, tuple[int, str, bool]] = {
    "MK_USAGE": (14, "Failure", False),
    "MK_USAGE_NO_PROFILE": (14, "Caching", False),
    "MK_UNIMPLEMENTED": (16, "Unsupported", False),
    "MK_ADDON_ENABLE": (10, "Failure", True),
    "MK_ADDON_DISABLE": (10, "Failure", True),
    "MK_CONFIG_SET": (10, "Failure", True),
    "MK_CONFIG_UNSET": (10, "Failure", True),
    "MK_STATUS_TEXT": (10, "Failure", True),
    "K8S_UNSUPPORTED": (106, "Unsupported", False),
    "GUEST_NODE_DELETE": (80, "Failure", True),
    "GUEST_NODE_RETRIEVE": (85, "Failure", True),
    "GUEST_IMAGE_LOAD": (80, "Failure", True),
    "DRV_UNSUPPORTED": (56, "Unsupported", False),
    "ENV_MULTINODE_CONFLICT": (14, "Failure", False),
    "SVC_NOT_FOUND": (115, "Failure", False),
    "SVC_UNREACHABLE": (119, "Failure", True),
    "SVC_TUNNEL_START": (110, "Failure", True),
}


#: flags that every command takes
GLOBAL = (
    Flag("profile", shorthand="p", default=PROFILE, usage="The name of the minikube VM being used."),
    Flag("alsologtostderr", "bool", usage="log to standard error as well as files"),
    Flag("v", "int", shorthand="v", usage="number for the log level verbosity"),
)


def option(flag: Flag) -> str:
    """A flag as help screens show it."""
    value = f"'{flag.shown_default}'" if flag.kind == "string" else flag.shown_default
    short = f"-{flag.shorthand}, " if flag.shorthand else ""
    return f"    {short}--{flag.name}={value}:\n\t{flag.usage}"


@dataclass(frozen=True)
class Command:
    """One command: where it stands in the help screen, its flags, what it does. `run` writes to its Invocation."""

    name: str
    short: str
    group: str = "Other Commands"
    use: str = ""
    long: str = ""
    flags: tuple[Flag, ...] = ()
    run: Callable[[Invocation], int | None] | None = None
    subcommands: tuple[Command, ...] = ()
    aliases: tuple[str, ...] = ()
    #: why it cannot be simulated, for commands that are here to be refused
    refused: str = ""
    #: a refused command that would ask for a running cluster first
    on_cluster: bool = False


class Invocation:
    """One run of one command."""

    def __init__(
        self,
        host: Host,
        command: Command,
        flags: Parsed,
        stdin: str,
        out: Callable[[str], None],
        err: Callable[[str], None],
    ) -> None:
        self.host, self.command, self.flags, self.stdin = host, command, flags, stdin
        self.out, self.err = out, err
        self.args = flags.args

    @property
    def profile(self) -> str:
        """The profile that is meant. Only the one called minikube can have a cluster."""
        return str(self.flags["profile"])

    @property
    def cluster(self) -> Any:
        """The cluster of the profile, which may be stopped. Ends the command if there is none."""
        if self.host.cluster is None or self.profile != PROFILE:
            start = "minikube start" if self.profile == PROFILE else f"minikube start -p {self.profile}"
            self.say("Shrug", f'Profile "{self.profile}" not found. Run "minikube profile list" to view all profiles.')
            self.say("Workaround", f'To start a cluster, run: "{start}"')
            raise Exit(GUEST_NOT_FOUND)
        return self.host.cluster

    @property
    def running(self) -> Any:
        """The cluster, running. Ends the command if it is stopped, or there is none."""
        cluster = self.cluster
        if self.host.is_stopped():
            name = self.host.nodes()[0].metadata.name
            self.say("Shrug", f"The control-plane node {name} host is not running: state=Stopped")
            self.say("Workaround", 'To start a cluster, run: "minikube start"')
            raise Exit(GUEST_NOT_RUNNING)
        return cluster

    def check_exists(self) -> None:
        """End the command if there is no cluster."""
        assert self.cluster is not None

    def check_running(self) -> None:
        """End the command if there is no cluster, or it is stopped."""
        assert self.running is not None

    def say(self, style: str, text: str) -> None:
        """One styled line on standard output."""
        self.out(line(style, text))

    def warn(self, text: str) -> None:
        """A warning on standard error."""
        self.err(line("Warning", text))

    def fail(self, reason: str, text: str, advice: str = "", *, ask: bool | None = None) -> Exit:
        """Say why the command ends, as minikube does, and give what to raise. `ask` for an issue, or not, against the rule."""
        code, style, usually = REASONS[reason]
        self.err("\n" + line(style, f"Exiting due to {reason}: {text}"))
        if advice:
            self.err(line("Tip", f"Suggestion: {advice}"))
        if usually if ask is None else ask:
            self.err("\n" + box(_ASK))
        self.err("\n")
        return Exit(code)


_ASK = (
    f"{STYLES['Sad']}If the above advice does not help, please let us know:\n"
    f"{STYLES['URL']}https://github.com/kubernetes/minikube/issues/new/choose\n"
    "\n"
    "Please run `minikube logs --file=logs.txt` and attach logs.txt to the GitHub issue."
)
