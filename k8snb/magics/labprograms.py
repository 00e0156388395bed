"""kubectl, minikube, docker and curl as programs of the learner's machine: a row each, with what it does when it is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from k8snb.kubectl.command import LAB_MARK
from k8snb.magics.mirror import Mirror
from k8snb.runtime.filesystem import FileError, Filesystem, join

if TYPE_CHECKING:
    from k8snb.magics.lab import Lab

#: flags that make a command go on until somebody presses Ctrl-C
FOLLOWS = frozenset({"-w", "--watch", "--watch-only", "--follow"})


@dataclass
class Started:
    """A program that was started: its words and input, its surroundings, and where it prints."""

    lab: Lab
    words: list[str]
    stdin: bytes
    env: Mapping[str, str]
    cwd: str
    mirror: Mirror
    files: Filesystem
    out: Callable[[str], None]
    err: Callable[[str], None]

    @property
    def folder(self) -> Path:
        """The working directory, on disk."""
        return self.mirror.path(self.cwd)

    def text(self) -> str:
        return self.stdin.decode("utf-8", "replace")


class Program(NamedTuple):
    """What a program does (its exit status), and whether words make it read its standard input."""

    run: Callable[[Started], int]
    reads: Callable[[list[str]], bool]


def _kubectl(started: Started) -> int:
    words, mirror = started.words, started.mirror
    end = words.index("--") if "--" in words else len(words)
    urls = "can-i" in words  # `auth can-i get /healthz`, as `get --raw /healthz`, names a path of the server
    words = [
        word if urls or before == "--raw" or word.startswith("--raw=") else _on_disk(word, started)
        for before, word in zip(["", *words], words[:end], strict=False)
    ] + words[end:]
    if words[:1] == ["cp"]:
        words = _with_sources(words, started.folder)
    config = started.env.get("KUBECONFIG", "")
    if config and not any(word.split("=")[0] == "--kubeconfig" for word in words[:end]):
        words = [f"--kubeconfig={mirror.path(join(started.cwd, config))}", *words]
    lab, root = started.lab, str(mirror.root)

    def out(text: str) -> None:
        started.out(text.replace(root, ""))  # a path that was typed is shown as it was typed

    def err(text: str) -> None:
        started.err(text.replace(root, ""))

    with lab.environment(started.env):
        return lab.kubectl(words, started.text(), out, err, cwd=started.folder).exit_code


def _with_sources(words: list[str], folder: Path) -> list[str]:
    """`cp FILE POD:…` of a file of the notebook's folder, which is a link here, and kubectl would copy the link."""
    pod = next((at for at, word in enumerate(words) if ":" in word), 0)
    return [
        str((folder / word).resolve()) if at < pod and word[:1] != "-" and (folder / word).is_symlink() else word
        for at, word in enumerate(words)
    ]


def _on_disk(word: str, started: Started) -> str:
    """A word that names a file by its absolute path, as the place where that is on disk."""
    flag, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    if not value.startswith("/") or not started.files.exists(value.rpartition("/")[0] or "/"):
        return word
    place = started.mirror.path(value)
    return f"{flag}{equals}{place}" if place.exists() or place.parent.exists() else word


def _minikube(started: Started) -> int:
    from k8snb.magics.lab import LabError
    from k8snb.magics.minikube import lab_minikube

    try:
        return lab_minikube(started.lab, started.words, started.out, started.err).exit_code
    except LabError as error:
        started.err(f"{error}\n")
        return 1


def _docker(started: Started) -> int:
    from k8snb.docker import cli
    from k8snb.docker.host import Host

    lab = started.lab
    cluster = lab.machine
    cluster.journal.record("docker", "command", words=tuple(started.words))
    node = started.env.get("MINIKUBE_ACTIVE_DOCKERD", "")
    name = cluster.nodes[0].metadata.name if node else ""
    with cluster.lock:
        cluster.engine.run_instant()
        host = Host(cluster, started.folder, lab.files, name)
        stdin = started.text() if _docker_reads(started.words) else None
        return cli.run(host, started.words, stdin, started.out, started.err).exit_code


def _curl(started: Started) -> int:
    from k8snb.network.curl import Terminal
    from k8snb.network.curloptions import CurlError

    lab, files = started.lab, started.files
    if lab.real is not None:
        started.err(f"{LAB_MARK}{lab.real.refusal('curl')}\n")
        return 7

    def read(name: str) -> bytes:
        if name == "-":
            return started.stdin
        try:
            return files.read(join(started.cwd, name))
        except FileError as error:
            raise CurlError(26, f"curl: Failed to open {name}\n") from error

    def write(name: str, data: bytes) -> None:
        try:
            files.write(join(started.cwd, name), data)
        except FileError as error:
            raise CurlError(23, f"curl: (23) Failed to open the file {name}: {error.words}\n") from error

    cluster = lab.machine
    cluster.journal.record("curl", "command", words=tuple(started.words), source="host")
    with cluster.lock:
        cluster.engine.run_instant()
        output = cluster.network.curl(started.words, "host", Terminal(read, write, cluster.advance))
        cluster.advance(output.seconds)
    printed: Any = output.stdout
    started.out(printed)
    started.err(output.stderr)
    return int(output.exit_code)


def _kubectl_reads(words: list[str]) -> bool:
    own = words[: words.index("--")] if "--" in words else words
    return any(
        word in ("-", "/dev/stdin", "--stdin", "--stdin=true")
        or word.endswith(("=-", "=/dev/stdin"))
        or (word[:1] == "-" != word[1:2] and (word.endswith("f-") or "i" in word.partition("=")[0][1:4]))
        for word in own
    )


def _docker_reads(words: list[str]) -> bool:
    reading = {"-", "--interactive", "--password-stdin", "load", "import"}
    return any(word in reading or (word[:1] == "-" != word[1:2] and "i" in word) for word in words)


def _curl_reads(words: list[str]) -> bool:
    return any(word in ("-", "@-", ".") or word.endswith("@-") for word in words)


#: name -> what it does
LAB_PROGRAMS: dict[str, Program] = {
    "kubectl": Program(_kubectl, _kubectl_reads),
    "minikube": Program(_minikube, lambda words: False),
    "docker": Program(_docker, _docker_reads),
    "curl": Program(_curl, _curl_reads),
}
