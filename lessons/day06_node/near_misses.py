"""Day 6: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

PAGE = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  labels:
    app: {label}
spec:
  nodeName: {node}
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
    ports:
    - containerPort: 3000
---
"""


@near_miss("D06-E1")
def two_pods(c: Cluster) -> None:
    """Two Pods have two addresses; alpine reached the page over its Pod IP, not over localhost."""
    c.kubectl("run pair --image=alpine --command -- sleep 86400")
    c.kubectl("run pod-demo --image=zxcvbnius/docker-demo")
    c.settle()
    ip = c.kubectl("get pod pod-demo -o json").json()["status"]["podIP"]
    c.kubectl(["exec", "pair", "--", "wget", "-qO-", f"http://{ip}:3000"])


def _pair(c: Cluster, alpine: str) -> None:
    c.apply(
        f"""\
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
  - name: alpine
{alpine}"""
    )
    c.advance(60)


@near_miss("D06-E1")
def nothing_to_do(c: Cluster) -> None:
    """alpine's shell has no keyboard and ends at once, again and again: CrashLoopBackOff."""
    _pair(c, "    image: alpine\n")


@near_miss("D06-E1")
def same_cook_twice(c: Cluster) -> None:
    """The second container is the page once more: both want port 3000."""
    _pair(c, "    image: zxcvbnius/docker-demo\n")


@near_miss("D06-E1")
def names_left_to_chance(c: Cluster) -> None:
    """One Pod, two containers, but nobody called `alpine` or `pod-demo`: not what was ordered."""
    c.apply(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  containers:
  - name: one
    image: zxcvbnius/docker-demo
  - name: two
    image: alpine
    command: [sleep, "86400"]
"""
    )
    c.settle()


def _banquet(c: Cluster, cpu: str, kind: str = "requests", node: str = "") -> None:
    place = f"  nodeName: {node}\n" if node else ""
    c.apply(
        f"""\
apiVersion: v1
kind: Pod
metadata:
  name: banquet
spec:
{place}  containers:
  - name: nginx
    image: nginx
    resources:
      {kind}:
        cpu: {cpu}
"""
    )
    c.advance(30)


@near_miss("D06-E2")
def what_the_machine_has(c: Cluster) -> None:
    """The capacity, 2 CPUs: much of it is promised already, so it stays Pending."""
    _banquet(c, '"2"')


@near_miss("D06-E2")
def limits_counted(c: Cluster) -> None:
    """Allocatable less *limits* (and requests where there are none) gives 700m: it runs, but there was more."""
    _banquet(c, "700m")


@near_miss("D06-E2")
def only_my_namespace(c: Cluster) -> None:
    """kindnet in kube-system was forgotten: 1050m is 100m too much."""
    _banquet(c, "1050m")


@near_miss("D06-E2")
def past_the_scheduler(c: Cluster) -> None:
    """With `nodeName` nobody checks beforehand, but the kubelet refuses what does not fit: OutOfcpu."""
    _banquet(c, "1050m", node="minikube-m02")


@near_miss("D06-E2")
def one_cook_forgotten(c: Cluster) -> None:
    """juice has two containers; a sum with the first alone gives 1050m."""
    _banquet(c, "1050m", "limits")


@near_miss("D06-E2")
def neighbours_sent_away(c: Cluster) -> None:
    """Of course there is room when everybody else has to go."""
    c.kubectl("delete pod grill juice --grace-period=1")
    c.settle()
    _banquet(c, "1900m")


def _guestbook(c: Cluster, patch: str, *nodes: int) -> None:
    port = c.kubectl("get service guestbook -o json").json()["spec"]["ports"][0]["nodePort"]
    c.kubectl(["patch", "service", "guestbook", "-p", patch])
    c.settle()
    for node in nodes:
        c.http(f"http://192.168.49.{node}:{port}/")


LOCAL = '{"spec":{"externalTrafficPolicy":"Local"}}'


@near_miss("D06-E3")
def never_the_long_way(c: Cluster) -> None:
    """Set to Local at once: through another node nobody gets an answer any more."""
    _guestbook(c, LOCAL, 2, 3, 4)


@near_miss("D06-E3")
def the_right_door_is_not_enough(c: Cluster) -> None:
    """Even at its own node the sender is replaced, as long as the policy is Cluster."""
    _guestbook(c, "{}", 2, 4)


@near_miss("D06-E3")
def session_affinity(c: Cluster) -> None:
    """`sessionAffinity: ClientIP` sounds right, but only sends a client to the same Pod again."""
    _guestbook(c, '{"spec":{"sessionAffinity":"ClientIP"}}', 2, 4)


@near_miss("D06-E3")
def the_internal_policy(c: Cluster) -> None:
    """`internalTrafficPolicy` is about requests from inside the cluster."""
    _guestbook(c, '{"spec":{"internalTrafficPolicy":"Local"}}', 2, 4)


@near_miss("D06-E3")
def nobody_came(c: Cluster) -> None:
    """After the change nobody has knocked at the right node."""
    _guestbook(c, "{}", 2)
    _guestbook(c, LOCAL, 2)


@near_miss("D06-E3")
def through_the_tunnel(c: Cluster) -> None:
    """A port-forward reaches the Pod from its own loopback, without the Service."""
    _guestbook(c, "{}", 2)
    c.kubectl("port-forward guestbook 8080:8080")
    c.http("http://localhost:8080/")


def _tea(c: Cluster, *nodes: str, labels: tuple[str, ...] = ("tea", "tea"), policy: str = "Cluster") -> None:
    pods = [PAGE.format(name=f"tea-{n}", label=labels[n], node=node) for n, node in enumerate(nodes)]
    service = f"""\
apiVersion: v1
kind: Service
metadata:
  name: tea
spec:
  type: NodePort
  externalTrafficPolicy: {policy}
  selector:
    app: tea
  ports:
  - port: 3000
"""
    c.apply("".join(pods) + service)
    c.settle()


@near_miss("D06-E4")
def both_in_one_row(c: Cluster) -> None:
    """Two Pods, but on the same node: two is not the same as two places."""
    _tea(c, "minikube-m02", "minikube-m02")


@near_miss("D06-E4")
def a_single_one(c: Cluster) -> None:
    """One Pod answers through every node, and is gone with its own."""
    _tea(c, "minikube-m02")


@near_miss("D06-E4")
def the_second_has_another_label(c: Cluster) -> None:
    """Two Pods in two rows, but the Service selects only one of them."""
    _tea(c, "minikube-m02", "minikube-m03", labels=("tea", "tea-2"))


@near_miss("D06-E4")
def local_only(c: Cluster) -> None:
    """With externalTrafficPolicy Local, a node without a Pod does not answer at all."""
    _tea(c, "minikube-m02", "minikube-m03", policy="Local")


@near_miss("D06-E4")
def inside_only(c: Cluster) -> None:
    """A ClusterIP Service has no door to the street."""
    _tea(c, "minikube-m02", "minikube-m03")
    c.kubectl(["patch", "service", "tea", "-p", '{"spec":{"type":"ClusterIP"}}'])
    c.settle()


NEAR_MISSES = (
    two_pods,
    nothing_to_do,
    same_cook_twice,
    names_left_to_chance,
    what_the_machine_has,
    limits_counted,
    only_my_namespace,
    past_the_scheduler,
    one_cook_forgotten,
    neighbours_sent_away,
    never_the_long_way,
    the_right_door_is_not_enough,
    session_affinity,
    the_internal_policy,
    nobody_came,
    through_the_tunnel,
    both_in_one_row,
    a_single_one,
    the_second_has_another_label,
    local_only,
    inside_only,
)
