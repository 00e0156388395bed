"""Day 2: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import minikube, near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
ECHO = "registry.k8s.io/echoserver:1.10"


@near_miss("D02-E1")
def the_lines_of_2018(c: Cluster) -> None:
    """`run` and `expose pod`: it answers in a browser, but there is no Deployment."""
    c.kubectl(f"run hello-minikube --image={ECHO} --port=8080")
    c.kubectl("expose pod hello-minikube --type=NodePort")
    c.settle()


@near_miss("D02-E1")
def inside_only(c: Cluster) -> None:
    """Without `--type` the Service is a ClusterIP: no door to the street."""
    c.kubectl(f"create deployment hello-minikube --image={ECHO} --port=8080")
    c.kubectl("expose deployment hello-minikube")
    c.settle()


@near_miss("D02-E1")
def wrong_target(c: Cluster) -> None:
    """Exposed on port 80: the parrot listens on 8080, so the door leads to a wall."""
    c.kubectl(f"create deployment hello-minikube --image={ECHO}")
    c.kubectl("expose deployment hello-minikube --type=NodePort --port=80")
    c.settle()


@near_miss("D02-E1")
def another_program(c: Cluster) -> None:
    """It runs and answers, but repeats nothing."""
    c.kubectl("create deployment hello-minikube --image=nginx --port=80")
    c.kubectl("expose deployment hello-minikube --type=NodePort")
    c.settle()


@near_miss("D02-E1")
def image_misspelt(c: Cluster) -> None:
    """The Deployment exists, its Pod waits for an image that does not: ImagePullBackOff."""
    c.kubectl("create deployment hello-minikube --image=registry.k8s.io/echo-server:1.10")
    c.kubectl("expose deployment hello-minikube --type=NodePort --port=8080")
    c.advance(60)


@near_miss("D02-E1")
def somebody_else_answers(c: Cluster) -> None:
    """The Service of that name leads to a bare Pod; the Deployment beside it has no door."""
    c.kubectl(f"create deployment hello-minikube --image={ECHO}")
    c.kubectl(f"run parrot --image={ECHO} --port=8080")
    c.kubectl("expose pod parrot --name=hello-minikube --type=NodePort")
    c.settle()


@near_miss("D02-E2")
def made_anew_in_the_morning(c: Cluster) -> None:
    """Another Deployment of the same name, as after `minikube delete`: the UID is not that of last night."""
    c.kubectl("delete deployment night-light")
    c.settle()
    minikube(c, "stop")
    minikube(c, "start")
    c.kubectl(["apply", "-f", str(FOLDER / "manifests/night-light.yaml")])
    c.settle()


@near_miss("D02-E2")
def slept_in(c: Cluster) -> None:
    """Stopped, but nobody has started it again."""
    minikube(c, "stop")
    c.advance(3600)


@near_miss("D02-E2")
def pods_only(c: Cluster) -> None:
    """The Deployment's Pods are new, but the cluster has never been closed."""
    c.kubectl("rollout restart deployment night-light")
    c.kubectl("rollout status deployment night-light")
    c.settle()


@near_miss("D02-E2")
def only_the_kubelet(c: Cluster) -> None:
    """The kubelet was away for a while; the machine was on all the time."""
    c.stop_component("kubelet/minikube")
    c.advance(120)
    c.start_component("kubelet/minikube")
    c.settle()


@near_miss("D02-E3")
def bookmark_without_a_room(c: Cluster) -> None:
    """The context has no namespace, so lantern went to `default`."""
    c.kubectl("create namespace market")
    c.kubectl("config set-context market --cluster=minikube --user=minikube")
    c.kubectl("config use-context market")
    c.kubectl("run lantern --image=nginx")
    c.settle()


@near_miss("D02-E3")
def never_turned_to(c: Cluster) -> None:
    """The context is right, but another one is still current."""
    c.kubectl("create namespace market")
    c.kubectl("config set-context market --cluster=minikube --user=minikube --namespace=market")
    c.kubectl("run lantern --image=nginx --context=market")
    c.settle()


@near_miss("D02-E3")
def names_forgotten(c: Cluster) -> None:
    """Only the namespace was given: an entry without cluster and user leads nowhere."""
    c.kubectl("create namespace market")
    c.kubectl("run lantern --image=nginx -n market")
    c.kubectl("config set-context market --namespace=market")
    c.kubectl("config use-context market")
    c.settle()


@near_miss("D02-E4")
def half_repaired(c: Cluster) -> None:
    """The context is right again; the number is not."""
    c.kubectl("config use-context minikube")


@near_miss("D02-E4")
def the_other_half(c: Cluster) -> None:
    """The number is right; the current context still does not exist."""
    c.kubectl("config set-cluster minikube --server=https://192.168.49.2:8443")


@near_miss("D02-E4")
def door_of_a_service(c: Cluster) -> None:
    """A Service's port is for customers; the API server's is 8443."""
    c.kubectl("config use-context minikube")
    c.kubectl("config set-cluster minikube --server=https://192.168.49.2:30390")


@near_miss("D02-E4")
def not_https(c: Cluster) -> None:
    """The port is right, but the API server speaks https only."""
    c.kubectl("config use-context minikube")
    c.kubectl("config set-cluster minikube --server=http://192.168.49.2:8443")


@near_miss("D02-E4")
def nobody_in_particular(c: Cluster) -> None:
    """A new context leads to the right counter, but its user is not in the book."""
    c.kubectl("config set-cluster minikube --server=https://192.168.49.2:8443")
    c.kubectl("config set-context kitchen --cluster=minikube --user=mei")


NEAR_MISSES = (
    the_lines_of_2018,
    inside_only,
    wrong_target,
    another_program,
    image_misspelt,
    somebody_else_answers,
    made_anew_in_the_morning,
    slept_in,
    pods_only,
    only_the_kubelet,
    bookmark_without_a_room,
    never_turned_to,
    names_forgotten,
    half_repaired,
    the_other_half,
    door_of_a_service,
    not_https,
    nobody_in_particular,
)
