"""Day 6: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster

PAIR = """\
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
  - name: alpine
    image: alpine
    command: [sleep, "86400"]
"""
BANQUET = """\
apiVersion: v1
kind: Pod
metadata:
  name: banquet
spec:
  containers:
  - name: nginx
    image: nginx
    resources:
      requests:
        cpu: 950m
"""
TEA = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  labels:
    app: tea
spec:
  nodeName: {node}
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
    ports:
    - containerPort: 3000
---
"""


@solution("D06-E1")
def one_pod_two_containers(c: Cluster) -> None:
    c.apply(PAIR)
    c.kubectl("wait --for=condition=Ready pod/pair --timeout=120s")


@solution("D06-E1")
def with_a_shell_that_waits(c: Cluster) -> None:
    c.apply(PAIR.replace('command: [sleep, "86400"]', "stdin: true\n    tty: true"))
    c.settle()


@solution("D06-E1")
def as_a_sidecar(c: Cluster) -> None:
    c.apply(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  initContainers:
  - name: alpine
    image: alpine:latest
    restartPolicy: Always
    command: [sh, -c, "while true; do sleep 60; done"]
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo:1.0.0
"""
    )
    c.kubectl("wait --for=condition=Ready pod/pair --timeout=120s")


@solution("D06-E2")
def allocatable_less_requests(c: Cluster) -> None:
    c.apply(BANQUET)
    c.kubectl("wait --for=condition=Ready pod/banquet --timeout=120s")


@solution("D06-E2")
def limits_make_requests(c: Cluster) -> None:
    """Who gives only a limit asks for as much."""
    c.apply(BANQUET.replace("requests:", "limits:").replace("950m", "0.95"))
    c.kubectl("wait --for=condition=Ready pod/banquet --timeout=120s")


@solution("D06-E3")
def detour_and_local(c: Cluster) -> None:
    port = c.kubectl("get service guestbook -o json").json()["spec"]["ports"][0]["nodePort"]
    c.http(f"http://192.168.49.2:{port}/")
    c.kubectl(["patch", "service", "guestbook", "-p", '{"spec":{"externalTrafficPolicy":"Local"}}'])
    c.settle()
    c.http(f"http://192.168.49.4:{port}/")


@solution("D06-E3")
def local_first(c: Cluster) -> None:
    port = c.kubectl("get service guestbook -o json").json()["spec"]["ports"][0]["nodePort"]
    c.kubectl(["patch", "service", "guestbook", "-p", '{"spec":{"externalTrafficPolicy":"Local"}}'])
    c.settle()
    c.http(f"http://192.168.49.4:{port}/hello")
    c.kubectl(["patch", "service", "guestbook", "-p", '{"spec":{"externalTrafficPolicy":"Cluster"}}'])
    c.settle()
    c.http(f"http://192.168.49.3:{port}/")
    c.kubectl(["patch", "service", "guestbook", "-p", '{"spec":{"externalTrafficPolicy":"Local"}}'])
    c.settle()


@solution("D06-E4")
def two_pods_by_name(c: Cluster) -> None:
    c.apply(
        TEA.format(name="tea-1", node="minikube-m02")
        + TEA.format(name="tea-2", node="minikube-m03")
        + """\
apiVersion: v1
kind: Service
metadata:
  name: tea
spec:
  type: NodePort
  selector:
    app: tea
  ports:
  - port: 3000
"""
    )
    c.settle()


@solution("D06-E4")
def let_the_scheduler_choose(c: Cluster) -> None:
    c.kubectl("run tea-1 --image=zxcvbnius/docker-demo --port=3000 --labels=app=tea")
    c.kubectl("expose pod tea-1 --name=tea --type=NodePort")
    c.kubectl("run tea-2 --image=zxcvbnius/docker-demo --port=3000 --labels=app=tea")
    c.settle()


@solution("D06-E4")
def a_deployment_can_do_it_too(c: Cluster) -> None:
    c.kubectl("create deployment tea --image=zxcvbnius/docker-demo --port=3000 --replicas=3")
    c.kubectl("expose deployment tea --type=NodePort")
    c.settle()


SOLUTIONS = (
    one_pod_two_containers,
    with_a_shell_that_waits,
    as_a_sidecar,
    allocatable_less_requests,
    limits_make_requests,
    detour_and_local,
    local_first,
    two_pods_by_name,
    let_the_scheduler_choose,
    a_deployment_can_do_it_too,
)
