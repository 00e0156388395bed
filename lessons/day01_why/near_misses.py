"""Day 1: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

WORKER = "minikube-m02"


def _crash(c: Cluster) -> None:
    pod = c.kubectl("get pods -l app=shop -o json").json()["items"][0]["metadata"]["name"]
    c.kubectl(["exec", pod, "--", "kill", "1"])
    c.advance(10)


@near_miss("D01-E1")
def deleted_not_crashed(c: Cluster) -> None:
    """A deleted Pod is replaced by another; no program was restarted."""
    pod = c.kubectl("get pods -l app=shop -o json").json()["items"][0]["metadata"]["name"]
    c.kubectl(["delete", "pod", pod])
    c.kubectl(["drain", WORKER, "--ignore-daemonsets"])
    c.settle()


@near_miss("D01-E1")
def sign_only(c: Cluster) -> None:
    """`cordon` keeps new Pods out; those that are there stay."""
    _crash(c)
    c.kubectl(["cordon", WORKER])
    c.settle()


@near_miss("D01-E1")
def drain_that_stopped(c: Cluster) -> None:
    """Without `--ignore-daemonsets` drain puts up the sign and then gives up."""
    _crash(c)
    c.kubectl(["drain", WORKER])
    c.settle()


@near_miss("D01-E1")
def closed_in_between(c: Cluster) -> None:
    """Everything off and on again: the machine was cleared, and so was the shop."""
    _crash(c)
    c.kubectl(["cordon", WORKER])
    c.kubectl("scale deployment shop --replicas=0")
    c.settle()
    c.kubectl("scale deployment shop --replicas=3")
    c.kubectl("rollout status deployment shop")
    c.settle()


@near_miss("D01-E1")
def plug_pulled(c: Cluster) -> None:
    """The machine was not cleared but switched off; its Pods were lost, not moved."""
    _crash(c)
    c.stop_component(f"node/{WORKER}")
    c.advance(400)


@near_miss("D01-E1")
def all_machines_at_once(c: Cluster) -> None:
    """Both machines are closed: there is no place left to go to."""
    _crash(c)
    c.kubectl(["drain", "minikube", WORKER, "--ignore-daemonsets", "--force", "--delete-emptydir-data"])
    c.advance(60)


BARE = """\
apiVersion: v1
kind: Pod
metadata:
  name: shop-{n}
  labels:
    app: shop
spec:
  nodeName: {node}
  containers:
  - name: page
    image: nginx
---
"""


@near_miss("D01-E2")
def three_by_hand(c: Cluster) -> None:
    """Three more Pods with the right label, but bare ones: six are on the list, three of them nobody replaces."""
    c.add_node("minikube-m03")
    # Of its own label a Deployment's ReplicaSet would take them for its own and delete them, but for the hash.
    c.apply("".join(BARE.format(n=n, node="minikube-m03") for n in range(3)))
    c.settle()


@near_miss("D01-E2")
def six_by_hand(c: Cluster) -> None:
    """Six bare Pods instead of the Deployment's."""
    c.add_node("minikube-m03")
    c.kubectl("scale deployment shop --replicas=0")
    c.settle()
    c.apply("".join(BARE.format(n=n, node="minikube-m03") for n in range(6)))
    c.settle()


@near_miss("D01-E2")
def no_new_floor(c: Cluster) -> None:
    """Six Pods, but on the two old machines."""
    c.kubectl("scale deployment shop --replicas=6")
    c.kubectl("rollout status deployment shop")
    c.settle()


@near_miss("D01-E2")
def floor_unused(c: Cluster) -> None:
    """The machine came after the Pods had been placed: nothing moves there by itself."""
    c.kubectl("scale deployment shop --replicas=6")
    c.kubectl("rollout status deployment shop")
    c.add_node("minikube-m03")
    c.settle()


@near_miss("D01-E2")
def not_enough(c: Cluster) -> None:
    """A third machine, but five Pods."""
    c.add_node("minikube-m03")
    c.kubectl("scale deployment shop --replicas=5")
    c.kubectl("rollout status deployment shop")
    c.settle()


def _knock(c: Cluster) -> None:
    c.http("http://192.168.49.2:30101/")
    c.http("http://192.168.49.2:30201/")


@near_miss("D01-E3")
def only_the_small_stalls(c: Cluster) -> None:
    """The left shop was never tried; one cannot conclude from one to the other."""
    c.kubectl("scale deployment till --replicas=0")
    c.settle()
    _knock(c)
    c.kubectl("scale deployment till --replicas=1")
    c.settle()


@near_miss("D01-E3")
def knocked_too_early(c: Cluster) -> None:
    """The visits were made while everything was still on."""
    _knock(c)
    c.kubectl("scale deployment big-stall till --replicas=0")
    c.settle()
    c.kubectl("scale deployment big-stall till --replicas=1")
    c.settle()


@near_miss("D01-E3")
def wrong_program(c: Cluster) -> None:
    """On the right the page was switched off, not the till."""
    c.kubectl("scale deployment big-stall page --replicas=0")
    c.settle()
    _knock(c)
    c.kubectl("scale deployment big-stall page --replicas=1")
    c.settle()


@near_miss("D01-E3")
def doors_walled_up(c: Cluster) -> None:
    """The tills' doors were taken away and put back; the programs ran on, and with them the page on the left."""
    manifests = [c.kubectl(["get", "service", door, "-o", "json"]).stdout for door in ("big-till", "till")]
    c.kubectl("delete service big-till till")
    c.settle()
    _knock(c)
    for manifest in manifests:
        c.apply(manifest)
    c.settle()


@near_miss("D01-E3")
def left_off(c: Cluster) -> None:
    """Everything was found out, and nobody has switched the tills on again."""
    c.kubectl("scale deployment big-stall till --replicas=0")
    c.settle()
    _knock(c)


NEAR_MISSES = (
    deleted_not_crashed,
    sign_only,
    drain_that_stopped,
    closed_in_between,
    plug_pulled,
    all_machines_at_once,
    three_by_hand,
    six_by_hand,
    no_new_floor,
    floor_unused,
    not_enough,
    only_the_small_stalls,
    knocked_too_early,
    wrong_program,
    doors_walled_up,
    left_off,
)
