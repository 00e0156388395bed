"""apps/v1beta2, gone since v1.16: today's shapes under the name that the manifests of early 2018 use."""

from typing import ClassVar

from k8snb.api.apps import controllerrevision, daemonset, deployment, replicaset, statefulset


class ControllerRevision(controllerrevision.ControllerRevision):
    """A snapshot of a workload's template."""

    apiVersion: ClassVar[str] = "apps/v1beta2"


class DaemonSet(daemonset.DaemonSet):
    """One Pod on every node."""

    apiVersion: ClassVar[str] = "apps/v1beta2"


class Deployment(deployment.Deployment):
    """Pods from a template, replaced step by step when the template changes."""

    apiVersion: ClassVar[str] = "apps/v1beta2"


class ReplicaSet(replicaset.ReplicaSet):
    """A number of Pods from a template."""

    apiVersion: ClassVar[str] = "apps/v1beta2"


class StatefulSet(statefulset.StatefulSet):
    """Pods with names and volumes that stay theirs."""

    apiVersion: ClassVar[str] = "apps/v1beta2"
