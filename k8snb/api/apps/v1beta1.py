"""apps/v1beta1, gone since v1.16: what it had keeps today's shape; defaults differ (`apiserver/versions/workload.py`)."""

from typing import ClassVar

from k8snb.api.apps import controllerrevision, deployment, statefulset


class ControllerRevision(controllerrevision.ControllerRevision):
    """A snapshot of a workload's template."""

    apiVersion: ClassVar[str] = "apps/v1beta1"


class Deployment(deployment.Deployment):
    """Pods from a template, replaced step by step when the template changes."""

    apiVersion: ClassVar[str] = "apps/v1beta1"


class StatefulSet(statefulset.StatefulSet):
    """Pods with names and volumes that stay theirs."""

    apiVersion: ClassVar[str] = "apps/v1beta1"
