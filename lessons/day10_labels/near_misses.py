"""Day 10: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent


def _pod() -> str:
    return (FOLDER / "manifests/my-pod-with-node-selector.yaml").read_text(encoding="utf-8")


def _anew(c: Cluster, manifest: str) -> None:
    c.kubectl("delete pod my-pod")
    c.apply(manifest)
    c.settle()


@near_miss("D10-E1")
def label_on_the_pod(c: Cluster) -> None:
    """The Pod asks for it; that the Pod itself carries it helps nobody."""
    c.kubectl("label pod my-pod hardware=high-memory")
    c.settle()


@near_miss("D10-E1")
def spelt_without_the_hyphen(c: Cluster) -> None:
    """highmemory is not high-memory."""
    c.kubectl("label node minikube hardware=highmemory")
    c.settle()


@near_miss("D10-E1")
def wish_given_up(c: Cluster) -> None:
    """Made anew without a nodeSelector: it runs, but anywhere, and it is another Pod."""
    _anew(c, _pod().partition("  nodeSelector:")[0])


@near_miss("D10-E1")
def wish_given_up_and_labelled(c: Cluster) -> None:
    """The machine is labelled, but the Pod was made anew without its wish."""
    c.kubectl("label node minikube hardware=high-memory")
    _anew(c, _pod().partition("  nodeSelector:")[0])


@near_miss("D10-E1")
def placed_by_hand(c: Cluster) -> None:
    """spec.nodeName passes the scheduler by; and it is another Pod."""
    c.kubectl("label node minikube hardware=high-memory")
    _anew(c, _pod() + "  nodeName: minikube\n")


@near_miss("D10-E1")
def made_anew_afterwards(c: Cluster) -> None:
    """Labelled, then made anew: this Pod never had to wait."""
    c.kubectl("delete pod my-pod")
    c.kubectl("label node minikube hardware=high-memory")
    c.apply(_pod())
    c.settle()


@near_miss("D10-E1")
def another_machine(c: Cluster) -> None:
    """The Pod runs, but on a machine that has no more memory than before."""
    c.kubectl("label node minikube-m03 hardware=high-memory")
    c.settle()


def _select(c: Cluster, deployment: str, selector: str) -> None:
    c.kubectl(["patch", "deployment", deployment, "-p", '{"spec":{"template":{"spec":{' + selector + "}}}}"])
    c.settle()


@near_miss("D10-E2")
def closed_for_the_others(c: Cluster) -> None:
    """Machines were cordoned until the Pods had nowhere else to go."""
    for deployment, closed in (("grinder", "minikube minikube-m04"), ("photos", "minikube-m02 minikube-m03 minikube")):
        c.kubectl(f"cordon {closed}")
        c.kubectl(f"rollout restart deployment {deployment}")
        c.settle()
        c.kubectl("uncordon minikube minikube-m02 minikube-m03 minikube-m04")


@near_miss("D10-E2")
def by_the_machines_names(c: Cluster) -> None:
    """Right today; but tomorrow another machine may be the one with the memory."""
    _select(c, "grinder", '"nodeSelector":{"kubernetes.io/hostname":"minikube-m02"}')
    _select(c, "photos", '"nodeSelector":{"kubernetes.io/hostname":"minikube-m04"}')


@near_miss("D10-E2")
def by_node_name(c: Cluster) -> None:
    """nodeName ties the Pods to one machine, past the scheduler."""
    _select(c, "grinder", '"nodeName":"minikube-m02"')
    _select(c, "photos", '"nodeName":"minikube-m04"')


@near_miss("D10-E2")
def labels_moved_to_the_pods(c: Cluster) -> None:
    """The machines were relabelled to suit where the Pods happened to be."""
    c.kubectl("label node minikube minikube-m02 minikube-m03 minikube-m04 pool- --overwrite")
    for app, pool in (("grinder", "cpu"), ("photos", "memory")):
        for pod in c.kubectl(f"get pods -l app={app} -o json").json()["items"]:
            c.kubectl(f"label node {pod['spec']['nodeName']} pool={pool} --overwrite")
    c.settle()


@near_miss("D10-E2")
def only_one_of_them(c: Cluster) -> None:
    """photos is still anywhere."""
    _select(c, "grinder", '"nodeSelector":{"pool":"cpu"}')


@near_miss("D10-E2")
def pool_misspelt(c: Cluster) -> None:
    """No machine has pool=mem: the release is stuck with a Pod that is Pending."""
    _select(c, "grinder", '"nodeSelector":{"pool":"cpu"}')
    _select(c, "photos", '"nodeSelector":{"pool":"mem"}')


@near_miss("D10-E2")
def label_of_the_pods(c: Cluster) -> None:
    """pool=… as a label of the Pods says nothing about machines."""
    for name, pool in (("grinder", "cpu"), ("photos", "memory")):
        patch = '{"spec":{"template":{"metadata":{"labels":{"pool":"' + pool + '"}}}}}'
        c.kubectl(["patch", "deployment", name, "-p", patch])
    c.settle()


def _annotate(c: Cluster, selector: str) -> None:
    c.kubectl(["annotate", "pods", "-l", selector, "restart=tonight"])


@near_miss("D10-E3")
def only_those_that_have_one(c: Cluster) -> None:
    """`in (test,staging)` forgets the Pod that has no env at all."""
    _annotate(c, "tier=backend,env in (test,staging)")


@near_miss("D10-E3")
def half_of_the_condition(c: Cluster) -> None:
    """Without tier=backend, the others are told too."""
    _annotate(c, "env!=production")


@near_miss("D10-E3")
def the_other_half(c: Cluster) -> None:
    """Production is told too."""
    _annotate(c, "tier=backend")


@near_miss("D10-E3")
def by_an_annotation(c: Cluster) -> None:
    """version=latest is an annotation: nothing is selected by it."""
    _annotate(c, "version=latest")


@near_miss("D10-E3")
def as_a_label(c: Cluster) -> None:
    """The right Pods, but a label instead of an annotation."""
    c.kubectl(["label", "pods", "-l", "tier=backend,env!=production", "restart=tonight"])


@near_miss("D10-E3")
def everybody(c: Cluster) -> None:
    """All Pods are told."""
    c.kubectl("annotate pods --all restart=tonight")


def _one(c: Cluster) -> str:
    return str(c.kubectl("get pods -l app=shop -o json").json()["items"][0]["metadata"]["name"])


@near_miss("D10-E4")
def deleted(c: Cluster) -> None:
    """A Pod that is gone cannot be examined."""
    c.kubectl(f"delete pod {_one(c)}")
    c.settle()


@near_miss("D10-E4")
def four_of_them(c: Cluster) -> None:
    """Scaling up takes nobody out of service."""
    c.kubectl("scale deployment shop --replicas=4")
    c.settle()


@near_miss("D10-E4")
def a_label_nobody_asks_for(c: Cluster) -> None:
    """`tier` is in neither selector."""
    c.kubectl(f"label pod {_one(c)} tier=quarantine --overwrite")
    c.settle()


@near_miss("D10-E4")
def only_the_replica_set_let_go(c: Cluster) -> None:
    """Without pod-template-hash the ReplicaSet lets go, but the Service still sends customers."""
    c.kubectl(f"label pod {_one(c)} pod-template-hash-")
    c.settle()


@near_miss("D10-E4")
def a_stranger(c: Cluster) -> None:
    """A new Pod beside the shop is not one of the three."""
    c.kubectl("run suspect --image=zxcvbnius/docker-demo --labels=app=quarantine")
    c.settle()


@near_miss("D10-E4")
def one_fewer_for_the_customers(c: Cluster) -> None:
    """The Deployment was told to make do with two."""
    c.kubectl(f"label pod {_one(c)} app=quarantine --overwrite")
    c.kubectl("scale deployment shop --replicas=2")
    c.settle()


NEAR_MISSES = (
    label_on_the_pod,
    spelt_without_the_hyphen,
    wish_given_up,
    wish_given_up_and_labelled,
    placed_by_hand,
    made_anew_afterwards,
    another_machine,
    closed_for_the_others,
    by_the_machines_names,
    by_node_name,
    labels_moved_to_the_pods,
    only_one_of_them,
    pool_misspelt,
    label_of_the_pods,
    only_those_that_have_one,
    half_of_the_condition,
    the_other_half,
    by_an_annotation,
    as_a_label,
    everybody,
    deleted,
    four_of_them,
    a_label_nobody_asks_for,
    only_the_replica_set_let_go,
    a_stranger,
    one_fewer_for_the_customers,
)
