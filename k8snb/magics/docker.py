"""`%docker`, `%%docker`, `%%dockerfile` and `%eval $(minikube docker-env)`."""

from __future__ import annotations

import re
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, magics_class, no_var_expand

from k8snb.kubectl.cli import Result
from k8snb.magics.lab import Lab, LabError, words_of
from k8snb.magics.syntax import CAPTURE, take

_DOCKER_ENV = re.compile(r"""["']?\$\(\s*minikube\s+(?:-p\s+\S+\s+)?docker-env\s*(?P<unset>-u|--unset)?\s*\)["']?""")
#: a Python variable in a line, or what one reaches from it
_VARIABLE = re.compile(r"(?<!\{)\{([A-Za-z_][^{}]*)\}(?!\})")
#: what docker itself says, put into a line: `docker rm -f $(docker ps -aq)`
_INNER = re.compile(r"""["']?\$\(\s*docker\s+([^()]*)\)["']?""")
_DOCKERFILE = re.compile(r"(?:.*\.)?Dockerfile(?:\..*)?|.*\.dockerfile", re.IGNORECASE)


@magics_class
class DockerMagics(Magics):
    """docker in a cell."""

    lab: Lab
    #: the machine of the cluster whose daemon the client talks to; "" is the learner's own
    node = ""

    def _filled(self, line: str) -> str:
        """The line with `{variable}` filled in; `{{.Names}}` is docker's, and `$x` a container's shell's."""

        def value(match: re.Match[str]) -> str:
            shell: Any = self.shell
            try:
                return str(shell.ev(match[1]))
            except (NameError, SyntaxError, AttributeError, LookupError, TypeError, ValueError):
                return match[0]

        return _VARIABLE.sub(value, line)

    @no_var_expand
    @line_cell_magic
    def docker(self, line: str, cell: str | None = None) -> Result | None:
        """Run docker: `%docker build -t me/app docker-demo`, `run -d -p 3000:3000 me/app`, `ps`. With a cell body, the body is
        its standard input: `%%docker exec -i web sh`.
        """
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        line, lab = self._filled(line), self.lab

        from k8snb.docker import cli  # with the first docker, not with the first magic
        from k8snb.docker.host import Host

        def command(write: Any, write_error: Any) -> Result:
            cluster = lab.machine

            def said(match: re.Match[str]) -> str:
                inner = cli.run(Host(cluster, Path.cwd(), lab.files, self.node), match[1])
                write_error(inner.stderr)
                return inner.stdout.strip()

            with cluster.lock:
                words = words_of(_INNER.sub(said, line))
            cluster.journal.record("docker", "command", words=tuple(words))
            with cluster.lock:
                cluster.engine.run_instant()
                host = Host(cluster, Path.cwd(), lab.files, self.node)
                # A build that goes well has nothing to complain of, so its progress is not shown as an error.
                return cli.run(host, words, cell, write, write_error, write)

        result = lab.run(command, expect_error=expect_error, capture=capture)
        return result if capture else None

    @cell_magic
    def dockerfile(self, line: str, cell: str) -> None:
        """Keep the cell as a Dockerfile: `%%dockerfile docker-demo` is the Dockerfile of the folder docker-demo.

        A name with an ending (`docker-demo/index.js`, `docker-demo/.dockerignore`) keeps any other file of a build context.
        """
        words = words_of(line)
        if len(words) > 1:
            raise LabError(message="usage: %%dockerfile [FOLDER | FILE]")
        name = kept_name(words[0] if words else ".")
        self.lab.files[name] = cell
        sys.stdout.write(f"{name} saved\n")

    @no_var_expand
    @line_magic
    def eval(self, line: str) -> None:
        """`%eval $(minikube docker-env)` points docker at the cluster's machine, `--unset` back at your own."""
        match = _DOCKER_ENV.fullmatch(line.strip())
        if match is None:
            raise LabError(
                message="only `eval $(minikube docker-env)` and `eval $(minikube docker-env --unset)` are evaluated here"
            )
        if match["unset"]:
            self.node = ""
            return
        from k8snb.magics.minikube import lab_host
        from k8snb.minikube.cli import run

        def complain(text: str) -> None:
            sys.stderr.write(text)

        result = run(lab_host(self.lab, ["docker-env"]), ["docker-env"], "", None, complain)
        if result.exit_code:
            raise LabError(result)
        self.node = self.lab.cluster.nodes[0].metadata.name


def kept_name(name: str) -> str:
    """The file that a name means: a folder's Dockerfile, unless it looks like a file."""
    path = PurePosixPath(name)
    if path.name and (
        "." in path.name.lstrip(".")
        or (path.name.startswith(".") and path.name not in (".", ".."))
        or _DOCKERFILE.fullmatch(path.name)
    ):
        return str(path)
    return str(path / "Dockerfile")
