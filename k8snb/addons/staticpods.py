"""The static Pods of a control-plane node, as the kubelet's mirror Pods show them: etcd and the three control-plane
programs.

Their real counterparts run from files in /etc/kubernetes/manifests; here the engine's components do the work, and the
Pods stand for them. One row of `_PROGRAMS` each.
"""

from __future__ import annotations

from hashlib import md5
from typing import NamedTuple

from k8snb.api.core.container import Container, HTTPGetAction, Probe, ResourceRequirements, VolumeMount
from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod, PodSpec, Toleration
from k8snb.api.core.volume import HostPathVolumeSource, Volume
from k8snb.api.meta import ObjectMeta, OwnerReference
from k8snb.api.model import FrozenMap


class Program(NamedTuple):
    """One control-plane program: its image, arguments after its name, what it asks for, and where its health is
    asked.
    """

    name: str
    image: str
    arguments: tuple[str, ...]
    requests: tuple[tuple[str, str], ...]
    health: tuple[str, int, str]
    paths: tuple[tuple[str, str], ...]


_CERTS = ("k8s-certs", "/var/lib/minikube/certs")


def _programs(ip: str, version: str, service_cidr: str, node_ports: str) -> tuple[Program, ...]:
    registry, certs = "registry.k8s.io", _CERTS[1]
    ranges = (f"--service-node-port-range={node_ports}",) if node_ports else ()
    return (
        Program(
            "etcd",
            f"{registry}/etcd:3.6.6-0",
            (f"--advertise-client-urls=https://{ip}:2379", "--data-dir=/var/lib/minikube/etcd",
             f"--listen-client-urls=https://127.0.0.1:2379,https://{ip}:2379", "--snapshot-count=10000"),
            (("cpu", "100m"), ("memory", "100Mi")),
            ("/readyz", 2381, "HTTP"),
            (("etcd-certs", f"{certs}/etcd"), ("etcd-data", "/var/lib/minikube/etcd")),
        ),
        Program(
            "kube-apiserver",
            f"{registry}/kube-apiserver:{version}",
            (f"--advertise-address={ip}", "--allow-privileged=true", "--authorization-mode=Node,RBAC",
             f"--client-ca-file={certs}/ca.crt",
             "--enable-admission-plugins=NamespaceLifecycle,LimitRanger,ServiceAccount,DefaultStorageClass,"
             "DefaultTolerationSeconds,NodeRestriction,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,ResourceQuota",
             "--etcd-servers=https://127.0.0.1:2379", "--secure-port=8443",
             f"--service-cluster-ip-range={service_cidr}", *ranges),
            (("cpu", "250m"),),
            ("/readyz", 8443, "HTTPS"),
            (_CERTS,),
        ),
        Program(
            "kube-controller-manager",
            f"{registry}/kube-controller-manager:{version}",
            ("--allocate-node-cidrs=true", "--bind-address=127.0.0.1", "--cluster-cidr=10.244.0.0/16",
             "--cluster-name=mk",
             "--controllers=*,bootstrapsigner,tokencleaner", "--kubeconfig=/etc/kubernetes/controller-manager.conf",
             "--leader-elect=false", f"--service-cluster-ip-range={service_cidr}",
             "--use-service-account-credentials=true"),
            (("cpu", "200m"),),
            ("/healthz", 10257, "HTTPS"),
            (_CERTS, ("kubeconfig", "/etc/kubernetes/controller-manager.conf")),
        ),
        Program(
            "kube-scheduler",
            f"{registry}/kube-scheduler:{version}",
            ("--authentication-kubeconfig=/etc/kubernetes/scheduler.conf", "--bind-address=127.0.0.1",
             "--kubeconfig=/etc/kubernetes/scheduler.conf", "--leader-elect=false"),
            (("cpu", "100m"),),
            ("/readyz", 10259, "HTTPS"),
            (("kubeconfig", "/etc/kubernetes/scheduler.conf"),),
        ),
    )  # fmt: skip


#: what really runs, whatever older version a cluster says it is
_SIMULATED = "v1.36"


def static_pods(node: Node, ip: str, version: str, service_cidr: str, node_ports: str = "") -> tuple[Pod, ...]:
    """The mirror Pods of a control-plane node. `node_ports` (`1-50000`) is the API server's range, if it is not the
    default.
    """
    version = version if version.startswith(_SIMULATED) else f"{_SIMULATED}.2"
    return tuple(_pod(node, ip, program) for program in _programs(ip, version, service_cidr, node_ports))


def _pod(node: Node, ip: str, program: Program) -> Pod:
    path, port, scheme = program.health
    probe = Probe(
        httpGet=HTTPGetAction(host="127.0.0.1", path=path, port=port, scheme=scheme),
        failureThreshold=8,
        initialDelaySeconds=10,
        timeoutSeconds=15,
        periodSeconds=10,
        successThreshold=1,
    )
    container = Container(
        name=program.name,
        image=program.image,
        imagePullPolicy="IfNotPresent",
        command=(program.name, *program.arguments),
        resources=ResourceRequirements(requests=FrozenMap(program.requests)),
        livenessProbe=probe,
        volumeMounts=tuple(VolumeMount(name=name, mountPath=at) for name, at in program.paths),
    )
    volumes = tuple(
        Volume(name=name, hostPath=HostPathVolumeSource(path=at, type="DirectoryOrCreate"))
        for name, at in program.paths
    )
    digest = md5(repr(program).encode(), usedforsecurity=False).hexdigest()
    annotations = {
        "kubernetes.io/config.hash": digest,
        "kubernetes.io/config.mirror": digest,
        "kubernetes.io/config.source": "file",
    }
    name = node.metadata.name
    owner = OwnerReference(apiVersion="v1", controller=True, kind="Node", name=name, uid=node.metadata.uid)
    meta = ObjectMeta(
        name=f"{program.name}-{name}",
        namespace="kube-system",
        labels=FrozenMap({"component": program.name, "tier": "control-plane"}),
        annotations=FrozenMap(annotations),
        ownerReferences=(owner,),
    )
    spec = PodSpec(
        containers=(container,),
        volumes=volumes,
        nodeName=name,
        hostNetwork=True,
        priorityClassName="system-node-critical",
        tolerations=(Toleration(operator="Exists", effect="NoExecute"),),
    )
    return Pod(metadata=meta, spec=spec)
