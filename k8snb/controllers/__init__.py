"""The controllers: what kube-controller-manager runs. Each is a `reconcile(key)` over the API, in a module of its own.

`CONTROLLERS` is the whole list, in boot order; a controller is added by writing its file and its row here.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import Component

#: (module under k8snb.controllers, class)
CONTROLLERS: tuple[tuple[str, str], ...] = (
    ("serviceaccount", "ServiceAccountController"),
    ("rootca", "RootCAPublisher"),
    ("nodeipam", "NodeIPAMController"),
    ("nodelifecycle", "NodeLifecycleController"),
    ("tainteviction", "TaintEvictionController"),
    ("customresourcedefinition", "CustomResourceDefinitionController"),
    ("replicationcontroller", "ReplicationControllerController"),
    ("replicaset", "ReplicaSetController"),
    ("deployment", "DeploymentController"),
    ("daemonset", "DaemonSetController"),
    ("statefulset", "StatefulSetController"),
    ("job", "JobController"),
    ("cronjob", "CronJobController"),
    ("ttlafterfinished", "TTLAfterFinishedController"),
    ("ephemeralvolume", "EphemeralVolumeController"),
    ("persistentvolume.binder", "PersistentVolumeController"),
    ("persistentvolume.minikube", "MinikubeProvisioner"),
    ("persistentvolume.protection", "ClaimProtectionController"),
    ("persistentvolume.protection", "VolumeProtectionController"),
    ("endpoints", "EndpointsController"),
    ("endpointslice", "EndpointSliceController"),
    ("endpointslicemirroring", "EndpointSliceMirroringController"),
    ("autoscaling", "HorizontalController"),
    ("resourcequota", "ResourceQuotaController"),
    ("disruption", "DisruptionController"),
    ("certificates", "CertificateController"),
    ("namespace", "NamespaceController"),
    ("garbagecollector", "GarbageCollector"),
    ("podgc", "PodGCController"),
)


def build(
    client_for: Callable[[str], Client],
    events_for: Callable[[Client, str], EventRecorder],
    rows: tuple[tuple[str, str], ...] = CONTROLLERS,
) -> list[Component]:
    """The controllers of these rows, each with a client and an event recorder under its own name."""
    built = []
    for module, name in rows:
        controller = getattr(import_module(f"k8snb.controllers.{module}"), name)
        client = client_for(controller.name)
        built.append(cast(Component, controller(client, events_for(client, controller.name))))
    return built
