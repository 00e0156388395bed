"""Day 2: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import minikube, solution

if TYPE_CHECKING:
    from k8snb import Cluster

ECHO = "registry.k8s.io/echoserver:1.10"


@solution("D02-E1")
def create_and_expose(c: Cluster) -> None:
    c.kubectl(f"create deployment hello-minikube --image={ECHO}")
    c.kubectl("rollout status deployment hello-minikube")
    c.kubectl("expose deployment hello-minikube --type=NodePort --port=8080")
    c.settle()


@solution("D02-E1")
def with_the_image_of_2018(c: Cluster) -> None:
    c.kubectl(
        "create deployment hello-minikube --image=gcr.io/google_containers/echoserver:1.8 --port=8080 --replicas=2"
    )
    c.kubectl("expose deployment hello-minikube --type=NodePort")
    c.settle()


@solution("D02-E1")
def minikubes_own_example(c: Cluster) -> None:
    """The start page of minikube uses another parrot, which says the path in another form."""
    c.kubectl("create deployment hello-minikube --image=kicbase/echo-server:1.0")
    c.kubectl("expose deployment hello-minikube --type=NodePort --port=8080")
    c.settle()


@solution("D02-E1")
def another_door_number(c: Cluster) -> None:
    c.kubectl(f"create deployment hello-minikube --image={ECHO}")
    c.kubectl("create service nodeport hello-minikube --tcp=80:8080 --node-port=30080")
    c.settle()


@solution("D02-E2")
def stop_and_start(c: Cluster) -> None:
    minikube(c, "stop")
    c.advance(8 * 3600)
    minikube(c, "start")
    c.kubectl("rollout status deployment night-light")
    c.settle()


@solution("D02-E3")
def namespace_context_pod(c: Cluster) -> None:
    c.kubectl("create namespace market")
    c.kubectl("config set-context market --cluster=minikube --user=minikube --namespace=market")
    c.kubectl("config use-context market")
    c.kubectl("run lantern --image=nginx")
    c.settle()


@solution("D02-E3")
def copied_and_changed(c: Cluster) -> None:
    """The entry that is there is renamed and given another namespace; the Pod is named with its own."""
    c.kubectl("create ns market")
    c.kubectl("run lantern --image=nginx -n market")
    c.kubectl("config rename-context minikube market")
    c.kubectl("config set-context --current --namespace=market")
    c.settle()


@solution("D02-E4")
def two_corrections(c: Cluster) -> None:
    c.kubectl("config use-context minikube")
    c.kubectl("config set-cluster minikube --server=https://192.168.49.2:8443")


@solution("D02-E4")
def minikube_knows(c: Cluster) -> None:
    minikube(c, "update-context")


@solution("D02-E4")
def new_entries(c: Cluster) -> None:
    c.kubectl("config set-cluster home --server=https://192.168.49.2:8443")
    c.kubectl("config set-context kitchen --cluster=home --user=minikube")


SOLUTIONS = (
    create_and_expose,
    with_the_image_of_2018,
    minikubes_own_example,
    another_door_number,
    stop_and_start,
    namespace_context_pod,
    copied_and_changed,
    two_corrections,
    minikube_knows,
    new_entries,
)
