"""What a container gets from its Pod: environment, volumes, files of the kubelet, users."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.core.container import (
    ConfigMapEnvSource,
    ConfigMapKeySelector,
    EnvFromSource,
    EnvVar,
    EnvVarSource,
    SecretKeySelector,
    SecurityContext,
    VolumeMount,
)
from k8snb.api.core.secret import Secret
from k8snb.api.core.service import Service, ServicePort, ServiceSpec
from k8snb.api.core.volume import (
    ConfigMapVolumeSource,
    EmptyDirVolumeSource,
    HostPathVolumeSource,
    KeyToPath,
    ObjectFieldSelector,
    SecretVolumeSource,
    Volume,
)
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.cluster import Cluster
from tests.kubelet.rig import events, get, make_cluster, make_pod, run, status


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster()


def config_map(cluster: Cluster, name: str, **data: str) -> Any:
    return cluster.client.create(ConfigMap(metadata=ObjectMeta(name=name, namespace="default"), data=FrozenMap(data)))


def secret(cluster: Cluster, name: str, **data: str) -> Any:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return cluster.client.create(Secret(metadata=ObjectMeta(name=name, namespace="default"), data=FrozenMap(encoded)))


def environment(cluster: Cluster, name: str) -> dict[str, str]:
    out, _, _ = run(cluster, name, "env")
    return dict(line.split("=", 1) for line in out.splitlines())


def test_environment_of_every_kind(cluster: Cluster) -> None:
    config_map(cluster, "settings", mode="dark", size="9")
    secret(cluster, "login", user="ann")
    env = (
        EnvVar(name="PLAIN", value="x"),
        EnvVar(name="BOTH", value="$(PLAIN)-$(mode)-$$(PLAIN)-$(NOPE)"),
        EnvVar(name="USER", valueFrom=EnvVarSource(secretKeyRef=SecretKeySelector(name="login", key="user"))),
        EnvVar(name="NODE", valueFrom=EnvVarSource(fieldRef=ObjectFieldSelector(fieldPath="spec.nodeName"))),
        EnvVar(name="IP", valueFrom=EnvVarSource(fieldRef=ObjectFieldSelector(fieldPath="status.podIP"))),
        EnvVar(
            name="MISSING",
            valueFrom=EnvVarSource(configMapKeyRef=ConfigMapKeySelector(name="settings", key="no", optional=True)),
        ),
    )
    sources = (EnvFromSource(configMapRef=ConfigMapEnvSource(name="settings")),)
    make_pod(cluster, "web", env=env, envFrom=sources)
    cluster.advance(30)
    found = environment(cluster, "web")
    assert found["BOTH"] == "x-dark-$(PLAIN)-$(NOPE)"
    assert (found["USER"], found["NODE"], found["size"]) == ("ann", "minikube", "9")
    assert found["IP"] == get(cluster, "web").status.podIP
    assert "MISSING" not in found
    assert (found["HOSTNAME"], found["HOME"]) == ("web", "/root")
    assert found["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"


def test_services_that_exist_already_are_in_the_environment(cluster: Cluster) -> None:
    spec = ServiceSpec(type="ClusterIP", selector=FrozenMap({"a": "b"}), ports=(ServicePort(port=80, protocol="TCP"),))
    created = cluster.client.create(Service(metadata=ObjectMeta(name="my-db", namespace="default"), spec=spec))
    make_pod(cluster, "with")
    make_pod(cluster, "without", enableServiceLinks=False)
    cluster.advance(30)
    assert environment(cluster, "with")["MY_DB_PORT_80_TCP_ADDR"] == created.spec.clusterIP
    assert "MY_DB_SERVICE_HOST" not in environment(cluster, "without")


MISSING = (
    ({"envFrom": (EnvFromSource(configMapRef=ConfigMapEnvSource(name="settings")),)}, 'configmap "settings" not found'),
    (
        {
            "env": (
                EnvVar(name="A", valueFrom=EnvVarSource(configMapKeyRef=ConfigMapKeySelector(name="there", key="no"))),
            )
        },
        "couldn't find key no in ConfigMap default/there",
    ),
    (
        {"env": (EnvVar(name="A", valueFrom=EnvVarSource(secretKeyRef=SecretKeySelector(name="login", key="user"))),)},
        'secret "login" not found',
    ),
)


@pytest.mark.parametrize(("fields", "message"), MISSING, ids=[row[1] for row in MISSING])
def test_what_is_missing_is_named_and_waited_for(cluster: Cluster, fields: dict[str, Any], message: str) -> None:
    there = config_map(cluster, "there", yes="1")
    make_pod(cluster, "web", **fields)
    cluster.advance(30)
    waiting = status(cluster, "web").state.waiting
    assert (waiting.reason, waiting.message) == ("CreateContainerConfigError", message)
    assert ("Warning", "Failed", f"Error: {message}") in [item[:3] for item in events(cluster, "web")]
    config_map(cluster, "settings", a="b")
    secret(cluster, "login", user="x")
    cluster.client.update(there.replace(data=FrozenMap({"no": "now"})))
    cluster.advance(5)
    assert status(cluster, "web").ready


def test_config_maps_and_secrets_as_files(cluster: Cluster) -> None:
    config_map(cluster, "site", **{"index.html": "<p>hi</p>", "other": "x"})
    secret(cluster, "creds", username="admin")
    volumes = (
        Volume(
            name="site",
            configMap=ConfigMapVolumeSource(name="site", items=(KeyToPath(key="index.html", path="i.html"),)),
        ),
        Volume(name="creds", secret=SecretVolumeSource(secretName="creds")),
    )
    mounts = (
        VolumeMount(name="site", mountPath="/site"),
        VolumeMount(name="creds", mountPath="/etc/creds", readOnly=True),
    )
    make_pod(cluster, "web", volumes=volumes, volumeMounts=mounts)
    cluster.advance(30)
    assert run(cluster, "web", "ls", "/etc/creds", "/site")[0] == "/etc/creds:\nusername\n\n/site:\ni.html\n"
    assert run(cluster, "web", "cat", "/etc/creds/username", "/site/i.html")[0] == "admin<p>hi</p>"
    assert run(cluster, "web", "sh", "-c", "echo x > /etc/creds/username")[2] == 2


def test_a_changed_config_map_arrives_within_a_minute(cluster: Cluster) -> None:
    made = config_map(cluster, "site", a="old")
    volumes = (Volume(name="site", configMap=ConfigMapVolumeSource(name="site")),)
    make_pod(cluster, "web", volumes=volumes, volumeMounts=(VolumeMount(name="site", mountPath="/site"),))
    cluster.advance(30)
    cluster.client.update(made.replace(data=FrozenMap({"a": "new"})))
    cluster.run_ready()
    assert run(cluster, "web", "cat", "/site/a")[0] == "old"
    cluster.advance(61)
    assert run(cluster, "web", "cat", "/site/a")[0] == "new"


def test_a_volume_that_cannot_be_mounted(cluster: Cluster) -> None:
    volumes = (Volume(name="site", configMap=ConfigMapVolumeSource(name="nope")),)
    make_pod(cluster, "web", volumes=volumes, volumeMounts=(VolumeMount(name="site", mountPath="/site"),))
    cluster.advance(5)
    assert status(cluster, "web").state.waiting.reason == "ContainerCreating"
    assert events(cluster, "web")[0][:3] == (
        "Warning",
        "FailedMount",
        'MountVolume.SetUp failed for volume "site" : configmap "nope" not found',
    )
    config_map(cluster, "nope", a="b")
    cluster.advance(30)
    assert status(cluster, "web").ready


def test_host_paths_are_the_nodes_own_and_outlive_pods(cluster: Cluster) -> None:
    volumes = (Volume(name="data", hostPath=HostPathVolumeSource(path="/tmp/data", type="DirectoryOrCreate")),)
    mounts = (VolumeMount(name="data", mountPath="/data"),)
    make_pod(cluster, "one", volumes=volumes, volumeMounts=mounts)
    make_pod(cluster, "two", volumes=volumes, volumeMounts=mounts)
    cluster.advance(30)
    run(cluster, "one", "sh", "-c", "echo hello > /data/f")
    assert run(cluster, "two", "cat", "/data/f")[0] == "hello\n"
    for name in ("one", "two"):
        cluster.client.delete("pods", name, "default")
    cluster.advance(60)
    make_pod(cluster, "three", volumes=volumes, volumeMounts=mounts)
    cluster.advance(30)
    assert run(cluster, "three", "cat", "/data/f")[0] == "hello\n"


def test_an_empty_dir_is_shared_in_the_pod_and_survives_restarts(cluster: Cluster) -> None:
    from k8snb.api.core.container import Container

    mounts = (VolumeMount(name="box", mountPath="/box"),)
    containers = (
        Container(
            name="a",
            image="busybox",
            command=("sh", "-c", "date +%s >> /box/log; sleep 5; exit 1"),
            volumeMounts=mounts,
        ),
        Container(name="b", image="nginx", volumeMounts=mounts),
    )
    make_pod(cluster, "web", containers=containers, volumes=(Volume(name="box", emptyDir=EmptyDirVolumeSource()),))
    cluster.advance(60)
    out, _, _ = run(cluster, "web", "wc", "-l", "/box/log", container="b")
    assert int(out.split()[0]) >= 3


def test_the_kubelets_own_files(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    cluster.advance(30)
    ip = get(cluster, "web").status.podIP
    assert run(cluster, "web", "tail", "-1", "/etc/hosts")[0] == f"{ip}\tweb\n"
    assert (
        "search default.svc.cluster.local svc.cluster.local cluster.local\n"
        in run(cluster, "web", "cat", "/etc/resolv.conf")[0]
    )
    folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    out, _, _ = run(cluster, "web", "cat", f"{folder}/namespace", f"{folder}/token")
    assert out.startswith("default")
    assert out.count(".") == 2


def test_users(cluster: Cluster) -> None:
    make_pod(cluster, "plain", securityContext=SecurityContext(runAsUser=1000))
    make_pod(cluster, "strict", securityContext=SecurityContext(runAsNonRoot=True))
    cluster.advance(40)
    assert run(cluster, "plain", "id", "-u")[0] == "1000\n"
    assert "Permission denied" in run(cluster, "plain", "sh", "-c", "echo x > /etc/passwd")[1]
    waiting = status(cluster, "strict").state.waiting
    assert waiting.reason == "CreateContainerConfigError"
    assert waiting.message.startswith("container has runAsNonRoot and image will run as root")


def test_the_termination_message(cluster: Cluster) -> None:
    command = ("sh", "-c", "echo because > /dev/termination-log; exit 1")
    make_pod(cluster, "task", "busybox", command=command, restartPolicy="Never")
    cluster.advance(30)
    assert status(cluster, "task").state.terminated.message == "because\n"
