"""Day 11: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster


@solution("D11-E1")
def strict_liveness(c: Cluster) -> None:
    probe = (
        '{"httpGet":{"path":"/","port":3000},"initialDelaySeconds":5,'
        '"periodSeconds":5,"timeoutSeconds":2,"failureThreshold":3}'
    )
    patch = '{"spec":{"template":{"spec":{"containers":[{"name":"webapp","livenessProbe":' + probe + "}]}}}}"
    c.kubectl(["patch", "deployment", "hello-deployment", "-p", patch])
    c.kubectl("rollout status deploy hello-deployment")
    c.settle()


def add(c: Cluster, deployment: str, container: str, fields: str, spec: str = "") -> None:
    """Patch a container of a Deployment's template, and wait until nothing changes any more."""
    more = f"{spec}," if spec else ""
    patch = '{"spec":{"template":{"spec":{' + more + '"containers":[{"name":"' + container + '",' + fields + "}]}}}}"
    c.kubectl(["patch", "deployment", deployment, "-p", patch])
    c.advance(120)


@solution("D11-E1")
def a_shorter_grace_period(c: Cluster) -> None:
    probe = '"livenessProbe":{"httpGet":{"path":"/","port":"webapp-port"},"periodSeconds":10,"timeoutSeconds":1}'
    add(c, "hello-deployment", "webapp", probe, '"terminationGracePeriodSeconds":5')


@solution("D11-E1")
def by_a_command(c: Cluster) -> None:
    command = '["curl","-sf","-m","2","-o","/dev/null","http://localhost:3000/"]'
    fields = '"periodSeconds":5,"timeoutSeconds":3,"failureThreshold":2'
    add(c, "hello-deployment", "webapp", '"livenessProbe":{"exec":{"command":' + command + "}," + fields + "}")


@solution("D11-E1")
def all_three_of_them(c: Cluster) -> None:
    ask = '{"httpGet":{"path":"/","port":3000},"periodSeconds":3,"timeoutSeconds":1,"failureThreshold":3}'
    add(c, "hello-deployment", "webapp", f'"startupProbe":{ask},"livenessProbe":{ask},"readinessProbe":{ask}')


@solution("D11-E2")
def startup_probe(c: Cluster) -> None:
    probe = '{"httpGet":{"path":"/","port":3000},"periodSeconds":5,"failureThreshold":24}'
    patch = '{"spec":{"template":{"spec":{"containers":[{"name":"oven","startupProbe":' + probe + "}]}}}}"
    c.kubectl(["patch", "deployment", "oven", "-p", patch])
    c.advance(120)


@solution("D11-E2")
def startup_probe_on_the_port(c: Cluster) -> None:
    add(c, "oven", "oven", '"startupProbe":{"tcpSocket":{"port":3000},"periodSeconds":1,"failureThreshold":100}')


@solution("D11-E3")
def cat_the_file(c: Cluster) -> None:
    c.apply(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: candle
spec:
  containers:
  - name: candle
    image: busybox
    args: ["/bin/sh", "-c", "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"]
    livenessProbe:
      exec:
        command: ["cat", "/tmp/healthy"]
      initialDelaySeconds: 5
      periodSeconds: 5
"""
    )
    c.advance(180)


def lit(c: Cluster, probe: str, seconds: float = 200) -> None:
    """The candle with any probe."""
    c.apply(
        f"""\
apiVersion: v1
kind: Pod
metadata:
  name: candle
spec:
  containers:
  - name: candle
    image: busybox
    args: ["/bin/sh", "-c", "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"]
    {probe}
"""
    )
    c.advance(seconds)


@solution("D11-E3")
def test_in_a_shell(c: Cluster) -> None:
    lit(c, 'livenessProbe: {exec: {command: ["sh", "-c", "test -f /tmp/healthy"]}, periodSeconds: 10}')


@solution("D11-E4")
def only_readiness(c: Cluster) -> None:
    probe = '{"httpGet":{"path":"/","port":3000},"periodSeconds":4,"timeoutSeconds":1,"failureThreshold":2}'
    patch = '{"spec":{"template":{"spec":{"containers":[{"name":"stock","readinessProbe":' + probe + "}]}}}}"
    c.kubectl(["patch", "deployment", "stock", "-p", patch])
    c.kubectl("rollout status deploy stock")
    c.settle()


@solution("D11-E4")
def impatient_and_slow_to_trust(c: Cluster) -> None:
    probe = '{"httpGet":{"path":"/","port":3000},"periodSeconds":5,"failureThreshold":1,"successThreshold":3}'
    add(c, "stock", "stock", f'"readinessProbe":{probe}')


SOLUTIONS = (
    strict_liveness,
    a_shorter_grace_period,
    by_a_command,
    all_three_of_them,
    startup_probe,
    startup_probe_on_the_port,
    cat_the_file,
    test_in_a_shell,
    only_readiness,
    impatient_and_slow_to_trust,
)
