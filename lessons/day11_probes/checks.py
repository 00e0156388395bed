"""Day 11: back within a minute, time for a slow starter, a probe by command, a Pod that must not be disturbed.

What a probe is good for shows when something happens: programs are frozen on forks, at several instants, and watched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text
from k8snb.grading.world import Fork, World, doing, is_ready

#: seconds to wait before a program is frozen: it must not matter when that happens
MOMENTS = (0.0, 2.0, 4.5, 7.0)
OVEN = ("/bin/sh", "-c", "sleep 60; npm start")


@exercise("D11-E1")
def within_a_minute(world: World) -> Findings:
    """A hung Pod of hello-deployment is restarted once and answers within 60 s; in quiet times nobody is."""
    name, selector = "hello-deployment", "app=my-deployment"
    found = _deployment(world, name, 2)
    if found is not None:
        yield found
        return
    pods = [pod for pod in world.pods(selector) if is_ready(pod)]
    asks = any(probe(pod, "livenessProbe") for pod in pods)
    yield expect(
        2,
        asks and len(pods) == 3,
        Text(
            "Three Pods are ready, and the kubelet asks whether they are alive.",
            "三個 Pod 都就緒，而且 kubelet 會問它們還活著沒有。",
        ),
        _not_asked(world, pods, selector),
        f"deployment/{name}",
    )
    if not asks or len(pods) != 3:
        return
    quiet = world.perturb()
    before = _restarts(quiet, selector)
    quiet.advance(180)
    calm = _restarts(quiet, selector) == before and len(_ready(quiet, selector)) == 3
    yield expect(
        3,
        calm,
        Text(
            "We tried it on a copy: in three quiet minutes nobody was restarted.",
            "在複製的叢集上試過：平靜的三分鐘裡，沒有人被重新啟動。",
        ),
        Text(
            "We tried it on a copy: in three quiet minutes healthy programs were restarted. What do the probes ask for?",
            "在複製的叢集上試過：平靜的三分鐘裡，健康的程式也被重新啟動了。探針到底在問什麼？",
        ),
        f"deployment/{name}",
    )
    if not calm:
        return
    seconds, others = 0.0, True
    for moment in MOMENTS:
        fork = world.perturb()
        fork.advance(moment)
        took, undisturbed = _recovery(fork, selector)
        seconds, others = max(seconds, took), others and undisturbed
    yield expect(
        5,
        seconds <= 60,
        Text(
            f"We froze a program on a copy: after {seconds:.0f} s at the latest it was restarted and answered again.",
            f"在複製的叢集上凍住一個程式：最慢 {seconds:.0f} 秒後就重新啟動並恢復回應。",
        ),
        Text(
            f"We froze a program on a copy: after {LONGEST:.0f} s it had not been restarted."
            if seconds > LONGEST
            else f"We froze a program on a copy: it took up to {seconds:.0f} s until it was restarted and answered again.",
            f"在複製的叢集上凍住一個程式：過了 {LONGEST:.0f} 秒還沒有重新啟動。"
            if seconds > LONGEST
            else f"在複製的叢集上凍住一個程式：最久要 {seconds:.0f} 秒才重新啟動並恢復回應。",
        ),
        f"deployment/{name}",
    )
    if seconds > 60:
        return
    yield expect(
        2,
        others,
        Text("The other Pods were left in peace.", "其他的 Pod 沒有受到打擾。"),
        Text("Other Pods were restarted along with it.", "其他的 Pod 也跟著被重新啟動了。"),
        f"deployment/{name}",
    )


#: how long we watch a frozen program
LONGEST = 180.0


def _recovery(fork: Fork, selector: str) -> tuple[float, bool]:
    """Freeze one Pod's program; (seconds until it was restarted and answers, whether the others were left alone)."""
    victim, *others = _ready(fork, selector)
    name, before = victim.metadata.name, restarts(victim)
    _freeze(fork, name)
    start = fork.now
    _until(fork, lambda: restarts(fork.obj("pod", name)) > before and _answers(fork, name), LONGEST)
    back = restarts(fork.obj("pod", name)) == before + 1 and _answers(fork, name)
    alone = all(restarts(fork.obj("pod", pod.metadata.name)) == restarts(pod) for pod in others)
    return (fork.now - start if back else LONGEST + 1), alone


@exercise("D11-E2")
def cold_oven(world: World) -> Findings:
    """oven comes up without a restart although it takes a minute, and a later hang is noticed within 45 s."""
    found = _deployment(world, "oven", 2)
    if found is not None:
        yield found
        return
    template = world.obj("deployment", "oven").spec.template  # type: ignore[union-attr]
    container = template.spec.containers[0]
    if (*container.command, *container.args) != OVEN:
        yield Finding(
            2,
            0,
            Text("The program was changed: it should need its 60 seconds.", "程式被改掉了：它應該要花 60 秒才對。"),
            "deployment/oven",
        )
        return
    fork, name = _fresh_oven(world)
    yield expect(
        2,
        name,
        Text("We tried it on a copy: a fresh Pod came up.", "在複製的叢集上試過：新的 Pod 起得來。"),
        Text(
            "We tried it on a copy: a fresh Pod never got as far as answering.",
            "在複製的叢集上試過：新的 Pod 一直撐不到能回應的時候。",
        ),
        "deployment/oven",
    )
    if not name:
        return
    count = restarts(fork.obj("pod", name))
    yield expect(
        4,
        count == 0,
        Text("It was not restarted once on the way.", "途中一次都沒有被重新啟動。"),
        Text(f"On the way it was restarted {count} time(s).", f"途中被重新啟動了 {count} 次。"),
        "deployment/oven",
    )
    if count:
        return
    fork.advance(5)
    _freeze(fork, name)
    start = fork.now
    _until(fork, lambda: restarts(fork.obj("pod", name)) > 0, 400)
    noticed, seconds = restarts(fork.obj("pod", name)) > 0, fork.now - start - _KILLED_AND_BACK
    yield expect(
        4,
        noticed and seconds <= 45,
        Text(
            f"When it hung afterwards, this was noticed after {seconds:.0f} s.",
            f"之後讓它卡死，{seconds:.0f} 秒就發現了。",
        ),
        Text(
            f"When it hung afterwards, this was noticed only after {seconds:.0f} s.",
            f"之後讓它卡死，過了 {seconds:.0f} 秒才發現。",
        )
        if noticed
        else Text("When it hung afterwards, nobody noticed.", "之後讓它卡死，沒有人發現。"),
        "deployment/oven",
    )
    if not noticed:
        return
    _until(fork, lambda: _answers(fork, name), 240, 3.0)
    yield expect(
        2,
        restarts(fork.obj("pod", name)) == 1 and _answers(fork, name),
        Text("And after one restart it was warm again.", "重新啟動一次之後，又熱好了。"),
        Text("But after that it did not come back.", "可是在那之後就沒有回來。"),
        "deployment/oven",
    )


#: seconds between the decision to kill a container and its new start, with one second of grace
_KILLED_AND_BACK = 2.0


def _fresh_oven(world: World) -> tuple[Fork, str]:
    """A fork with a new Pod of oven that has just come up, and its name; no name if it never does.

    It is killed without much ado there, so that the restart shows when something was noticed.
    """
    fork = world.perturb()
    fork.kubectl("scale deployment oven --replicas=0")
    fork.kubectl(
        ["patch", "deployment", "oven", "-p", '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1}}}}']
    )
    fork.kubectl("delete pods -l app=oven --grace-period=1 --wait=false")
    fork.advance(5)
    fork.kubectl("scale deployment oven --replicas=1")

    def up() -> bool:
        return any(_answers(fork, pod.metadata.name) for pod in fork.pods("app=oven"))

    _until(fork, lambda: up() or sum(map(restarts, fork.pods("app=oven"))) > 1, 240, 3.0)
    return fork, fork.pods("app=oven")[0].metadata.name if up() else ""


@exercise("D11-E3")
def candle(world: World) -> Findings:
    """candle is asked by a command; it is restarted when its file is gone, and not while it is there."""
    pod = world.obj("pod", "candle")
    if pod is None:
        yield Finding(2, 0, Text("There is no Pod `candle` in this cluster.", "叢集裡沒有名叫 `candle` 的 Pod。"))
        return
    asked = probe(pod, "livenessProbe")
    yield expect(
        2,
        asked is not None and asked.exec is not None,
        Text("Its liveness probe runs a command in the container.", "它的存活探針會在容器裡執行指令。"),
        Text("It has no liveness probe that runs a command.", "它沒有會執行指令的存活探針。"),
        "pod/candle",
    )
    if asked is None or asked.exec is None:
        return
    gone = restarts(pod) > 0 and any(
        status.lastState.terminated is not None and status.lastState.terminated.exitCode != 0
        for status in pod.status.containerStatuses
        if status.lastState is not None
    )
    yield expect(
        3,
        gone,
        Text("When the file was gone, the container was restarted.", "檔案不見之後，容器被重新啟動了。"),
        Text(
            f"It has not been restarted by its probe yet ({doing(pod)}). Let the clock run: `%clock +3m`.",
            f"它還沒有被探針重新啟動過（{doing(pod)}）。讓時間走一下：`%clock +3m`。",
        ),
        "pod/candle",
    )
    if not gone:
        return
    fork = world.perturb()
    _until(fork, lambda: doing(fork.obj("pod", "candle")) == "Running", 400)
    before = restarts(fork.obj("pod", "candle"))
    for _ in range(40):
        fork.kubectl(["exec", "candle", "--", "touch", "/tmp/healthy"])
        fork.advance(2)
    yield expect(
        3,
        restarts(fork.obj("pod", "candle")) == before and doing(fork.obj("pod", "candle")) == "Running",
        Text(
            "We kept the file alive on a copy: there it was left in peace.",
            "在複製的叢集上一直補上那個檔案：它就沒有被打擾。",
        ),
        Text(
            "We kept the file alive on a copy, and it was restarted all the same: does the probe look for the right file?",
            "在複製的叢集上一直補上那個檔案，它還是被重新啟動了：探針看的是對的檔案嗎？",
        ),
        "pod/candle",
    )


@exercise("D11-E4")
def do_not_disturb(world: World) -> Findings:
    """A silent Pod of stock leaves the Service within 15 s, is never restarted, and comes back by itself."""
    name, selector = "stock", "app=stock"
    found = _deployment(world, name, 2)
    if found is not None:
        yield found
        return
    quiet = world.perturb()
    quiet.advance(60)
    pods = _ready(quiet, selector)
    asked = [pod for pod in pods if probe(pod, "readinessProbe")]
    calm = len(asked) == 3 == len(quiet.eps(name)) and not any(map(restarts, pods))
    yield expect(
        2,
        calm,
        Text(
            "All three Pods are asked whether they can take customers, and all three can.",
            "三個 Pod 都會被問能不能接客，而且都能接。",
        ),
        Text(
            f"Ready Pods with a readiness probe: {len(asked)} of 3; behind the Service: {len(quiet.eps(name))}.",
            f"有就緒探針而且已就緒的 Pod：{len(asked)} 個（共 3 個）；Service 後面有 {len(quiet.eps(name))} 個。",
        ),
        f"deployment/{name}",
    )
    if not calm:
        return
    slowest, fork, victim = 0.0, quiet, pods[0]
    for moment in MOMENTS:
        fork = world.perturb()
        fork.advance(60 + moment)
        victim = _ready(fork, selector)[0]
        _freeze(fork, victim.metadata.name)
        start, address = fork.now, victim.status.podIP
        _until(fork, lambda: address not in fork.eps(name), 60)  # noqa: B023
        slowest = max(slowest, fork.now - start)
    yield expect(
        3,
        slowest <= 15,
        Text(
            f"We froze a program on a copy: after {slowest:.0f} s at the latest nobody was sent there.",
            f"在複製的叢集上凍住一個程式：最慢 {slowest:.0f} 秒後，就不再有人被帶過去。",
        ),
        Text(
            f"We froze a program on a copy: after {slowest:.0f} s customers were still sent there.",
            f"在複製的叢集上凍住一個程式：過了 {slowest:.0f} 秒，客人還是會被帶過去。",
        ),
        f"service/{name}",
    )
    fork.advance(300)
    alive = restarts(fork.obj("pod", victim.metadata.name)) == 0
    yield expect(
        3,
        alive,
        Text("In five minutes it was not restarted.", "五分鐘之內，它沒有被重新啟動。"),
        Text("It was restarted, and has to count from the beginning.", "它被重新啟動了，得從頭數起。"),
        f"deployment/{name}",
    )
    if not alive or slowest > 15:
        return
    fork.kubectl(["exec", victim.metadata.name, "--", "pkill", "-CONT", "node"])
    fork.advance(45)
    yield expect(
        2,
        victim.status.podIP in fork.eps(name),
        Text("When it answered again, customers were sent there again.", "它恢復回應之後，又有客人被帶過去了。"),
        Text("It answers again, but no customers are sent there.", "它恢復回應了，卻沒有客人被帶過去。"),
        f"service/{name}",
    )


def probe(pod: Any, kind: str) -> Any | None:
    """A probe of a Pod's first container."""
    return getattr(pod.spec.containers[0], kind)


def restarts(pod: Any | None) -> int:
    """How often containers of a Pod have been restarted; 0 if it is gone."""
    return 0 if pod is None else sum(status.restartCount for status in pod.status.containerStatuses)


def _restarts(world: World, selector: str) -> dict[str, int]:
    return {pod.metadata.name: restarts(pod) for pod in world.pods(selector)}


def _ready(world: World, selector: str) -> list[Any]:
    return [pod for pod in world.pods(selector) if is_ready(pod)]


def _deployment(world: World, name: str, points: int) -> Finding | None:
    if world.obj("deployment", name) is not None:
        return None
    return Finding(
        points,
        0,
        Text(
            f"There is no Deployment `{name}`. Run the cell that sets it up.",
            f"沒有名叫 `{name}` 的 Deployment。請執行題目下方的準備儲存格。",
        ),
    )


def _not_asked(world: World, pods: list[Any], selector: str) -> Text:
    if len(pods) == 3:
        return Text("Nobody asks the three Pods whether they are alive.", "沒有人會問這三個 Pod 還活著沒有。")
    states = ", ".join(f"{doing(pod)} ({restarts(pod)})" for pod in world.pods(selector))
    return Text(
        f"{len(pods)} of 3 Pods are ready. All Pods, with their restarts: {states or 'none'}.",
        f"3 個 Pod 裡有 {len(pods)} 個就緒。全部的 Pod 與重啟次數：{states or '沒有'}。",
    )


def _freeze(fork: Fork, name: str) -> None:
    fork.kubectl(["exec", name, "--", "pkill", "-STOP", "node"])


def _answers(world: World, name: str) -> bool:
    pod = world.obj("pod", name)
    return bool(
        pod is not None
        and pod.status.podIP
        and world.http("node/minikube", f"http://{pod.status.podIP}:3000/").status == 200
    )


def _until(fork: Fork, holds: Callable[[], bool], seconds: float, step: float = 1.0) -> None:
    """Let time pass, step by step, until something holds or the time is over."""
    end = fork.now + seconds
    while fork.now < end and not holds():
        fork.advance(step)


CHECKS = (within_a_minute, cold_oven, candle, do_not_disturb)
