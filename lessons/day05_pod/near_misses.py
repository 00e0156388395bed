"""Day 5: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import minikube, near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
FIRST = "manifests/my-first-pod.yaml"


def _stall(c: Cluster) -> None:
    c.kubectl(["create", "-f", FIRST], cwd=str(FOLDER))
    c.settle()


@near_miss("D05-E1")
def relabelled_afterwards(c: Cluster) -> None:
    """The Service exists and has a node port, but the Pod no longer has the label it selects: no endpoints."""
    _stall(c)
    c.kubectl("expose pod my-pod --type=NodePort --name=my-pod-service")
    c.kubectl("label pods my-pod app=web --overwrite")
    c.settle()


@near_miss("D05-E1")
def selector_misspelt(c: Cluster) -> None:
    """Pod and Service are fine by themselves, but the Service selects a label nobody has."""
    _stall(c)
    c.kubectl("expose pod my-pod --type=NodePort --name=my-pod-service")
    c.kubectl(["set", "selector", "service", "my-pod-service", "app=web-server"])
    c.settle()


@near_miss("D05-E1")
def target_port_of_the_dockerfile(c: Cluster) -> None:
    """The Dockerfile says EXPOSE 300, but the program listens on 3000: there is an endpoint, and nobody answers."""
    _stall(c)
    c.kubectl("expose pod my-pod --type=NodePort --port=3000 --target-port=300 --name=my-pod-service")
    c.settle()


@near_miss("D05-E1")
def inside_only(c: Cluster) -> None:
    """A ClusterIP Service answers inside the cluster only."""
    _stall(c)
    c.kubectl("expose pod my-pod --name=my-pod-service")
    c.settle()


@near_miss("D05-E1")
def forgotten_label(c: Cluster) -> None:
    """It answers from outside, but the Pod does not carry the label that was asked for."""
    c.kubectl("run my-pod --image=zxcvbnius/docker-demo --port=3000")
    c.kubectl("expose pod my-pod --type=NodePort")
    c.settle()


@near_miss("D05-E2")
def curl_from_outside(c: Cluster) -> None:
    """The Service's URL was fetched from the host: that proves nothing about the Pod as seen from inside."""
    _stall(c)
    c.kubectl("expose pod my-pod --type=NodePort --name=my-pod-service")
    c.kubectl("run alpine --image=alpine --restart=Never -- sleep 3600")
    c.settle()
    c.kubectl("exec alpine -- apk add --no-cache curl")
    c.http(minikube(c, "service my-pod-service --url").stdout.strip())


@near_miss("D05-E2")
def through_the_service(c: Cluster) -> None:
    """alpine asked, but the Service's address, not the Pod's."""
    _stall(c)
    c.kubectl("expose pod my-pod --name=my-pod-service")
    c.kubectl("run alpine --image=alpine --restart=Never -- sleep 3600")
    c.settle()
    c.kubectl("exec alpine -- apk add --no-cache curl")
    ip = c.kubectl("get service my-pod-service -o json").json()["spec"]["clusterIP"]
    c.kubectl(["exec", "alpine", "--", "curl", "-s", f"http://{ip}:3000"])


@near_miss("D05-E2")
def shell_left_at_once(c: Cluster) -> None:
    """Without a keyboard the shell ends at once: alpine is Completed, not running."""
    _stall(c)
    c.kubectl("run alpine --image=alpine --restart=Never -- sh")
    c.settle()


@near_miss("D05-E3")
def everything_marked(c: Cluster) -> None:
    """All Pods are marked: nothing was selected."""
    c.kubectl("label pods --all inspect=yes")


@near_miss("D05-E3")
def one_label_only(c: Cluster) -> None:
    """Only half of the condition was used."""
    c.kubectl("label pods -l version=latest inspect=yes")


@near_miss("D05-E3")
def made_to_fit(c: Cluster) -> None:
    """The labels were changed until everything fitted."""
    c.kubectl("label pods --all app=webserver version=latest inspect=yes --overwrite")


@near_miss("D05-E4")
def as_it_came(c: Cluster) -> None:
    """The flat manifest is refused by the server: nothing exists."""
    c.kubectl("create -f manifests/flat-pod.yaml", cwd=str(FOLDER))
    c.settle()


@near_miss("D05-E4")
def label_left_out(c: Cluster) -> None:
    """Made with `run` from memory: it runs, but label and container name are not those of the manifest."""
    c.kubectl("run menu-pod --image=zxcvbnius/docker-demo --port=3000")
    c.settle()


NEAR_MISSES = (
    relabelled_afterwards,
    selector_misspelt,
    target_port_of_the_dockerfile,
    inside_only,
    forgotten_label,
    curl_from_outside,
    through_the_service,
    shell_left_at_once,
    everything_marked,
    one_label_only,
    made_to_fit,
    as_it_came,
    label_left_out,
)
