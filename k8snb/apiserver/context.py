"""What a step of the write path may use: the clock, chance, read access to the store, the caller, and a place for warnings."""

from __future__ import annotations

from dataclasses import dataclass, field

from k8snb.api.resources import Resource
from k8snb.apiserver.request import DEFAULT, Options, User
from k8snb.apiserver.store import Store
from k8snb.sim.clock import Clock
from k8snb.sim.rng import Rng


@dataclass(frozen=True, slots=True)
class Settings:
    """Flags of the control plane that change what the API answers."""

    service_cidr: str = "10.96.0.0/12"
    pod_cidr: str = "10.244.0.0/16"
    node_ports: tuple[int, int] = (30000, 32767)
    cluster_domain: str = "cluster.local"
    version: str = "v1.36.2"
    profile: str = "minikube"
    #: where the API server listens on its node
    secure_port: int = 8443


DEFAULT_SETTINGS = Settings()


@dataclass(slots=True)
class Context:
    """One write on its way through the pipeline. Strategies and admission plugins get it; they only read the store."""

    store: Store
    clock: Clock
    rng: Rng
    resource: Resource
    user: User
    verb: str  # create, update, delete, connect: admission's operation in lower case
    namespace: str
    subresource: str = ""
    options: Options = DEFAULT
    #: cluster-wide settings (service and pod ranges, node port range, profile)
    settings: Settings = DEFAULT_SETTINGS
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Send a warning header; the same text once."""
        if message not in self.warnings:
            self.warnings.append(message)
