"""Day 1: a crash and a cleared machine that nobody notices, a shop that grows, and what goes down with a till."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import SERVICE_LABEL, World, is_ready, ready_addresses

SHOP = "shop"


def _looked_after(pod: Any) -> bool:
    """Whether a controller would replace this Pod."""
    return any(owner.controller for owner in pod.metadata.ownerReferences)


def _address(world: World) -> str:
    node = world.objs("nodes")[0]
    return str(next(each.address for each in node.status.addresses if each.type == "InternalIP"))


def _answers(world: World, service: str) -> bool:
    """Whether the door of a Service leads to an answer, from outside."""
    found = world.obj("service", service)
    ports = [port.nodePort for port in found.spec.ports if port.nodePort] if found is not None else []
    return any(world.http("host", f"http://{_address(world)}:{port}/").status == 200 for port in ports)


def _missing(what: str) -> Finding:
    return Finding(
        2,
        0,
        Text(f"There is no {what}. Run the cell that sets it up.", f"找不到 {what}。請執行題目下方的準備儲存格。"),
    )


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D01-E1")
def nobody_noticed(world: World) -> Findings:
    """A container of the shop was restarted, a machine was cleared of its Pods, and the door always led somewhere."""
    if world.obj("deployment", SHOP) is None or world.obj("service", SHOP) is None:
        yield _missing("Deployment `shop`")
        return
    since = _opened(world)
    crashed = _restarted(world, since)
    yield expect(
        3,
        crashed,
        Text(
            f"A program crashed and was started again: in `{crashed}`.", f"有程式當掉又重新啟動了：在 `{crashed}` 裡。"
        ),
        Text(
            "No program of the shop has been restarted yet. (A deleted Pod is replaced, not restarted.)",
            "店裡還沒有任何程式重新啟動過。（被刪掉的 Pod 是被遞補，不是重新啟動。）",
        ),
        "deployment/shop",
    )
    cleared, shut = _cleared(world, since)
    yield expect(
        4,
        cleared,
        Text(
            f"`{cleared}` was cleared, and three Pods were ready without it.",
            f"`{cleared}` 清空了，少了它也有三個就緒的 Pod。",
        ),
        _not_cleared(shut),
        f"node/{cleared}" if cleared else "",
    )
    if not crashed and not cleared:
        return
    yield expect(
        3,
        not _gap(world, SHOP, since),
        Text("The door always led to a ready Pod.", "那扇門後面隨時都有就緒的 Pod。"),
        Text(
            "For a while there was no ready Pod behind the door. Delete the Deployment and the Service, set them up again, "
            "and try once more.",
            "有一段時間，門後面沒有任何就緒的 Pod。刪掉 Deployment 和 Service，重新準備，再試一次。",
        ),
        "service/shop",
    )
    yield expect(
        2,
        _answers(world, SHOP),
        Text("And the shop is open now.", "而且現在店是開著的。"),
        Text("The shop does not answer now.", "現在店沒有回應。"),
        "service/shop",
    )


def _opened(world: World) -> int:
    """The revision at which the present Service was made: who set everything up once more begins anew."""
    service = world.obj("service", SHOP)
    made = (change for change in world.history("services", SHOP) if change.object.metadata.uid == service.metadata.uid)
    return next((change.revision for change in made), 0)


def _restarted(world: World, since: int) -> str:
    """The name of a Pod of the shop of which a container has been restarted."""
    for change in world.history("pods"):
        pod = change.object
        mine = (
            change.type != "DELETED"
            and change.revision >= since
            and pod.metadata.labels.get("app") == SHOP
            and _looked_after(pod)
        )
        if mine and any(status.restartCount for status in pod.status.containerStatuses):
            return str(pod.metadata.name)
    return ""


def _cleared(world: World, since: int) -> tuple[str, list[str]]:
    """The first node that was closed to Pods, lost those of the shop and was not missed; and the nodes that are closed."""
    closed: dict[str, bool] = {}  # node -> whether Pods of the shop have been on it since it was closed
    pods: tuple[Any, ...] = ()
    for revision, (node, gone, moment) in _steps(world):
        if node is None:
            pods = tuple(pod for pod in moment if not pod.metadata.deletionTimestamp)
        elif _is_shut(node) and not gone:
            closed.setdefault(node.metadata.name, False)
        else:
            closed.pop(node.metadata.name, None)
        for name in closed if revision >= since else ():
            if any(pod.spec.nodeName == name for pod in pods):
                closed[name] = True
            elif closed[name] and sum(map(is_ready, pods)) >= 3:
                return name, []
    return "", sorted(closed)


def _steps(world: World) -> Iterator[tuple[int, tuple[Any, bool, tuple[Any, ...]]]]:
    """Changes of nodes (node, gone, ()) and of the shop's Pods (None, False, all of them), by revision."""
    nodes = [(change.revision, (change.object, change.type == "DELETED", ())) for change in world.history("nodes")]
    pods = [(moment.revision, (None, False, moment.objects)) for moment in world.moments("pods", f"app={SHOP}")]
    yield from sorted([*nodes, *pods], key=lambda item: item[0])


def _is_shut(node: Any) -> bool:
    """Closed by hand: cordoned, or with a taint that is not Kubernetes' own."""
    taints = [taint for taint in node.spec.taints if not taint.key.startswith("node.kubernetes.io/")]
    return bool(node.spec.unschedulable) or any(taint.effect in ("NoSchedule", "NoExecute") for taint in taints)


def _not_cleared(shut: list[str]) -> Text:
    if shut:
        return Text(
            f"No new Pods go to {listing(shut).en} any more, but the shop's own were not cleared away.",
            f"{listing(shut).zh_TW} 不收新的 Pod 了，但店裡的 Pod 還沒有從上面清走。",
        )
    return Text("No machine with Pods of the shop has been cleared yet.", "還沒有任何一台放著店裡 Pod 的機器被清空過。")


def _gap(world: World, service: str, since: int = 0) -> bool:
    """Whether a Service has been without a ready address after it first had one."""
    opened = False
    for moment in world.moments("endpointslices", f"{SERVICE_LABEL}={service}"):
        if moment.revision < since:
            continue
        ready = bool(ready_addresses(list(moment.objects)))
        if opened and not ready:
            return True
        opened = opened or ready
    return not opened


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D01-E2")
def more_floor(world: World) -> Findings:
    """Six ready Pods of the shop, some of them on a node that joined later; on a fork, any of them is replaced."""
    if world.obj("deployment", SHOP) is None:
        yield _missing("Deployment `shop`")
        return
    joined = _joined(world)
    yield expect(
        2,
        joined,
        Text(f"{listing(joined).en} has joined the cluster.", f"{listing(joined).zh_TW} 加入了叢集。"),
        Text("No machine has joined the cluster yet.", "還沒有新機器加入叢集。"),
    )
    pods = [pod for pod in world.pods(f"app={SHOP}") if is_ready(pod)]
    yield expect(
        2,
        len(pods) >= 6,
        Text(f"{len(pods)} Pods of the shop are ready.", f"店裡有 {len(pods)} 個 Pod 已就緒。"),
        Text(f"{len(pods)} Pods of the shop are ready, not six.", f"店裡就緒的 Pod 有 {len(pods)} 個，不是六個。"),
        "deployment/shop",
    )
    if len(pods) < 6:
        return
    yield expect(
        2,
        any(pod.spec.nodeName in joined for pod in pods),
        Text("The new machine has its share.", "新機器上也有一份。"),
        Text("There is none of them on a new machine.", "新機器上一個都沒有。"),
    )
    yield _replaced(world, pods)


def _joined(world: World) -> list[str]:
    """The nodes that have come after the cluster's first ones."""
    first: dict[str, float] = {}
    for change in world.history("nodes"):
        first.setdefault(change.object.metadata.uid, change.time)
    start = min(first.values(), default=0.0)
    return [node.metadata.name for node in world.objs("nodes") if first.get(node.metadata.uid, start) > start]


def _replaced(world: World, pods: list[Any]) -> Finding:
    """Throw one away on a fork (one that nobody looks after, if there is any) and see whether another comes."""
    victim = next((pod for pod in pods if not _looked_after(pod)), pods[0])
    known = {pod.metadata.uid for pod in world.pods(f"app={SHOP}")}
    fork = world.perturb()
    fork.kubectl(["delete", "pod", victim.metadata.name, "--grace-period=1", "--wait=false"])
    fork.advance(30)
    fresh = [pod for pod in fork.pods(f"app={SHOP}") if pod.metadata.uid not in known and is_ready(pod)]
    return expect(
        2,
        any(_looked_after(pod) for pod in fresh),
        Text(
            "We tried it on a copy: when one was thrown away, another took its place within 30 seconds.",
            "在複製的叢集上試過：丟掉一個，30 秒內就補上了。",
        ),
        Text(
            f"We tried it on a copy: when `{victim.metadata.name}` was thrown away, nobody replaced it.",
            f"在複製的叢集上試過：丟掉 `{victim.metadata.name}`，沒有人補上。",
        ),
        f"pod/{victim.metadata.name}",
    )


# -- E3 --------------------------------------------------------------------------------------------------------------


@exercise("D01-E3")
def till_serviced(world: World) -> Findings:
    """With its till off, the page of the small stalls was answered, that of the big one was not; all is on again."""
    doors = ("big-page", "big-till", "page", "till")
    gone = [door for door in doors if world.obj("service", door) is None]
    if gone:
        yield _missing(f"Service {listing(gone).en}")
        return
    small = [trace.status == 200 for trace in world.traces() if trace.service == "default/page" and _off(world, trace)]
    yield expect(
        4,
        True in small,
        Text("On the right, the page was served while the till was off.", "右邊的店：收銀關掉時，網頁照樣有回應。"),
        _not_seen(world, "till", "page", small),
        "service/page",
    )
    big = [
        trace.status == 200 for trace in world.traces() if trace.service == "default/big-page" and _off(world, trace)
    ]
    yield expect(
        4,
        False in big,
        Text("On the left, the page was gone together with the till.", "左邊的店：收銀一關，網頁也跟著不見了。"),
        _not_seen(world, "big-till", "big-page", big),
        "service/big-page",
    )
    if not small and not big:
        return
    silent = [door for door in doors if not _answers(world, door)]
    yield expect(
        2,
        not silent,
        Text("All four doors answer again.", "四扇門現在都有回應。"),
        Text(
            f"These doors do not answer now: {listing(silent).en}.", f"這幾扇門現在沒有回應：{listing(silent).zh_TW}。"
        ),
    )


def _off(world: World, trace: Any) -> bool:
    """Whether the till of the shop that was visited had nobody behind it just then."""
    till = "big-till" if trace.service == "default/big-page" else "till"
    ready = False
    for moment in world.moments("endpointslices", f"{SERVICE_LABEL}={till}"):
        if moment.time >= trace.time:
            break
        ready = bool(ready_addresses(list(moment.objects)))
    return not ready


def _not_seen(world: World, till: str, page: str, visits: list[bool]) -> Text:
    if visits:
        return Text(
            f"While `{till}` was off, `{page}` was visited, but not as it should have been: was only the till switched off, "
            "and its program, not its door?",
            f"`{till}` 關掉的時候有人拜訪過 `{page}`，但結果不對：關掉的只有收銀嗎？關的是程式，還是門？",
        )
    if _gap(world, till):
        return Text(
            f"`{till}` has been off, but nobody knocked at `{page}` in that time.",
            f"`{till}` 關過，但那段時間沒有人去敲 `{page}` 的門。",
        )
    return Text(f"The till behind `{till}` has not been off yet.", f"`{till}` 後面的收銀還沒有關過。")


CHECKS = (nobody_noticed, more_floor, till_serviced)
