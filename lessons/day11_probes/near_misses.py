"""Day 11: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

HTTP = '"httpGet":{"path":"/","port":3000}'


def _add(c: Cluster, deployment: str, container: str, fields: str) -> None:
    patch = '{"spec":{"template":{"spec":{"containers":[{"name":"' + container + '",' + fields + "}]}}}}"
    c.kubectl(["patch", "deployment", deployment, "-p", patch])
    c.advance(120)


@near_miss("D11-E1")
def only_readiness(c: Cluster) -> None:
    """The hung Pod gets no customers, but is never restarted."""
    _add(c, "hello-deployment", "webapp", '"readinessProbe":{' + HTTP + ',"periodSeconds":5}')


@near_miss("D11-E1")
def numbers_of_the_notes(c: Cluster) -> None:
    """Three times 30 seconds of patience, and 30 of politeness: more than two minutes."""
    fields = '"initialDelaySeconds":15,"periodSeconds":15,"timeoutSeconds":30,"failureThreshold":3'
    _add(c, "hello-deployment", "webapp", '"livenessProbe":{' + HTTP + "," + fields + "}")


@near_miss("D11-E1")
def the_defaults(c: Cluster) -> None:
    """Every 10 seconds, three times: with the grace period it may take a little over a minute."""
    _add(c, "hello-deployment", "webapp", '"livenessProbe":{' + HTTP + "}")


@near_miss("D11-E1")
def a_page_that_is_not_there(c: Cluster) -> None:
    """/health is answered with 404: healthy programs are restarted all the time."""
    probe = '"livenessProbe":{"httpGet":{"path":"/health","port":3000},"periodSeconds":5}'
    _add(c, "hello-deployment", "webapp", probe)


@near_miss("D11-E1")
def the_wrong_port(c: Cluster) -> None:
    """Nobody listens on port 80."""
    _add(c, "hello-deployment", "webapp", '"livenessProbe":{"httpGet":{"path":"/","port":80},"periodSeconds":5}')


@near_miss("D11-E1")
def an_open_port_is_enough(c: Cluster) -> None:
    """The port of a hung program is open: tcpSocket notices nothing."""
    _add(c, "hello-deployment", "webapp", '"livenessProbe":{"tcpSocket":{"port":3000},"periodSeconds":5}')


@near_miss("D11-E1")
def a_command_that_is_always_glad(c: Cluster) -> None:
    """`ls` works in a hung container, too."""
    _add(c, "hello-deployment", "webapp", '"livenessProbe":{"exec":{"command":["ls","/app"]},"periodSeconds":5}')


@near_miss("D11-E2")
def blind_for_five_minutes(c: Cluster) -> None:
    """initialDelaySeconds: 300 lets it start, and lets it hang, too."""
    _add(c, "oven", "oven", '"livenessProbe":{"initialDelaySeconds":300}')


@near_miss("D11-E2")
def patient_for_ever(c: Cluster) -> None:
    """failureThreshold: 20 is patient at the start, and afterwards just as much."""
    _add(c, "oven", "oven", '"livenessProbe":{"failureThreshold":20}')


@near_miss("D11-E2")
def without_a_probe(c: Cluster) -> None:
    """Without a liveness probe nobody kills it, and nobody notices that it hangs."""
    _add(c, "oven", "oven", '"livenessProbe":null')


@near_miss("D11-E2")
def too_little_time(c: Cluster) -> None:
    """3 × 10 seconds are not a minute."""
    _add(c, "oven", "oven", '"startupProbe":{' + HTTP + ',"periodSeconds":10,"failureThreshold":3}')


@near_miss("D11-E2")
def readiness_instead(c: Cluster) -> None:
    """A readiness probe keeps customers away, but the liveness probe still kills it."""
    _add(c, "oven", "oven", '"readinessProbe":{' + HTTP + ',"periodSeconds":5,"failureThreshold":24}')


@near_miss("D11-E2")
def a_faster_oven(c: Cluster) -> None:
    """The program was changed instead of the probes."""
    _add(c, "oven", "oven", '"command":["npm","start"]')


def _lit(c: Cluster, probe: str, seconds: float = 200) -> None:
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


@near_miss("D11-E3")
def always_glad(c: Cluster) -> None:
    """`true` ends with 0 whatever happens."""
    _lit(c, 'livenessProbe: {exec: {command: ["true"]}, periodSeconds: 5}')


@near_miss("D11-E3")
def swallowed(c: Cluster) -> None:
    """`|| true` swallows the answer."""
    _lit(c, 'livenessProbe: {exec: {command: ["sh", "-c", "cat /tmp/healthy || true"]}, periodSeconds: 5}')


@near_miss("D11-E3")
def another_file(c: Cluster) -> None:
    """/tmp/health is never there: restarted even while it is well."""
    _lit(c, 'livenessProbe: {exec: {command: ["cat", "/tmp/health"]}, periodSeconds: 5}')


@near_miss("D11-E3")
def one_word(c: Cluster) -> None:
    """There is no command called `cat /tmp/healthy`: the words have to be separate."""
    _lit(c, 'livenessProbe: {exec: {command: ["cat /tmp/healthy"]}, periodSeconds: 5}')


@near_miss("D11-E3")
def as_readiness(c: Cluster) -> None:
    """A readiness probe restarts nobody."""
    _lit(c, 'readinessProbe: {exec: {command: ["cat", "/tmp/healthy"]}, periodSeconds: 5}')


@near_miss("D11-E3")
def not_waited_for(c: Cluster) -> None:
    """Nothing has happened yet."""
    _lit(c, 'livenessProbe: {exec: {command: ["cat", "/tmp/healthy"]}, periodSeconds: 5}', 20)


@near_miss("D11-E4")
def liveness_only(c: Cluster) -> None:
    """It is restarted, and has to begin again; and until then customers are sent there."""
    _add(c, "stock", "stock", '"livenessProbe":{' + HTTP + ',"periodSeconds":4,"failureThreshold":2}')


@near_miss("D11-E4")
def both(c: Cluster) -> None:
    """No customers, but after a while it is restarted."""
    ask = "{" + HTTP + ',"periodSeconds":4,"failureThreshold":2}'
    _add(c, "stock", "stock", f'"livenessProbe":{ask},"readinessProbe":{ask}')


@near_miss("D11-E4")
def too_patient(c: Cluster) -> None:
    """The defaults take half a minute."""
    _add(c, "stock", "stock", '"readinessProbe":{' + HTTP + "}")


@near_miss("D11-E4")
def never_ready(c: Cluster) -> None:
    """/ready is answered with 404: the release is stuck."""
    _add(c, "stock", "stock", '"readinessProbe":{"httpGet":{"path":"/ready","port":3000},"periodSeconds":4}')


@near_miss("D11-E4")
def an_open_port(c: Cluster) -> None:
    """The port of a silent program is open."""
    _add(c, "stock", "stock", '"readinessProbe":{"tcpSocket":{"port":3000},"periodSeconds":4,"failureThreshold":2}')


NEAR_MISSES = (
    only_readiness,
    numbers_of_the_notes,
    the_defaults,
    a_page_that_is_not_there,
    the_wrong_port,
    an_open_port_is_enough,
    a_command_that_is_always_glad,
    blind_for_five_minutes,
    patient_for_ever,
    without_a_probe,
    too_little_time,
    readiness_instead,
    a_faster_oven,
    always_glad,
    swallowed,
    another_file,
    one_word,
    as_readiness,
    not_waited_for,
    liveness_only,
    both,
    too_patient,
    never_ready,
    an_open_port,
)
