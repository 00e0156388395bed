"""extensions/v1beta1, gone since v1.16 (Ingress since v1.22): the first home of workloads, policies and Ingresses."""

from typing import ClassVar

from k8snb.api.apps import daemonset, deployment, replicaset
from k8snb.api.networking import networkpolicy, v1beta1


class DaemonSet(daemonset.DaemonSet):
    """One Pod on every node."""

    apiVersion: ClassVar[str] = "extensions/v1beta1"


class Deployment(deployment.Deployment):
    """Pods from a template, replaced step by step when the template changes."""

    apiVersion: ClassVar[str] = "extensions/v1beta1"


class Ingress(v1beta1.Ingress):
    """Rules that route HTTP traffic from outside to services."""

    apiVersion: ClassVar[str] = "extensions/v1beta1"


class NetworkPolicy(networkpolicy.NetworkPolicy):
    """Which traffic Pods let in and out."""

    apiVersion: ClassVar[str] = "extensions/v1beta1"


class ReplicaSet(replicaset.ReplicaSet):
    """A number of Pods from a template."""

    apiVersion: ClassVar[str] = "extensions/v1beta1"
