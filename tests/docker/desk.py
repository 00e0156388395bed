"""A learner's desk: a cluster, a folder with files, and the commands typed there."""

from __future__ import annotations

from pathlib import Path

from k8snb.cluster import Cluster
from k8snb.docker.cli import run
from k8snb.docker.host import Host
from k8snb.kubectl.cli import Result
from k8snb.minikube.cli import run as run_minikube
from k8snb.minikube.host import Host as MinikubeHost

INDEX = """const express = require('express');
const app = express();

app.get('/', function (req, res) {
  res.send('Hello World!');
});

const server = app.listen(3000, function () {
  const host = server.address().address;
  const port = server.address().port;
  console.log("Example app listening at 'http://%s:%s'", host, port);
});
"""
PACKAGE = """{
  "name": "myapp",
  "version": "1.0.0",
  "main": "index.js",
  "scripts": {
    "start": "node index.js"
  },
  "dependencies": {
    "express": "^4.16.2"
  }
}
"""
DOCKERFILE = "FROM node:6.2.2\nWORKDIR /app\nADD . /app\nRUN npm install\nEXPOSE 300\nCMD npm start\n"


class Desk:
    """Commands on one cluster, with files that only exist here."""

    def __init__(self, cluster: Cluster | None = None, files: dict[str, str] | None = None) -> None:
        self.cluster = cluster or Cluster()
        self.files = dict(files or {})
        self.cwd, self.node = Path("/nowhere"), ""

    def write(self, name: str, text: str) -> None:
        self.files[name] = text

    def demo(self) -> None:
        """The notes' application in the folder docker-demo."""
        for name, text in (("Dockerfile", DOCKERFILE), ("index.js", INDEX), ("package.json", PACKAGE)):
            self.write(f"docker-demo/{name}", text)

    def __call__(self, line: str, stdin: str | None = None) -> Result:
        return run(Host(self.cluster, self.cwd, self.files, self.node), line, stdin)

    def good(self, line: str, stdin: str | None = None) -> str:
        """Run what has to succeed; its standard output."""
        result = self(line, stdin)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def bad(self, line: str, code: int = 1) -> str:
        """Run what has to fail with this code; its standard error."""
        result = self(line)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return result.stderr

    def curl(self, line: str) -> str:
        """curl on the learner's machine: what it prints, with the exit code if it fails."""
        found = self.cluster.network.curl(line.split())
        self.cluster.run_ready()
        return found.stdout.decode() if not found.exit_code else f"({found.exit_code}) {found.stderr}"

    def kubectl(self, line: str) -> str:
        result = self.cluster.kubectl(line)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def minikube(self, line: str) -> Result:
        host = MinikubeHost(self.cluster)
        host.load_image = self.cluster.load_image
        return run_minikube(host, line)

    def pod(self, name: str) -> tuple[str, str]:
        """(phase, why its container waits) of a Pod."""
        status = self.cluster.client.get("pods", name, "default").status
        waiting = status.containerStatuses[0].state.waiting if status.containerStatuses else None
        return status.phase, waiting.reason if waiting is not None else ""
