"""A real cluster in place of the embedded one: `%cluster use [--kubeconfig F] [--context C]`.

kubectl, views and checks speak to its API server over HTTP, as the kubeconfig says (certificates, tokens, exec plugins). What
only a simulation can do is refused: time cannot be moved, there is no snapshot to go back to, and no copy to try things on.
The notebook works on its own copy of the kubeconfig, so `kubectl config` changes no file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from k8snb.api import errors
from k8snb.api.decode import read
from k8snb.api.resources import Resource, builtin
from k8snb.client.client import ObjectList
from k8snb.client.refused import ConnectionRefused
from k8snb.client.rest import RestClient
from k8snb.kubectl import cli, connection, remote
from k8snb.kubectl.cli import Result
from k8snb.kubectl.command import Session
from k8snb.kubectl.errors import FAILURES, CommandError, message_of
from k8snb.kubectl.globalflags import GLOBAL_FLAGS
from k8snb.kubectl.kubeconfig import KubeConfig, read_config
from k8snb.kubectl.pflag import FlagSet
from k8snb.views import snapshot
from k8snb.views.model import ClusterPicture
from k8snb.views.source import Details

_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
#: commands that leave a cluster as it is
_READING = frozenset(
    {"get", "describe", "exec", "logs", "explain", "auth", "version", "api-resources", "top", "events"}
)


class NotOnRealClusterError(Exception):
    """What was asked for needs the embedded cluster; the message says what."""


def load_config(name: str, cwd: Path) -> KubeConfig:
    """The kubeconfig of a file, else of $KUBECONFIG, else of ~/.kube/config. CommandError if there is none, or it is none."""
    listed = [name] if name else [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    paths = [Path(cwd, part).expanduser() for part in listed] or [Path.home() / ".kube" / "config"]
    merged: dict[str, Any] = {}
    found = [path for path in paths if path.exists()]
    if not found:
        raise CommandError(f"stat {paths[0]}: no such file or directory")
    for path in found:
        _merge(merged, _absolute(read_config(path.read_text(encoding="utf-8"), str(path)), path.parent))
    return KubeConfig(merged)


def _merge(into: dict[str, Any], data: dict[str, Any]) -> None:
    """The first file to name something wins."""
    for key, value in data.items():
        if isinstance(value, list):
            names = {entry.get("name") for entry in into.get(key, [])}
            into[key] = [*into.get(key, []), *(entry for entry in value if entry.get("name") not in names)]
        elif not into.get(key):
            into[key] = value


def _absolute(data: dict[str, Any], base: Path) -> dict[str, Any]:
    """The same with the files it names found from anywhere."""
    bodies = [entry.get("cluster") or {} for entry in data.get("clusters") or ()]
    bodies += [entry.get("user") or {} for entry in data.get("users") or ()]
    for body in bodies:
        for field in _PATHS:
            if body.get(field):
                body[field] = str(Path(base, body[field]).absolute())
        plugin = body.get("exec") or {}
        command = str(plugin.get("command") or "")
        if "/" in command:
            plugin["command"] = str(Path(base, command).absolute())
    return data


class RealCluster:
    """A cluster elsewhere, as the notebook uses it."""

    def __init__(self, config: KubeConfig, context: str = "") -> None:
        """CommandError if the kubeconfig makes no sense, ConnectionRefused if nobody answers."""
        if context:
            config.data["current-context"] = context
        self._session = Session(_Nobody, config, dial=remote.dial)
        self._dialled: tuple[Any, ...] = ()
        self.client = Objects(lambda: self.session)
        self._since, self.closed = time.time(), False
        try:
            answer = self.session.client.request("GET", "/version")
            if answer.code != 200:
                raise errors.StatusError(answer.body)
        except BaseException:
            self.close()
            raise
        self.version = str(answer.body.get("gitVersion", ""))

    @property
    def session(self) -> Session:
        """The terminal, connected as the current context says."""
        session, config = self._session, self._session.config
        now = (config.current, str(config.data.get("clusters")), str(config.data.get("users")), str(config.context()))
        if now != self._dialled:
            before, session.client = session.client, connection.connect(session, FlagSet(GLOBAL_FLAGS).parse([]))
            before.close()
            session.forget()
            self._dialled = now
        return session

    @property
    def name(self) -> str:
        return self._session.config.current

    @property
    def server(self) -> str:
        return self._session.client.server

    def refusal(self, what: str = "this") -> str:
        """Why something cannot be had."""
        return (
            f"the notebook works on a real cluster ({self.name}, {self.server}), and {what} needs the embedded one: "
            "`%cluster use --embedded` goes back to it"
        )

    def kubectl(
        self,
        words: str | Sequence[str],
        stdin: str = "",
        write: Callable[[str], None] | None = None,
        write_error: Callable[[str], None] | None = None,
        cwd: Path | None = None,
    ) -> Result:
        """One kubectl command line."""
        self._session.cwd = cwd or Path.cwd()
        return cli.run(words.split() if isinstance(words, str) else words, self._session, stdin, write, write_error)

    def close(self) -> None:
        """Hang up: views of this cluster show what was seen last."""
        self.closed = True
        self._session.client.close()

    def extent(self) -> str:
        """How large it is, as far as this user may see."""
        seen = Visible(self)
        return f"{len(seen.list('nodes').items)} nodes, {len(seen.list('pods').items)} Pods"

    # -- what a view asks -------------------------------------------------------------------------------------------------

    def source(self) -> RealSource:
        """The pictures of this cluster."""
        return RealSource(self)

    # -- what a check asks ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds since the notebook took this cluster."""
        return time.time() - self._since

    @property
    def lock(self) -> threading.RLock:
        return self.client.lock

    def run_ready(self) -> None:
        """A real cluster goes on by itself."""

    def history(self, resource: str = "") -> Any:
        raise NotOnRealClusterError("it looks at how objects have changed, and a real cluster keeps no history of them")

    @property
    def traces(self) -> Any:
        raise NotOnRealClusterError("it looks at requests, which nobody records on a real cluster")

    @property
    def docker(self) -> Any:
        raise NotOnRealClusterError("it looks at the docker of the lab's own machine")

    def fork(self) -> Trial:
        """What a check may do without a copy: look."""
        return Trial(self)


class Trial:
    """A check's trials on a real cluster: commands that only look; there is no copy that could be changed."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster
        self.client, self.session = cluster.client, lambda: cluster.session

    def kubectl(self, words: str | Sequence[str]) -> Result:
        command = words.split() if isinstance(words, str) else list(words)
        if command[:1] and command[0] not in _READING:
            raise NotOnRealClusterError(
                f"it tries `kubectl {command[0]}` on a copy, and a real cluster cannot be copied"
            )
        return self._cluster.kubectl(command)

    def __getattr__(self, name: str) -> Any:
        raise NotOnRealClusterError("it tries things on a copy of the cluster, and a real one cannot be copied")


class _NobodyClient:
    """Before the first connection."""

    server = "nowhere"

    def now(self) -> float:
        return time.time()

    def close(self) -> None:
        """There is nothing to hang up."""


_Nobody: Any = _NobodyClient()


class Objects:
    """Typed objects read from a real API server: what views and checks need of a client."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session
        self.lock = threading.RLock()

    def list(
        self, resource: str, namespace: str = "", label_selector: str = "", field_selector: str = ""
    ) -> ObjectList:
        """All objects of a namespace (or of all). StatusError if the server refuses; a kind it does not serve has none."""
        row = _row(resource)
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        body = self._get(_path(row, namespace), {key: value for key, value in query.items() if value})
        if body is None:
            return ObjectList([], "")
        items = [self._typed(row, item) for item in body.get("items") or ()]
        items.sort(key=lambda obj: (obj.metadata.namespace, obj.metadata.name))
        return ObjectList(items, str((body.get("metadata") or {}).get("resourceVersion", "")))

    def find(self, resource: str, name: str, namespace: str = "") -> Any | None:
        """One object, or None."""
        row = _row(resource)
        body = self._get(f"{_path(row, namespace)}/{name}", {})
        return self._typed(row, body) if body is not None else None

    def _typed(self, row: Resource, data: dict[str, Any]) -> Any:
        return read(row.model, {**data, "apiVersion": row.api_version, "kind": row.kind})

    def _get(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        with self.lock:
            client: RestClient = self._session().client
            answer = client.request("GET", path, query)
        if answer.code == 404:
            return None
        if answer.code >= 400:
            raise errors.StatusError(answer.body)
        found: dict[str, Any] = answer.body
        return found


def _row(resource: str) -> Resource:
    plural, _, group = resource.partition(".")
    return builtin(plural, group)


def _path(row: Resource, namespace: str) -> str:
    base = f"/apis/{row.group}/{row.version}" if row.group else f"/api/{row.version}"
    return f"{base}/namespaces/{namespace}/{row.plural}" if namespace and row.namespaced else f"{base}/{row.plural}"


class Visible:
    """What this user may see of a cluster: where a whole kind is forbidden, the one namespace at hand, or nothing."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster

    def list(self, resource: str, namespace: str = "") -> ObjectList:
        """All objects of a resource that may be seen."""
        cluster, row = self._cluster, _row(resource)
        own = cluster.session.config.namespace() or "default"
        for where in (namespace, own) if row.namespaced else (namespace,):
            try:
                return cluster.client.list(resource, where)
            except errors.StatusError as error:
                if error.reason != "Forbidden":
                    raise
        return ObjectList([], "")


class RealSource:
    """The pictures of a real cluster. Requests and kube-proxy's state are not in the API, so they are not shown."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster, self._visible, self._last = cluster, Visible(cluster), ""

    def __call__(self) -> tuple[str, Callable[[], ClusterPicture]]:
        if self._cluster.closed:
            return self._last, self._read
        # The revision of a list is that of the whole store: it changes whenever anything does.
        with suppress(ConnectionRefused):  # nobody answers: the last picture stays
            self._last = f"{self._cluster.server}/{self._visible.list('namespaces').resourceVersion or time.time()}"
        return self._last, self._read

    def _read(self) -> ClusterPicture:
        return snapshot.read(self._visible, system=True)

    def details(self, kind: str, namespace: str, name: str) -> Details:
        """YAML as kubectl prints it, and the events about the object, newest last."""
        if self._cluster.closed:
            return Details(error=f"the notebook no longer works on {self._cluster.name}")
        words = [kind, name, *(["-n", namespace] if namespace else [])]
        shown = cli.run(["get", *words, "-o", "yaml"], self._cluster.session)
        if shown.exit_code:
            return Details(error=shown.stderr.strip())
        about = f"involvedObject.kind={kind},involvedObject.name={name}"
        try:
            events = self._cluster.client.list("events", namespace or "default", field_selector=about).items
        except FAILURES as error:
            return Details(shown.stdout, error=message_of(error))
        lines = [f"{event.type} {event.reason}: {event.message.strip()}" for event in events]
        return Details(shown.stdout, "\n".join(lines))
