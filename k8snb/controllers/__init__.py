"""The controllers: what kube-controller-manager runs. Each is a `reconcile(key)` over the API, in a module of its own.

`CONTROLLERS` is the whole list, in boot order; a controller is added by writing its file and its row here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple, cast

from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.dormant import Dormant
from k8snb.engine import Component


class Row(NamedTuple):
    """A module under k8snb.controllers and its class; for one that sleeps until it is needed, its name and its kinds."""

    module: str
    cls: str
    name: str = ""
    kinds: tuple[str, ...] = ()


CONTROLLERS: tuple[Row, ...] = (
    Row("serviceaccount", "ServiceAccountController"),
    Row("rootca", "RootCAPublisher"),
    Row("nodeipam", "NodeIPAMController"),
    Row("nodelifecycle", "NodeLifecycleController"),
    Row("tainteviction", "TaintEvictionController"),
    Row(
        "customresourcedefinition",
        "CustomResourceDefinitionController",
        "customresourcedefinition-controller",
        ("customresourcedefinitions.apiextensions.k8s.io",),
    ),
    Row("apiservice", "APIServiceController"),
    Row("flowcontrol", "FlowControlController"),
    Row("replicationcontroller", "ReplicationControllerController"),
    Row("replicaset", "ReplicaSetController"),
    Row("deployment", "DeploymentController"),
    Row("daemonset", "DaemonSetController", "daemonset-controller", ("daemonsets.apps",)),
    Row("statefulset", "StatefulSetController", "statefulset-controller", ("statefulsets.apps",)),
    Row("job", "JobController", "job-controller", ("jobs.batch",)),
    Row("cronjob", "CronJobController", "cronjob-controller", ("cronjobs.batch",)),
    Row("ttlafterfinished", "TTLAfterFinishedController", "ttl-after-finished-controller", ("jobs.batch",)),
    Row("ephemeralvolume", "EphemeralVolumeController"),
    Row(
        "persistentvolume.binder",
        "PersistentVolumeController",
        "persistentvolume-controller",
        ("persistentvolumeclaims", "persistentvolumes"),
    ),
    Row(
        "persistentvolume.minikube",
        "MinikubeProvisioner",
        "k8s.io/minikube-hostpath",
        ("persistentvolumeclaims", "persistentvolumes"),
    ),
    Row(
        "persistentvolume.protection",
        "ClaimProtectionController",
        "pvc-protection-controller",
        ("persistentvolumeclaims",),
    ),
    Row(
        "persistentvolume.protection", "VolumeProtectionController", "pv-protection-controller", ("persistentvolumes",)
    ),
    Row("endpoints", "EndpointsController"),
    Row("endpointslice", "EndpointSliceController"),
    Row("endpointslicemirroring", "EndpointSliceMirroringController"),
    Row("autoscaling", "HorizontalController", "horizontal-pod-autoscaler", ("horizontalpodautoscalers.autoscaling",)),
    Row("resourcequota", "ResourceQuotaController", "resourcequota-controller", ("resourcequotas",)),
    Row("disruption", "DisruptionController", "controllermanager", ("poddisruptionbudgets.policy",)),
    Row(
        "certificates",
        "CertificateController",
        "certificate-controller",
        ("certificatesigningrequests.certificates.k8s.io",),
    ),
    Row("clusterroleaggregation", "ClusterRoleAggregationController"),
    Row("namespace", "NamespaceController"),
    Row("garbagecollector", "GarbageCollector"),
    Row("podgc", "PodGCController"),
)


def build(
    client_for: Callable[[str], Client],
    events_for: Callable[[Client, str], EventRecorder],
    rows: tuple[Row, ...] = CONTROLLERS,
) -> list[Component]:
    """The controllers of these rows, each with a client and an event recorder under its own name."""

    def make(row: Row) -> Component:
        controller = getattr(import_module(f"k8snb.controllers.{row.module}"), row.cls)
        client = client_for(controller.name)
        return cast(Component, controller(client, events_for(client, controller.name)))

    return [Dormant(row.name, row.kinds, partial(make, row)) if row.kinds else make(row) for row in rows]
