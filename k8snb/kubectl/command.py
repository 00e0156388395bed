"""What a kubectl command is made of, and what it gets to work with when it runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from k8snb.client.refused import ClosedPort
from k8snb.client.rest import RestClient
from k8snb.kubectl.api import Api
from k8snb.kubectl.connection import check_timeout, config_of, connect
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.flagvalues import ValueRefusedError, parse_bool
from k8snb.kubectl.kinds import Kind, Kinds, unheard
from k8snb.kubectl.kubeconfig import KubeConfig
from k8snb.kubectl.pflag import Flag, Parsed

#: how lines begin that the lab adds to kubectl's answer
LAB_MARK = "# k8snb: "


@dataclass(frozen=True)
class Command:
    """One kubectl command: what help says of it, its flags, and what it does.

    `use` is the usage line behind the command's name, which it may begin with (`get [flags]`, `[flags]`). `run` gets an
    Invocation and writes to its `out` and `err`; it raises CommandError, UsageError, StatusError, Many or Exit to fail,
    and returns an exit code (None for 0). A command without `run` is a group of subcommands.
    """

    name: str
    short: str
    use: str = ""
    long: str = ""
    examples: str = ""
    flags: tuple[Flag, ...] = ()
    run: Callable[[Invocation], int | None] | None = None
    aliases: tuple[str, ...] = ()
    subcommands: tuple[Command, ...] = ()
    deprecated: str = ""
    #: where a group called alone prints its help: `err` (exit code 1), `out` (1) or `help` (standard output, 0)
    bare_help: str = "err"
    #: the exit code of every failure; where it is not 1 (diff), wrong flags are usage errors
    failure_code: int = 1
    #: checked after parsing, as cobra does: names of flags that must be given
    required: tuple[str, ...] = ()
    #: groups of flags of which at most one may be given
    exclusive: tuple[tuple[str, ...], ...] = ()
    #: groups of flags that must be given all or not at all
    together: tuple[tuple[str, ...], ...] = ()
    #: groups of flags of which at least one must be given
    one_required: tuple[tuple[str, ...], ...] = ()


@dataclass
class OpenShell:
    """A program with a terminal that waits for its next line after the command that opened it has returned."""

    namespace: str
    pod: str
    container: str
    stream: Any
    #: what is left to do once it has ended (`run --rm` deletes its Pod)
    at_end: Callable[[], object] | None = None


def _nothing() -> None:
    """There is nothing to throw away."""


class Draft(NamedTuple):
    """A text that somebody has edited, and the file that holds it ("" if none does) until `discard` is called.

    `original` is what was shown when the editing began, if that was earlier than now.
    """

    text: str
    file: str = ""
    discard: Callable[[], object] = _nothing
    original: str = ""


@dataclass
class Session:
    """What stays between commands of one terminal: kubeconfig, working directory, environment, discovery."""

    client: RestClient
    config: KubeConfig
    cwd: Path = field(default_factory=Path.cwd)
    env: Mapping[str, str] = field(default_factory=dict)
    #: files that only exist in the notebook (`%%manifest --name FILE`)
    files: dict[str, str] = field(default_factory=dict)
    #: the cluster behind the client, when it is of this process (for what has no REST form: the terminal of exec)
    cluster: Any = None
    #: the session's own editor: (text, name of its file) -> draft; without one, a program of this machine is run
    edit: Callable[[str, str], Draft] | None = None
    #: takes a shell that waits at its prompt for somebody to type, and keeps it open; None when nobody ever will
    keyboard: Callable[[OpenShell], None] | None = None
    #: how a session without a cluster of its own reaches one: (session, flags, kubeconfig, cluster, user) -> client
    dial: Callable[[Session, Parsed, KubeConfig, str, str], RestClient] | None = None
    #: OpenAPI documents that were read from a server elsewhere, by path
    documents: dict[str, Any] = field(default_factory=dict)
    _kinds: Kinds | None = None

    @property
    def kinds(self) -> Kinds:
        """The server's resources as this session knows them."""
        if self._kinds is None:
            self._kinds = Kinds(self.client)
        return self._kinds

    def forget(self) -> None:
        """Another server is asked from now on: what the last one has said is nothing of its."""
        self._kinds = None
        self.documents.clear()

    @property
    def lab(self) -> bool:
        """Whether the lab may add lines of its own to what kubectl says (never where transcripts are compared)."""
        return self.cluster is not None and self.cluster.config.profile != "hollow"


class Invocation:
    """One run of one command."""

    def __init__(
        self,
        command: Command,
        path: str,
        parsed: Parsed,
        session: Session,
        stdin: str,
        write: Callable[[str], None],
        write_error: Callable[[str], None],
    ) -> None:
        self.command, self.path, self.parsed, self.session, self.stdin = command, path, parsed, session, stdin
        self.out, self.err = write, write_error
        self.args: list[str] = list(parsed.args)
        self._client: RestClient | None = None
        self._api: Api | None = None
        self._kinds: Kinds | None = None
        self._warned: set[tuple[str, str]] = set()

    # -- flags --------------------------------------------------------------------------------------------------------

    def flag(self, name: str) -> Any:
        """The value of a flag (its default if it was not given)."""
        return self.parsed.values[name]

    def changed(self, name: str) -> bool:
        """Whether a flag was given."""
        return name in self.parsed.changed

    @property
    def dashed(self) -> list[str] | None:
        """The arguments after `--`, None if there was none."""
        index = self.parsed.dash
        return None if index is None else self.args[index:]

    @property
    def namespace(self) -> str:
        """The namespace to work in: -n, else the context's, else default."""
        if self.flag("namespace"):
            return str(self.flag("namespace"))
        return self.config.namespace(self.flag("context")) or "default"

    @property
    def config(self) -> KubeConfig:
        """The kubeconfig that counts: the file of --kubeconfig, else the session's."""
        return config_of(self.session, self.parsed)

    @property
    def namespace_given(self) -> bool:
        """Whether -n was given: objects of other namespaces are then refused."""
        return self.changed("namespace")

    @property
    def dry_run(self) -> str:
        """`--dry-run`: none, client or server. CommandError for anything else."""
        value = self.flag("dry-run")
        if value in ("none", "client", "server"):
            return str(value)
        if value == "unchanged":
            self.klog("W", "helpers.go:732", "--dry-run is deprecated and can be replaced with --dry-run=client.")
            return "client"
        try:
            meant = "client" if parse_bool(value) else "none"
        except ValueRefusedError:
            raise CommandError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".') from None
        text = f"--dry-run={value} is deprecated (boolean value) and can be replaced with --dry-run={meant}."
        self.klog("W", "helpers.go:750", text)
        return meant

    @property
    def validation(self) -> str:
        """`--validate` as the server's `fieldValidation`: Strict, Warn or Ignore. CommandError for anything else."""
        value = self.flag("validate")
        if value in ("strict", "warn", "ignore"):
            return str(value).capitalize()
        try:
            return "Strict" if parse_bool(value) else "Ignore"
        except ValueRefusedError:
            raise CommandError(
                f"invalid - validate option {quoted(value)}; must be one of: strict (or true), warn, ignore (or false)"
            ) from None

    # -- the server -----------------------------------------------------------------------------------------------------

    @property
    def client(self) -> RestClient:
        """The connection, as the kubeconfig and the flags want it. CommandError if they make no sense."""
        if self._client is None:
            check_timeout(str(self.flag("request-timeout")))
            self._client = connect(self.session, self.parsed)
        return self._client

    @property
    def api(self) -> Api:
        """The calls that kubectl makes, refusals as exceptions, warnings told."""
        if self._api is None:
            self._api = Api(self.client, lambda text: self.err(f"Warning: {text}\n"))
        return self._api

    @property
    def warnings(self) -> int:
        """How many warnings the server has sent."""
        return self._api.warnings if self._api is not None else 0

    @property
    def kinds(self) -> Kinds:
        """The server's resources."""
        if self._kinds is None:
            client = self.client  # its address counts: what one server has says nothing of another
            foreign = self.session.dial is not None or isinstance(client, ClosedPort)
            self._kinds = Kinds(client) if foreign else self.session.kinds
            self._kinds.fresh, self._kinds.log = False, self.klog
        return self._kinds

    def close(self) -> None:
        """The command is over: what its session asks from now on is not for its ears."""
        if self._kinds is not None:
            self._kinds.log = unheard
        if self.session.dial is not None and self._client is not None:
            self._client.close()

    def kind(self, word: str) -> Kind:
        """The resource a word means. CommandError if there is none; a short name of several resources is warned of."""
        kind = self.kinds.need(word)
        for other in self.kinds.namesakes(word):
            if (word, other) not in self._warned:
                self._warned.add((word, other))
                self.err(f"Warning: short name {quoted(word)} could also match lower priority resource {other}\n")
        return kind

    # -- output -----------------------------------------------------------------------------------------------------------

    def line(self, text: str = "") -> None:
        """One line to standard output."""
        self.out(f"{text}\n")

    def error_line(self, text: str = "") -> None:
        """One line to standard error."""
        self.err(f"{text}\n")

    def lab(self, text: str) -> None:
        """A line of the lab's own on standard error, clearly not kubectl's."""
        if self.session.lab:
            self.err(f"{LAB_MARK}{text}\n")

    def klog(self, severity: str, place: str, text: str) -> None:
        """A line of kubectl's log (`W0101 00:00:00.000000       1 helpers.go:1] …`), with the cluster's time."""
        stamp = datetime.fromtimestamp(self.client.now(), UTC).strftime("%m%d %H:%M:%S.%f")
        self.err(f"{severity}{stamp} {1:7d} {place}] {text}\n")

    @property
    def command_line(self) -> str:
        """What was typed, for change causes (`--record`)."""
        return shlex.join(["kubectl", *self.parsed.words])
