"""Day 8: a release without a gap, a strategy that keeps its promise, a way back with its reason, a new Deployment."""

from __future__ import annotations

from typing import Any

from k8snb.api.intorstring import scaled_value
from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text
from k8snb.grading.world import SERVICE_LABEL, World, is_ready, ready_addresses

V1, V2 = "Hello World!", "Hello World! v2"
OLD, NEW = "zxcvbnius/docker-demo:latest", "zxcvbnius/docker-demo:v2.0.0"
SERVICE = "my-deployment-service"
CAUSE = "kubernetes.io/change-cause"
REVISION = "deployment.kubernetes.io/revision"


@exercise("D08-E1")
def without_a_gap(world: World) -> Findings:
    """The same Deployment went from version 1 to version 2 while its Service always had a ready Pod."""
    deployment = world.obj("deployment", "hello-deployment")
    if deployment is None:
        yield Finding(
            4, 0, Text("There is no Deployment `hello-deployment`.", "沒有名叫 `hello-deployment` 的 Deployment。")
        )
        return
    new = complete(deployment) and image(deployment) == NEW and deployment.status.availableReplicas >= 3
    yield expect(
        4,
        new,
        Text("All three Pods or more run version 2.", "至少三個 Pod，全都是第 2 版。"),
        _unfinished(world, deployment),
        "deployment/hello-deployment",
    )
    if not new:
        return
    first = _first_served(world, deployment)
    yield expect(
        2,
        first is not None,
        Text("The same Deployment ran version 1 before.", "同一個 Deployment 先前跑的是第 1 版。"),
        Text(
            "This Deployment has never run version 1: it was made anew, not brought up to date.",
            "這個 Deployment 從沒跑過第 1 版：它是重新建立的，不是更新上來的。",
        ),
        "deployment/hello-deployment",
    )
    if first is None:
        return
    gap, failures = _gap(world, first), _failures(world, first)
    yield expect(
        3,
        not gap and not failures,
        Text(
            "From then on the Service was never without a ready Pod, and no request failed.",
            "從那時起，Service 背後隨時都有就緒的 Pod，也沒有任何請求失敗。",
        ),
        _interrupted(gap, failures),
        f"service/{SERVICE}",
    )
    yield expect(
        3,
        _in_order(world, first),
        Text(f"From outside, first `{V1}` was seen and later `{V2}`.", f"從外面先看到 `{V1}`，後來看到 `{V2}`。"),
        Text(
            f"Nobody has seen both answers from outside in order, `{V1}` before the release and `{V2}` after it.",
            f"還沒有人從外面依序看到兩種回應：更新前的 `{V1}` 和更新後的 `{V2}`。",
        ),
        f"service/{SERVICE}",
    )


def _unfinished(world: World, deployment: Any) -> Text:
    if image(deployment) == NEW:
        done, want = deployment.status.updatedReplicas or 0, deployment.spec.replicas
        return Text(
            f"The release of version 2 is not finished: {done} of {want} Pods are new, {len(world.eps(SERVICE))} "
            "are ready.",
            f"第 2 版還沒發布完：{want} 個 Pod 裡有 {done} 個是新的，{len(world.eps(SERVICE))} 個已就緒。",
        )
    return Text(f"The template still asks for `{image(deployment)}`.", f"template 裡要的還是 `{image(deployment)}`。")


def _first_served(world: World, deployment: Any) -> float | None:
    """When this Deployment first had three available Pods of version 1, in virtual seconds; None if it never had."""
    for change in world.history("deployments", deployment.metadata.name):
        seen = change.object
        same = change.type != "DELETED" and seen.metadata.uid == deployment.metadata.uid
        served = complete(seen) and (seen.status.availableReplicas or 0) >= 3
        if same and served and image(seen) in (OLD, OLD.removesuffix(":latest")):
            return change.time
    return None


def _gap(world: World, since: float) -> bool:
    """Whether the Service has been without a ready address after it first had one."""
    open_yet = False
    for moment in world.moments("endpointslices", f"{SERVICE_LABEL}={SERVICE}"):
        ready = bool(ready_addresses(list(moment.objects)))
        if open_yet and not ready and moment.time >= since:
            return True
        open_yet = open_yet or ready
    return not open_yet


def _failures(world: World, since: float) -> list[Any]:
    return [t for t in world.traces(since) if t.service == f"default/{SERVICE}" and t.status != 200]


def _interrupted(gap: bool, failures: list[Any]) -> Text:
    if gap:
        return Text(
            "For a while the Service had not a single ready Pod: the shop was closed.",
            "有一段時間 Service 背後一個就緒的 Pod 都沒有：等於關門了。",
        )
    return Text(
        f"{len(failures)} request(s) to the Service failed on the way.", f"更新途中有 {len(failures)} 個請求失敗。"
    )


def _in_order(world: World, since: float) -> bool:
    said = [t.text for t in world.traces(since) if t.service == f"default/{SERVICE}" and t.status == 200]
    return V1 in said and V2 in said[said.index(V1) :]


@exercise("D08-E2")
def three_at_the_counter(world: World) -> Findings:
    """The strategy resolves to one more and none missing, and the releases since then kept to it."""
    name = "order-deployment"
    deployment = world.obj("deployment", name)
    if deployment is None:
        yield Finding(4, 0, Text(f"There is no Deployment `{name}`.", f"沒有名叫 `{name}` 的 Deployment。"))
        return
    limits = _limits(deployment)
    yield expect(
        4,
        limits == (1, 0),
        Text("Its strategy allows one Pod more and none fewer than three.", "策略允許多一個 Pod，不允許少於三個。"),
        _too_loose(limits),
        f"deployment/{name}",
    )
    if limits != (1, 0):
        return
    start = _released_since_strict(world, deployment)
    done = start is not None and complete(deployment)
    yield expect(
        3,
        done,
        Text("A release was carried out with it.", "已經用這個策略發布過一次。"),
        Text("No release has been finished with this strategy yet.", "還沒有用這個策略完整發布過一次。"),
        f"deployment/{name}",
    )
    if not done or start is None:
        return
    most, fewest = _counts(world, deployment, start)
    yield expect(
        5,
        most <= 4 and fewest >= 3,
        Text(
            f"On the way there were at most {most} Pods, and never fewer than {fewest} available.",
            f"過程中最多 {most} 個 Pod，可用的從未少於 {fewest} 個。",
        ),
        Text(
            f"On the way there were up to {most} Pods, and at one moment only {fewest} were available.",
            f"過程中 Pod 最多到 {most} 個，可用的最少只剩 {fewest} 個。",
        ),
        f"deployment/{name}",
    )


def _limits(deployment: Any) -> tuple[int, int] | None:
    """(surge, unavailable) for three replicas; None for Recreate or for another number of replicas."""
    strategy = deployment.spec.strategy
    if strategy.type != "RollingUpdate" or deployment.spec.replicas != 3:
        return None
    rolling = strategy.rollingUpdate
    return scaled_value(rolling.maxSurge, 3, True), scaled_value(rolling.maxUnavailable, 3, False)


def _too_loose(limits: tuple[int, int] | None) -> Text:
    if limits is None:
        return Text(
            "It should be three replicas with the strategy `RollingUpdate`.", "應該是三個副本，策略為 `RollingUpdate`。"
        )
    surge, unavailable = limits
    return Text(
        f"As it stands, a release may have {3 + surge} Pods, and go down to {3 - unavailable} available.",
        f"照現在的設定，發布時最多 {3 + surge} 個 Pod，可用的可能只剩 {3 - unavailable} 個。",
    )


def _released_since_strict(world: World, deployment: Any) -> int | None:
    """The revision of the first change of template made while the strategy was right; None without one."""
    previous = None
    found: int | None = None
    for change in world.history("deployments", deployment.metadata.name):
        if change.type == "DELETED" or change.object.metadata.uid != deployment.metadata.uid:
            continue
        changed = previous is not None and change.object.spec.template != previous.spec.template
        strict = _limits(change.object) == (1, 0)
        found = None if not strict else found if found is not None or not changed else change.revision
        previous = change.object
    return found


def _counts(world: World, deployment: Any, start: int) -> tuple[int, int]:
    """The most Pods that were not leaving, and the fewest that were available, since a revision of the store."""
    most, fewest = 0, 1_000_000
    labels = ",".join(f"{key}={value}" for key, value in deployment.spec.selector.matchLabels.items())
    for moment in world.moments("pods", labels):
        if moment.revision >= start:
            staying = [pod for pod in moment.objects if not pod.metadata.deletionTimestamp]
            most, fewest = max(most, len(staying)), min(fewest, sum(map(is_ready, staying)))
    return most, fewest


@exercise("D08-E3")
def back_and_say_why(world: World) -> Findings:
    """The template of revision 1 is current and rolled out, and the newest revision says why."""
    deployment = world.obj("deployment", "menu-deployment")
    about = "deployment/menu-deployment"
    templates = [] if deployment is None else _templates(world, deployment)
    if deployment is None or len(templates) < 2:
        yield Finding(
            4,
            0,
            Text(
                "`menu-deployment` has no earlier revision to go back to. Run the cell that sets it up.",
                "`menu-deployment` 沒有更早的版本可以退。請執行題目下方的準備儲存格。",
            ),
        )
        return
    back = deployment.spec.template == templates[0]
    yield expect(
        4,
        back,
        Text("The template is that of revision 1 again.", "template 又是第 1 版的內容了。"),
        Text(
            f"The template is not that of revision 1: its image is `{image(deployment)}`.",
            f"template 不是第 1 版的內容：映像檔是 `{image(deployment)}`。",
        ),
        about,
    )
    if not back:
        return
    yield expect(
        2,
        complete(deployment),
        Text("It is rolled out: every Pod is of that template.", "已經發布完成：每個 Pod 都是這個 template。"),
        Text("It is not rolled out yet.", "還沒發布完成。"),
        about,
    )
    cause = _cause(world, deployment)
    yield expect(
        4,
        len(cause) >= 5,
        Text(f"The newest revision says why: “{cause}”.", f"最新的版本寫了原因：「{cause}」。"),
        Text("The newest revision does not say why it was made.", "最新的版本沒有說明原因。"),
        about,
    )


def _templates(world: World, deployment: Any) -> list[Any]:
    """The templates this Deployment has had, in the order in which they first came."""
    found: list[Any] = []
    for change in world.history("deployments", deployment.metadata.name):
        own = change.type != "DELETED" and change.object.metadata.uid == deployment.metadata.uid
        if own and change.object.spec.template not in found:
            found.append(change.object.spec.template)
    return found


def _cause(world: World, deployment: Any) -> str:
    owned = [
        each
        for each in world.objs("replicasets")
        if any(owner.uid == deployment.metadata.uid for owner in each.metadata.ownerReferences)
    ]
    newest = max(owned, key=lambda each: int(each.metadata.annotations.get(REVISION, "0")), default=None)
    return "" if newest is None else str(newest.metadata.annotations.get(CAUSE, "")).strip()


@exercise("D08-E4")
def grown_up(world: World) -> Findings:
    """Two Pods of a Deployment behind a LoadBalancer Service; on a fork, a deleted one is replaced."""
    deployment = world.obj("deployment", "hello-node")
    if deployment is None:
        bare = world.obj("pod", "hello-node") is not None
        yield Finding(
            3,
            0,
            Text(
                "`hello-node` is a bare Pod; nobody would replace it.", "`hello-node` 只是單獨的 Pod，沒有人會補上它。"
            )
            if bare
            else Text("There is no Deployment `hello-node`.", "沒有名叫 `hello-node` 的 Deployment。"),
        )
        return
    ready = deployment.status.readyReplicas or 0
    two = ready == 2 == deployment.spec.replicas and image(deployment) == "hello-node:v1"
    yield expect(
        3,
        two,
        Text("Two Pods of `hello-node:v1` are ready.", "兩個 `hello-node:v1` 的 Pod 都就緒了。"),
        Text(
            f"Asked for: 2 Pods of `hello-node:v1`. There: {ready} of {deployment.spec.replicas} ready, image "
            f"`{image(deployment)}`.",
            f"要的是 2 個 `hello-node:v1` 的 Pod；目前 {deployment.spec.replicas} 個裡有 {ready} 個就緒，映像檔 "
            f"`{image(deployment)}`。",
        ),
        "deployment/hello-node",
    )
    if not two:
        return
    yield _balanced(world)
    yield _replaced(world, deployment)


def _balanced(world: World) -> Finding:
    mine = {pod.status.podIP for pod in world.pods("app=hello-node")}
    doors = [each for each in world.objs("services") if each.spec.type == "LoadBalancer"]
    behind = [each for each in doors if mine and set(world.eps(each.metadata.name)) == mine and _replies(world, each)]
    return expect(
        3,
        behind,
        Text(
            "A Service of type LoadBalancer leads to both, and they answer.",
            "LoadBalancer 類型的 Service 通往這兩個 Pod，也都有回應。",
        ),
        Text(
            "There is no Service of type LoadBalancer that leads to both Pods and gets an answer.",
            "還沒有 LoadBalancer 類型的 Service 能通往這兩個 Pod 並得到回應。",
        ),
        "service/hello-node",
    )


def _replies(world: World, service: Any) -> bool:
    node = world.objs("nodes")[0]
    host = next(each.address for each in node.status.addresses if each.type == "InternalIP")
    return all(world.http("host", f"http://{host}:{port.nodePort}/").status == 200 for port in service.spec.ports)


def _replaced(world: World, deployment: Any) -> Finding:
    """Delete one Pod on a fork and see whether another takes its place within half a minute."""
    fork = world.perturb()
    before = {pod.metadata.uid for pod in fork.pods("app=hello-node")}
    victim = fork.pods("app=hello-node")[0].metadata.name
    fork.kubectl(["delete", "pod", victim, "--grace-period=1", "--wait=false"])
    fork.advance(30)
    after = [pod for pod in fork.pods("app=hello-node") if is_ready(pod)]
    return expect(
        2,
        len(after) == 2 and any(pod.metadata.uid not in before for pod in after),
        Text(
            "We tried it on a copy: a deleted Pod was replaced within 30 seconds.",
            "在複製的叢集上試過：刪掉一個 Pod，30 秒內就補上了。",
        ),
        Text("We tried it on a copy: a deleted Pod was not replaced.", "在複製的叢集上試過：刪掉的 Pod 沒有補上。"),
        "deployment/hello-node",
    )


def image(deployment: Any) -> str:
    """The image of the template's first container."""
    return str(deployment.spec.template.spec.containers[0].image)


def complete(deployment: Any) -> bool:
    """Whether a rollout is done: as `kubectl rollout status` sees it."""
    status, want = deployment.status, deployment.spec.replicas
    return (
        (status.observedGeneration or 0) >= deployment.metadata.generation
        and (status.updatedReplicas or 0) == want
        and (status.replicas or 0) == want
        and (status.availableReplicas or 0) == want
    )


CHECKS = (without_a_gap, three_at_the_counter, back_and_say_why, grown_up)
