"""The kubeconfig: clusters, users, contexts, and which of them is meant. Held as JSON data of `v1 Config`."""

from __future__ import annotations

from typing import Any


class KubeConfig:
    """A kubeconfig in memory; `kubectl config` edits `data` in place."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def current(self) -> str:
        """The name of the current context."""
        return str(self.data.get("current-context", ""))

    def entry(self, section: str, name: str) -> dict[str, Any] | None:
        """The entry of `clusters`, `users` or `contexts` with this name."""
        return next((item for item in self.data.get(section) or [] if item.get("name") == name), None)

    def context(self, name: str = "") -> dict[str, Any]:
        """The body of a context (of the current one), empty if there is none."""
        found = self.entry("contexts", name or self.current)
        return dict(found.get("context") or {}) if found else {}

    def namespace(self, context: str = "") -> str:
        """The namespace a context works in, "" if it names none."""
        return str(self.context(context).get("namespace", ""))


def lab_config(name: str, server: str) -> KubeConfig:
    """The kubeconfig that `minikube start` would have written for the embedded cluster."""
    home = "/home/learner/.minikube"
    return KubeConfig(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "preferences": {},
            "clusters": [
                {"name": name, "cluster": {"certificate-authority": f"{home}/ca.crt", "server": server}},
            ],
            "contexts": [
                {"name": name, "context": {"cluster": name, "namespace": "default", "user": name}},
            ],
            "current-context": name,
            "users": [
                {
                    "name": name,
                    "user": {
                        "client-certificate": f"{home}/profiles/{name}/client.crt",
                        "client-key": f"{home}/profiles/{name}/client.key",
                    },
                }
            ],
        }
    )
