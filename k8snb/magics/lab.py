"""The lab of one notebook kernel: the cluster that the magics work on, its pace, and what is shown of it."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8snb.api import yaml
from k8snb.client.refused import NOWHERE, ClosedPort
from k8snb.cluster import Cluster
from k8snb.kubectl import cli
from k8snb.kubectl.cli import Result
from k8snb.kubectl.command import LAB_MARK, OpenShell, Session
from k8snb.kubectl.kubeconfig import KubeConfig
from k8snb.magics.editcell import CellEditor
from k8snb.sim.limits import TYPING_SECONDS

if TYPE_CHECKING:
    from k8snb.loopback import Loopback
    from k8snb.magics.realcluster import RealCluster
    from k8snb.magics.shellcell import ShellCells


class LabError(Exception):
    """A learner's command failed. What it had to say has been printed, so no traceback follows; the cell fails."""

    def __init__(self, result: Result | None = None, message: str = "") -> None:
        super().__init__(message or (f"exit code {result.exit_code}" if result else "failed"))
        self.result = result

    def _render_traceback_(self) -> list[str]:
        text = str(self)
        return [] if self.result is not None else [text]


#: how often a live view looks whether anything has changed, in seconds: at the embedded cluster, and over the network
_LOOK, _LOOK_FAR = 0.2, 2.0
_NO_CLUSTER = "there is no cluster any more: `%minikube start` makes a new one"


class Lab:
    """What one kernel has: a cluster (made when it is first needed) and its views.

    After `minikube delete` there is none, until somebody asks for one: kubectl and minikube then say so in their own words,
    everything else ends with a LabError.
    """

    def __init__(self, ipython: Any) -> None:
        self.ipython = ipython
        self._cluster: Cluster | None = None
        #: called after every command, so that views redraw at once
        self.listeners: list[Callable[[], object]] = []
        #: shells that wait for their next line
        self.shells: list[OpenShell] = []
        #: files that `%%manifest --name` keeps, by name
        self.files: dict[str, str] = {}
        self._pristine_revision = -1
        #: virtual time at which the last command ended
        self._idle_since = 0.0
        #: what `minikube config` has set, and the add-ons wanted at the next start: they outlive a cluster, or its sleep
        self.config: dict[str, str] = {}
        self.addons: dict[str, bool] = {}
        self._asked_for = False
        #: after `minikube delete`: an empty cluster for the views to show, and a terminal whose kubectl knows of none
        self._nothing: Cluster | None = None
        self._terminal: Session | None = None
        self._loopback: Loopback | None = None
        self.editor = CellEditor(self)
        #: the real cluster that the notebook works on, if it is none of the lab's own
        self.real: RealCluster | None = None

    @cached_property
    def shell_cells(self) -> ShellCells:
        """The learner's own machine, made when a script first runs on it."""
        from k8snb.magics.shellcell import ShellCells

        return ShellCells(self)

    @property
    def cluster(self) -> Cluster:
        """The embedded cluster; the first look starts one. LabError after `minikube delete`, and on a real cluster."""
        if self.real is not None:
            raise LabError(message=f"error: {self.real.refusal()}")
        if self._cluster is None:
            if not self.may_start_implicitly:
                raise LabError(message=_NO_CLUSTER)
            return self.start()
        return self._cluster

    @property
    def is_started(self) -> bool:
        return self._cluster is not None

    def start(self, nodes: int = 1, *, asked_for: bool = False, **options: Any) -> Cluster:
        """A fresh cluster in place of the present one. One that was not asked for may be replaced while it is untouched."""
        pace, docker, now = self.default_pace(), *self._own_docker()
        epoch = {"epoch": float(int(time.time()))} if pace == "live" else {}
        if docker is not None:  # the learner's own machine goes on, and its clock with it
            epoch["epoch"] = max(float(int(now) + 1), epoch.get("epoch", 0.0))
        made = Cluster(nodes, **{**epoch, **options}, pace=pace)
        _move_in(made, docker)
        self.use(made)
        self._idle_since = made.clock.now
        self._pristine_revision, self._asked_for = made.store.revision, asked_for
        return made

    @property
    def session(self) -> Session | None:
        """The terminal whose kubectl answers questions; None after `minikube delete`, when there is nobody to ask."""
        if self.real is not None:
            return self.real.session
        return self.cluster.session() if self.may_start_implicitly else None

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody has asked for this cluster, and nobody has changed anything in it."""
        untouched = self._cluster is not None and self._cluster.store.revision == self._pristine_revision
        return untouched and not self._asked_for

    @property
    def may_start_implicitly(self) -> bool:
        """A lab has a cluster from the start; after `minikube delete` it has none until `minikube start`."""
        return self._nothing is None

    def delete(self) -> None:
        """Throw the cluster away for good (`minikube delete`). The clock of the terminal stands where it stood."""
        docker, now = self._own_docker()
        nothing = Cluster(boot=False, epoch=float(int(now) + 1)) if docker is not None else Cluster(boot=False)
        _move_in(nothing, docker)
        self._let_go(nothing=nothing)
        self._terminal = Session(ClosedPort(NOWHERE, lambda: now), KubeConfig({}), files=self.files)

    @property
    def machine(self) -> Cluster:
        """What runs the learner's own machine: the embedded cluster, or an empty one after `minikube delete`."""
        return self._nothing or self._cluster or self.cluster

    def use_real(self, real: RealCluster | None) -> None:
        """Work on a real cluster from now on; with None, on the embedded one again."""
        if self.real is not None:
            self.real.close()
        self.real = real
        if real is not None:
            session = real.session
            session.files, session.edit = self.files, self.editor.edit

    @property
    def lock(self) -> Any:
        """Held by whoever reads the cluster outside of a command."""
        here = self.real or self._cluster
        return here.lock if here is not None else nullcontext()

    @property
    def judged(self) -> Any:
        """The cluster that checks look at."""
        return self.real or self.cluster

    def _own_docker(self) -> tuple[Any, float]:
        """(the state of the learner's own docker, if it was ever used; Unix time): both outlive a cluster."""
        old = self._cluster or self._nothing
        if old is None:
            return None, 0.0
        return (None if old.docker.untouched else old.docker.dump()), old.unix_time()

    def kubectl(
        self,
        words: list[str],
        stdin: str = "",
        write: Callable[[str], None] | None = None,
        write_error: Callable[[str], None] | None = None,
        cwd: Path | None = None,
    ) -> Result:
        """One kubectl command line in the notebook's terminal; without a cluster it knows of no server."""
        if self.real is not None:
            return self.real.kubectl(words, stdin, write, write_error, cwd)
        if self._terminal is not None:
            self._terminal.cwd = cwd or Path.cwd()
            return cli.run(words, self._terminal, stdin, write, write_error)
        cluster = self.cluster
        with cluster.lock:
            where = None if cwd is None else str(cwd)
            return cli.run_kubectl(cluster, words, stdin=stdin, cwd=where, write=write, write_error=write_error)

    def run_script(self, script: str, write: Callable[[str], None], write_error: Callable[[str], None]) -> Result:
        """A shell script on the learner's own machine."""
        out: list[str] = []
        err: list[str] = []

        def emit(text: str) -> None:
            out.append(text)
            write(text)

        def complain(text: str) -> None:
            err.append(text)
            write_error(text)

        status = self.shell_cells.run(script, emit, complain)
        return Result("".join(out), "".join(err), status)

    @contextmanager
    def environment(self, env: Mapping[str, str]) -> Iterator[None]:
        """While a program of a script runs, its kubectl has the script's environment."""
        session = self._terminal or self.session
        assert session is not None
        before, session.env, self.editor.environment = session.env, env, env
        try:
            yield
        finally:
            session.env, self.editor.environment = before, None

    def kubeconfig_text(self) -> str:
        """The kubeconfig of the notebook's terminal."""
        session = self._terminal or self.session
        return yaml.dump(session.config.data) if session is not None else ""

    # -- time -----------------------------------------------------------------------------------------------------------

    def unix_time(self) -> float:
        """Now, on the clock that the learner sees."""
        return time.time() if self.real is not None else self.machine.unix_time()

    @property
    def jumps(self) -> bool:
        """Does time stand still between commands?"""
        return self.real is None and self.machine.pacer is None

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        if self.real is not None:
            time.sleep(seconds)
        else:
            self.machine.wait(lambda: False, timeout=seconds)

    # -- what is shown --------------------------------------------------------------------------------------------------

    def view(
        self, view: str = "topology", namespace: str = "default", selector: str = "", kind: str = "", name: str = ""
    ) -> Any:
        """A picture of the cluster, or of one object and what belongs to it, that follows it."""
        from k8snb.views.filter import Filter
        from k8snb.views.source import ClusterSource
        from k8snb.views.widget import ClusterView

        real = self.real
        source = ClusterSource(self._shown) if real is None else real.source()
        live = self.default_pace() == "live" if real is not None else self._shown().pacer is not None
        wanted = Filter(namespace=namespace, selector=selector, kind=kind, name=name)
        interval = _LOOK if real is None else _LOOK_FAR
        shown = ClusterView(source, source.details, view=view, filter=wanted, live=live, interval=interval)
        self.listeners.append(shown.refresh)
        if live:
            shown.follow()
        return shown

    def _shown(self) -> Cluster:
        """What the views show."""
        return self.machine

    def stop(self) -> None:
        """Throw the present cluster away, and let go of a real one."""
        self.use_real(None)
        self._let_go()

    def use(self, cluster: Cluster) -> None:
        """Work on this cluster from now on."""
        self._let_go(cluster)
        self._sit_down(cluster)

    def _let_go(self, following: Cluster | None = None, nothing: Cluster | None = None) -> None:
        """End the present cluster; another one, or `nothing` for the views to show, takes its place first.

        A view's thread looks at any time, and where there is no cluster it would start one.
        """
        old = self._cluster
        self._nothing = nothing or self._nothing
        self._cluster = following
        self._nothing, self._terminal = nothing, None
        if self._loopback is not None:
            self._loopback.close()
            self._loopback = None
        if old is not None:
            old.close()

    def _sit_down(self, cluster: Cluster) -> None:
        """Bring what the notebook has to the cluster's terminal."""
        session = cluster.session()
        session.files, session.keyboard, session.edit = self.files, self.keep_open, self.editor.edit
        self.shells.clear()

    def keep_open(self, shell: OpenShell) -> None:
        """A shell waits for its next line: `%%podsh` types it."""
        self.shells.append(shell)
        sys.stderr.write(f"{LAB_MARK}the shell stays open: type into it with %%podsh {shell.pod}\n")

    def shell_in(self, namespace: str, pod: str, container: str) -> OpenShell | None:
        """The newest open shell in a Pod, if there is one."""
        for shell in reversed(self.shells):
            if (shell.namespace, shell.pod) == (namespace, pod) and container in ("", shell.container):
                return shell
        return None

    def default_pace(self) -> str:
        """`live` for a person at a notebook, `jump` for programs (nbclient, tests) and with K8SNB_PACE=jump."""
        wanted = os.environ.get("K8SNB_PACE", "")
        if wanted in ("live", "jump"):
            return wanted
        return "live" if self.is_attended else "jump"

    @property
    def is_attended(self) -> bool:
        """Does a person sit at this notebook?"""
        kernel = getattr(self.ipython, "kernel", None)
        # A front end that can be asked for input is a person; nbclient and papermill say they cannot.
        return kernel is not None and bool(getattr(kernel, "_allow_stdin", False))

    def changed(self) -> None:
        """Something may have happened: redraw what is on show, and surface what went wrong in the background."""
        if self._cluster is not None:
            self._idle_since = self._cluster.clock.now
        pacer = self._cluster.pacer if self._cluster is not None else None
        if pacer is not None and pacer.error is not None:
            error, pacer.error = pacer.error, None
            raise error
        if pacer is not None and self.real is None:
            self._listen()
        if self._cluster is not None or self._nothing is not None:  # to look would start one
            for listener in list(self.listeners):
                listener()

    def _listen(self) -> None:
        """Port-forwards are reachable with a real browser while a person sits here."""
        if self._loopback is None:
            if not self.cluster.network.fabric.open_ports() and not self.cluster.docker.published():
                return
            from k8snb.loopback import Loopback

            self._loopback = Loopback(self.cluster)
        for problem in self._loopback.sync():
            sys.stderr.write(f"{LAB_MARK}{problem}\n")

    def typed(self) -> None:
        """A line was typed, which takes a person a while: the cluster has gone on by at least that much.

        So lines of one cell, or of Run All, meet the same cluster as lines typed into a terminal.
        """
        cluster = self._cluster
        if self.real is not None or cluster is None or (cluster.pacer is not None and cluster.pacer.paused):
            return
        since = cluster.clock.now - self._idle_since
        if since < TYPING_SECONDS:
            cluster.advance(TYPING_SECONDS - max(since, 0.0))  # below 0: time was turned back

    def run(
        self,
        command: Callable[[Callable[[str], None], Callable[[str], None]], Result],
        *,
        expect_error: bool,
        capture: bool,
    ) -> Result:
        """Run a command, its output going to the cell while it comes. LabError if it fails and was not expected to."""
        silent = capture and expect_error
        write = _ignore if capture else _to(sys.stdout)
        write_error = _ignore if silent else _to(sys.stderr if not expect_error else sys.stdout)
        self.typed()
        try:
            result = command(write, write_error)
        finally:
            self.changed()
        if expect_error:
            if result.exit_code == 0:
                raise LabError(message="this command was expected to fail, but it succeeded")
        elif result.exit_code:
            raise LabError(result)
        return result


def _move_in(cluster: Cluster, docker: Any) -> None:
    """Bring the state of the learner's own docker to another cluster."""
    if docker is not None:
        cluster.docker.load(docker)
        cluster.docker.wake()


def _to(stream: Any) -> Callable[[str], None]:
    def write(text: str) -> None:
        stream.write(text)
        stream.flush()

    return write


def _ignore(text: str) -> None:
    return None


def words_of(line: str, *, posix: bool = True) -> list[str]:
    """A line's words, as a shell would split them. LabError if a quotation is left open."""
    try:
        return shlex.split(line, posix=posix)
    except ValueError as error:
        raise LabError(message=f"error: {error} in: {line}") from None


def lab_of(ipython: Any) -> Lab:
    """The lab of a shell, made when first asked for."""
    found = getattr(ipython, "_k8snb_lab", None)
    if found is None:
        found = Lab(ipython)
        ipython._k8snb_lab = found
        ipython.events.register("pre_run_cell", lambda *_: _run_ready(found))
    assert isinstance(found, Lab)
    return found


def _run_ready(lab: Lab) -> None:
    if lab.is_started and lab.real is None:
        lab.cluster.run_ready()
