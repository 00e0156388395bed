"""Day 7: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
CLIPBOARD = "manifests/my-replication-controller.yaml"
TEA = "manifests/tea-stand.yaml"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _first(c: Cluster, label: str) -> str:
    return str(c.kubectl(["get", "pods", "-l", label, "-o", "json"]).json()["items"][0]["metadata"]["name"])


@near_miss("D07-E1")
def four_by_hand(c: Cluster) -> None:
    """Four bare Pods with the right label: nobody counts them."""
    for number in range(4):
        c.kubectl(f"run tea-{number} --image=zxcvbnius/docker-demo --labels=app=hello-pod-v1")
    c.settle()


@near_miss("D07-E1")
def three_and_a_stranger(c: Cluster) -> None:
    """Three counted and one let out by a new label: four on the screen, three of its own."""
    c.apply(_read(CLIPBOARD))
    c.settle()
    c.kubectl(["label", "pod", _first(c, "version=v1"), "app=other", "--overwrite"])
    c.settle()


@near_miss("D07-E1")
def down_from_five(c: Cluster) -> None:
    """One was deleted, but by the controller, which had been told to have fewer."""
    c.apply(_read(CLIPBOARD).replace("replicas: 3", "replicas: 5"))
    c.settle()
    c.kubectl("scale rc my-replication-controller --replicas=4")
    c.settle()


@near_miss("D07-E1")
def down_and_up(c: Cluster) -> None:
    """Scaled to three and to four again: a Pod went and a Pod came, each because it was ordered."""
    c.apply(_read(CLIPBOARD).replace("replicas: 3", "replicas: 4"))
    c.settle()
    c.kubectl("scale rc my-replication-controller --replicas=3")
    c.kubectl("scale rc my-replication-controller --replicas=4")
    c.settle()


@near_miss("D07-E1")
def nothing_deleted(c: Cluster) -> None:
    """Four from the start, and nobody has been replaced."""
    c.apply(_read(CLIPBOARD))
    c.kubectl("scale rc my-replication-controller --replicas=4")
    c.settle()


@near_miss("D07-E1")
def replaced_and_three(c: Cluster) -> None:
    """Replaced, but still three."""
    c.apply(_read(CLIPBOARD))
    c.settle()
    c.kubectl(["delete", "pod", _first(c, "version=v1")])
    c.settle()


@near_miss("D07-E2")
def all_of_them(c: Cluster) -> None:
    """The ordinary way takes the Pods along."""
    c.kubectl("delete rc night-shift")
    c.settle()


@near_miss("D07-E2")
def made_anew(c: Cluster) -> None:
    """Deleted with the Pods; three bare ones of the same kind were made afterwards."""
    c.kubectl("delete rc night-shift")
    c.settle()
    for number in range(3):
        c.kubectl(f"run night-shift-{number} --image=zxcvbnius/docker-demo --labels=app=night-shift")
    c.settle()


@near_miss("D07-E2")
def told_to_have_none(c: Cluster) -> None:
    """With 0 replicas the controller itself deletes its Pods."""
    c.kubectl("scale rc night-shift --replicas=0")
    c.settle()
    c.kubectl("delete rc night-shift --cascade=orphan")
    c.settle()


@near_miss("D07-E2")
def adopted_again(c: Cluster) -> None:
    """The orphans have found a new boss of the same name."""
    c.kubectl("delete rc night-shift --cascade=orphan")
    c.settle()
    c.apply(_read("manifests/night-shift.yaml"))
    c.settle()


@near_miss("D07-E2")
def adopted_by_another(c: Cluster) -> None:
    """Gone, and the Pods run; but a ReplicaSet with the same label has taken them over."""
    c.kubectl("delete rc night-shift --cascade=orphan")
    c.settle()
    c.apply(
        """\
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: day-shift
spec:
  replicas: 3
  selector:
    matchLabels:
      app: night-shift
  template:
    metadata:
      labels:
        app: night-shift
    spec:
      containers:
      - name: my-pod
        image: zxcvbnius/docker-demo
"""
    )
    c.settle()


@near_miss("D07-E3")
def as_it_is(c: Cluster) -> None:
    """The server refuses it: nothing exists."""
    c.apply(_read(TEA))
    c.settle()


@near_miss("D07-E3")
def broken_even_more(c: Cluster) -> None:
    """A slipped line: kubectl cannot read it, the server never sees it."""
    c.apply(_read(TEA).replace("        app: coffee", "       app: tea\n        app: tea"))
    c.settle()


@near_miss("D07-E3")
def coffee_then(c: Cluster) -> None:
    """The selector was fitted to the label: it is accepted, but it counts coffee."""
    c.apply(_read(TEA).replace("app: tea", "app: coffee"))
    c.settle()


@near_miss("D07-E3")
def selector_thrown_out(c: Cluster) -> None:
    """Without a selector it is accepted, and counts what the template says: coffee."""
    c.apply(_read(TEA).replace("  selector:\n    app: tea\n", ""))
    c.settle()


@near_miss("D07-E3")
def tea_by_hand(c: Cluster) -> None:
    """Two bare Pods with the right label; nobody counts them."""
    for number in (1, 2):
        c.kubectl(f"run tea-stand-{number} --image=zxcvbnius/docker-demo --labels=app=tea")
    c.settle()


@near_miss("D07-E3")
def adopted_tea(c: Cluster) -> None:
    """It counts tea, but its number was changed on the way: one."""
    c.apply(_read(TEA).replace("app: coffee", "app: tea").replace("replicas: 2", "replicas: 1"))
    c.settle()


@near_miss("D07-E4")
def thrown_away(c: Cluster) -> None:
    """Deleted and replaced: there is nothing left to examine."""
    c.kubectl(["delete", "pod", _first(c, "app=stalls")])
    c.settle()


@near_miss("D07-E4")
def wrong_note(c: Cluster) -> None:
    """With another `shift` the controller lets it go, but the Service selects by `app` alone and still sends customers."""
    c.kubectl(["label", "pod", _first(c, "app=stalls"), "shift=none", "--overwrite"])
    c.settle()


@near_miss("D07-E4")
def one_more(c: Cluster) -> None:
    """Four instead of three: none of them is out."""
    c.kubectl("scale rc stalls --replicas=4")
    c.settle()


@near_miss("D07-E4")
def nobody_counts_any_more(c: Cluster) -> None:
    """One has another label, but the controller was deleted, too."""
    c.kubectl("delete rc stalls --cascade=orphan")
    c.settle()
    c.kubectl(["label", "pod", _first(c, "app=stalls"), "app=quarantine", "--overwrite"])
    c.settle()


@near_miss("D07-E4")
def another_of_the_same_kind(c: Cluster) -> None:
    """A fresh Pod is being examined, not the one that served the customers."""
    c.kubectl("run quarantine --image=zxcvbnius/docker-demo --labels=app=quarantine")
    c.settle()


NEAR_MISSES = (
    four_by_hand,
    three_and_a_stranger,
    down_from_five,
    down_and_up,
    nothing_deleted,
    replaced_and_three,
    all_of_them,
    made_anew,
    told_to_have_none,
    adopted_again,
    adopted_by_another,
    as_it_is,
    broken_even_more,
    coffee_then,
    selector_thrown_out,
    tea_by_hand,
    adopted_tea,
    thrown_away,
    wrong_note,
    one_more,
    nobody_counts_any_more,
    another_of_the_same_kind,
)
