"""Day 8: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import minikube, near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent


def _visit(c: Cluster) -> None:
    c.http(minikube(c, "service my-deployment-service --url").stdout.strip())


@near_miss("D08-E1")
def deleted_and_made_anew(c: Cluster) -> None:
    """Another Deployment of the same name: in between nobody served."""
    _visit(c)
    c.kubectl("delete deploy hello-deployment")
    c.settle()
    manifest = (FOLDER / "manifests/my-deployment.yaml").read_text(encoding="utf-8")
    c.apply(manifest.replace(":latest", ":v2.0.0"))
    c.kubectl("rollout status deploy hello-deployment")
    _visit(c)


@near_miss("D08-E1")
def wrong_container_name(c: Cluster) -> None:
    """The Deployment's name is not the container's: the command fails and nothing is released."""
    _visit(c)
    c.kubectl("set image deploy/hello-deployment hello-deployment=zxcvbnius/docker-demo:v2.0.0")
    c.settle()
    _visit(c)


@near_miss("D08-E1")
def tag_that_does_not_exist(c: Cluster) -> None:
    """The release is stuck with ImagePullBackOff; the old Pods still serve."""
    _visit(c)
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0")
    c.advance(900)
    _visit(c)


@near_miss("D08-E1")
def all_at_once(c: Cluster) -> None:
    """Recreate takes every old Pod down before the first new one: a gap."""
    _visit(c)
    c.kubectl(
        ["patch", "deploy", "hello-deployment", "-p", '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}']
    )
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0")
    c.kubectl("rollout status deploy hello-deployment")
    _visit(c)


@near_miss("D08-E1")
def nobody_looked(c: Cluster) -> None:
    """The release is fine, but there is no proof from outside."""
    c.kubectl("set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0")
    c.kubectl("rollout status deploy hello-deployment")


def _strategy(c: Cluster, strategy: str) -> None:
    c.kubectl(["patch", "deploy", "order-deployment", "-p", '{"spec":{"strategy":' + strategy + "}}"])
    c.kubectl("rollout restart deploy order-deployment")
    c.kubectl("rollout status deploy order-deployment")
    c.settle()


@near_miss("D08-E2")
def neither_more_nor_fewer(c: Cluster) -> None:
    """Both 0: the server refuses it, and the release runs with the old strategy."""
    _strategy(c, '{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}')


@near_miss("D08-E2")
def recreate(c: Cluster) -> None:
    """Never more than three, but at one moment none."""
    _strategy(c, '{"type":"Recreate","rollingUpdate":null}')


@near_miss("D08-E2")
def one_more_and_one_fewer(c: Cluster) -> None:
    """The surge is right, but one may still be missing."""
    _strategy(c, '{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1}}')


@near_miss("D08-E2")
def changed_afterwards(c: Cluster) -> None:
    """Released with the old strategy; the right one came too late for that."""
    c.kubectl("rollout restart deploy order-deployment")
    c.kubectl("rollout status deploy order-deployment")
    c.kubectl(
        ["patch", "deploy", "order-deployment", "-p"]
        + ['{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}']
    )
    c.settle()


@near_miss("D08-E3")
def one_step_back(c: Cluster) -> None:
    """`undo` without a number goes to revision 2, which had the wrong prices."""
    c.kubectl("rollout undo deploy menu-deployment")
    c.kubectl("rollout status deploy menu-deployment")
    c.kubectl(["annotate", "deploy/menu-deployment", "kubernetes.io/change-cause=back to revision 1"])
    c.settle()


@near_miss("D08-E3")
def by_hand_and_unexplained(c: Cluster) -> None:
    """The template is the same as that of revision 1, but CHANGE-CAUSE says <none>."""
    c.kubectl("set image deploy/menu-deployment menu=zxcvbnius/docker-demo:latest")
    c.kubectl("rollout status deploy menu-deployment")
    c.settle()


@near_miss("D08-E4")
def bare_pods(c: Cluster) -> None:
    """Two Pods and a Service, but nobody who replaces a Pod."""
    minikube(c, "image load hello-node:v1")
    c.kubectl("run hello-node --image=hello-node:v1 --port=8080 --labels=app=hello-node")
    c.kubectl("run hello-node-2 --image=hello-node:v1 --port=8080 --labels=app=hello-node")
    c.kubectl("expose pod hello-node --type=LoadBalancer")
    c.settle()


@near_miss("D08-E4")
def one_is_not_two(c: Cluster) -> None:
    """A Deployment behind a load balancer, but with a single Pod."""
    minikube(c, "image load hello-node:v1")
    c.kubectl("create deployment hello-node --image=hello-node:v1 --port=8080")
    c.kubectl("expose deployment hello-node --type=LoadBalancer")
    c.settle()


NEAR_MISSES = (
    deleted_and_made_anew,
    wrong_container_name,
    tag_that_does_not_exist,
    all_at_once,
    nobody_looked,
    neither_more_nor_fewer,
    recreate,
    one_more_and_one_fewer,
    changed_afterwards,
    one_step_back,
    by_hand_and_unexplained,
    bare_pods,
    one_is_not_two,
)
