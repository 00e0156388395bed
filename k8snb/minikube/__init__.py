"""minikube: the command line around the cluster, with the docker driver's kind of output. Source: minikube v1.38."""

from k8snb.minikube.cli import run
from k8snb.minikube.host import Host

__all__ = ["Host", "run"]
