"""`%view`: the live picture of the cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import SVG, display

from k8snb.kubectl.errors import CommandError
from k8snb.magics.lab import Lab, LabError, words_of

_USAGE = """usage: %view [topology|ownership|nodes] [KIND/NAME] [-n NAMESPACE|-A] [-l SELECTOR] [--save FILE.svg] [--text]
       %view --of rollout deploy/NAME       the ReplicaSets and Pods of one Deployment
       %view --of iptables svc/NAME         the rules that kube-proxy has written for a Service
       %view --of docker                    the images and containers of your own machine, as they are now"""


@magics_class
class ViewMagics(Magics):
    """Pictures."""

    lab: Lab
    #: draws the docker view that is on show anew
    _refresh: Callable[[], object] = staticmethod(lambda: None)

    @line_magic
    def view(self, line: str) -> Any:
        """Show the cluster, live: `%view`, `%view ownership`, `%view -l app=web`, `%view --save picture.svg`."""
        view, of, target, namespace, selector, save, as_text = "", "", "", "default", "", "", False
        words = iter(words_of(line))
        for word in words:
            if word in ("-n", "--namespace"):
                namespace = next(words, "")
            elif word in ("-A", "--all-namespaces"):
                namespace = ""
            elif word in ("-l", "--selector"):
                selector = next(words, "")
            elif word == "--save":
                save = next(words, "")
            elif word == "--text":
                as_text = True
            elif word == "--of":
                of = next(words, "")
            elif word.startswith("-"):
                raise LabError(message=f"error: unknown flag {word}\n{_USAGE}")
            elif "/" in word:
                target = word
            else:
                view = word
        if of == "docker":
            return self._docker(save, as_text)
        if of not in ("", "rollout", "iptables"):
            raise LabError(message=f"error: there is no picture of {of!r}\n{_USAGE}")
        kind, name = self._target(target)
        if of == "iptables":
            return self._iptables(namespace, kind, name, save)
        view = view or ("ownership" if of == "rollout" or kind not in ("", "Service") else "topology")
        try:
            shown = self.lab.view(view, namespace, selector, kind, name)
        except ValueError as error:
            raise LabError(message=f"error: {error}\n{_USAGE}") from None
        if save:
            shown.save(save)
            sys.stdout.write(f"{save} written\n")
            return None
        if as_text:
            sys.stdout.write(shown.text() + "\n")
            return None
        return shown

    def _docker(self, save: str, as_text: bool) -> None:
        from k8snb.views import docker, render

        def data() -> dict[str, str]:
            desk = docker.read(self.lab.machine.docker)
            return {"image/svg+xml": render.svg(docker.draw(desk).dot), "text/plain": docker.describe(desk)}

        shown = data()
        if as_text:
            sys.stdout.write(shown["text/plain"] + "\n")
        elif save:
            Path(save).write_text(shown["image/svg+xml"])
            sys.stdout.write(f"{save} written\n")
        else:
            self._follow(data, shown)

    def _follow(self, data: Callable[[], dict[str, str]], shown: dict[str, str]) -> None:
        """Show a picture and, while a person sits here, draw it anew after every command. The newest one only."""
        handle = display(shown, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if self._refresh in self.lab.listeners:
            self.lab.listeners.remove(self._refresh)
        if self.lab.default_pace() != "live":
            return

        def refresh() -> None:
            handle.update(data(), raw=True)

        self._refresh = refresh
        self.lab.listeners.append(refresh)

    def _target(self, word: str) -> tuple[str, str]:
        """(kind, name) of `deploy/web`."""
        if not word:
            return "", ""
        resource, _, name = word.partition("/")
        try:
            session = self.lab.session or self.lab.cluster.session()
            return session.kinds.need(resource).kind, name
        except CommandError as error:
            raise LabError(message=f"error: {error.message}") from None

    def _iptables(self, namespace: str, kind: str, name: str, save: str) -> Any:
        from k8snb.views import render
        from k8snb.views.source import ClusterSource

        if kind != "Service":
            raise LabError(message=f"error: name a Service\n{_USAGE}")
        if self.lab.cluster.client.find("services", name, namespace) is None:
            raise LabError(message=f'Error from server (NotFound): services "{name}" not found')
        picture = render.svg(ClusterSource(lambda: self.lab.cluster).iptables(namespace, name).dot)
        if save:
            Path(save).write_text(picture)
            sys.stdout.write(f"{save} written\n")
            return None
        return SVG(picture)  # type: ignore[no-untyped-call]
