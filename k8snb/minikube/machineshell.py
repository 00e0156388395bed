"""A shell on a machine: a command line runs over the machine's own files, with Debian's tools laid under them.

The command runs in a container made for it and thrown away again; what it wrote stays with the machine, where Pods find it
through hostPath. A command that would take time (`sleep`, `top`) is refused, as nobody waits at this terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from shlex import join
from typing import Any

from k8snb.minikube.host import ShellResult
from k8snb.runtime import userland
from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, merge
from k8snb.runtime.image import Image
from k8snb.runtime.machine import Machine, World


class _Kicbase(Image):
    """The tools of minikube's machines."""

    repository = "gcr.io/k8s-minikube/kicbase"
    userland = "debian"

    def files(self) -> Directory:
        return userland.debian()


@cache
def _image() -> Image:
    return _Kicbase()


def shell(cluster: Any, node: Any, words: Sequence[str], stdin: str = "") -> ShellResult:
    """Run a command line on a machine; several words are one command with its arguments."""
    name = node.metadata.name
    own: Directory = cluster.kubelet.nodes[name].files
    before = merge(_image().root, own)
    line = words[0] if len(words) == 1 else join(words)
    spec = Spec("kicbase", ("/bin/bash", "-c", line), {}, "/home/docker", stdin=bool(stdin))
    machine = Machine(Container("ssh", "ssh", spec, name, before), _image(), World(cluster.clock.unix))
    machine.boot()
    if stdin:
        machine.feed(0, stdin.encode(), False)
    done = machine.result()
    if done.running:
        return ShellResult("", f"bash: {line}: takes time, and nobody waits here: run it in a Pod\n", 124)
    if done.root is not before:
        _keep(cluster, name, own, before, done.root)
    records = list(done.log.since(0))
    out = "".join(record.text for record in records if record.stream == "stdout")
    return ShellResult(out, "".join(record.text for record in records if record.stream == "stderr"), done.exit_code)


def _keep(cluster: Any, name: str, own: Directory, before: Directory, after: Directory) -> None:
    """Keep what was written, without the tools that were only laid under it."""
    entries = dict(own.entries)
    for child, entry in after.entries.items():
        if entry is not before.entries.get(child):
            entries[child] = entry
    for child in before.entries.keys() - after.entries.keys():
        entries.pop(child, None)
    cluster.kubelet.change_node(name, files=replace(own, entries=entries))
