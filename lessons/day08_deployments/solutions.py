"""Day 8: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import minikube, solution

if TYPE_CHECKING:
    from k8snb import Cluster


def visit(c: Cluster) -> None:
    """See the page from outside."""
    c.http(minikube(c, "service my-deployment-service --url").stdout.strip())


@solution("D08-E1")
def set_image(c: Cluster) -> None:
    visit(c)
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0")
    c.kubectl("rollout status deploy hello-deployment")
    c.advance(2)
    visit(c)


@solution("D08-E1")
def after_a_mistake(c: Cluster) -> None:
    visit(c)
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0")
    c.advance(60)
    c.kubectl("rollout undo deploy hello-deployment")
    c.kubectl("rollout status deploy hello-deployment")
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0")
    c.kubectl("rollout status deploy hello-deployment")
    c.advance(2)
    visit(c)


@solution("D08-E2")
def patch_and_restart(c: Cluster) -> None:
    c.kubectl(
        ["patch", "deploy", "order-deployment", "-p"]
        + ['{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}']
    )
    c.kubectl("rollout restart deploy order-deployment")
    c.kubectl("rollout status deploy order-deployment")


@solution("D08-E2")
def percentages(c: Cluster) -> None:
    c.kubectl(
        ["patch", "deploy", "order-deployment", "-p"]
        + ['{"spec":{"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}}}']
    )
    c.kubectl("set image deploy/order-deployment order=zxcvbnius/docker-demo:v2.0.0")
    c.kubectl("rollout status deploy order-deployment")


@solution("D08-E3")
def undo_to_revision_one(c: Cluster) -> None:
    c.kubectl("rollout undo deploy menu-deployment --to-revision=1")
    c.kubectl("rollout status deploy menu-deployment")
    why = "kubernetes.io/change-cause=back to the page before the wrong prices"
    c.kubectl(["annotate", "deploy/menu-deployment", why])


@solution("D08-E3")
def by_hand_but_explained(c: Cluster) -> None:
    c.kubectl("set image deploy/menu-deployment menu=zxcvbnius/docker-demo:latest")
    c.kubectl(["annotate", "deploy/menu-deployment", "kubernetes.io/change-cause=wrong prices in v2.0.0"])
    c.kubectl("rollout status deploy menu-deployment")
    c.settle()


@solution("D08-E4")
def create_and_expose(c: Cluster) -> None:
    minikube(c, "image load hello-node:v1")
    c.kubectl("create deployment hello-node --image=hello-node:v1 --port=8080 --replicas=2")
    c.kubectl("rollout status deployment hello-node")
    c.kubectl("expose deployment hello-node --type=LoadBalancer")
    c.settle()


SOLUTIONS = (
    set_image,
    after_a_mistake,
    patch_and_restart,
    percentages,
    undo_to_revision_one,
    by_hand_but_explained,
    create_and_expose,
)
