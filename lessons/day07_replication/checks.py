"""Day 7: a counter that replaces, Pods without their counter, a clipboard that is right, and a Pod in quarantine."""

from __future__ import annotations

from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World, doing, is_ready

FOUR = "my-replication-controller"


def _owner(pod: Any) -> str:
    """The UID of the controller that a Pod belongs to; nothing if it has none."""
    return next((str(owner.uid) for owner in pod.metadata.ownerReferences if owner.controller), "")


def _own(world: World, controller: Any) -> list[Any]:
    """The Pods of a controller that are not on their way out."""
    return [pod for pod in world.pods() if _owner(pod) == controller.metadata.uid]


def _missing(points: int, name: str) -> Finding:
    return Finding(
        points,
        0,
        Text(
            f"There is no ReplicationController `{name}`.",
            f"叢集裡沒有名叫 `{name}` 的 ReplicationController。",
        ),
    )


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D07-E1")
def four(world: World) -> Findings:
    """Four ready Pods of the controller's own, one of which took the place of a deleted one."""
    controller = world.obj("rc", FOUR)
    if controller is None:
        yield _missing(3, FOUR)
        return
    own = _own(world, controller)
    ready = [pod for pod in own if is_ready(pod)]
    yield expect(
        3,
        controller.spec.replicas == 4,
        Text("Four are ordered.", "訂了四個。"),
        Text(f"{controller.spec.replicas} are ordered, not four.", f"訂的是 {controller.spec.replicas} 個，不是四個。"),
        f"replicationcontroller/{FOUR}",
    )
    yield expect(
        4,
        len(own) == len(ready) == 4,
        Text("Four Pods of its own are ready.", "它自己的 Pod 有四個已就緒。"),
        _not_four(world, own, ready),
        f"replicationcontroller/{FOUR}",
    )
    replaced = _replaced(world, controller)
    yield expect(
        5,
        replaced,
        Text(f"`{replaced}` was deleted, and replaced at once.", f"`{replaced}` 被刪掉，而且立刻補上了。"),
        Text(
            "None of its Pods has been deleted and replaced yet. (Fewer by scaling down is not a replacement.)",
            "它的 Pod 還沒有哪一個被刪掉又補上。（縮減數量而少掉的，不算遞補。）",
        ),
        f"replicationcontroller/{FOUR}",
    )


def _not_four(world: World, own: list[Any], ready: list[Any]) -> Text:
    strangers = [pod.metadata.name for pod in world.pods() if not _owner(pod)]
    if strangers:
        return Text(
            f"{len(ready)} Pods of its own are ready. {listing(strangers).en}: on the list, but not its own.",
            f"它自己的 Pod 有 {len(ready)} 個已就緒。{listing(strangers).zh_TW} 雖然在清單上，但不是它的。",
        )
    return Text(
        f"It has {len(own)} Pods of its own, {len(ready)} of them ready.",
        f"它自己的 Pod 有 {len(own)} 個，其中 {len(ready)} 個已就緒。",
    )


def _replaced(world: World, controller: Any) -> str:
    """The name of a Pod of this controller that was deleted and replaced while the number ordered stayed the same."""
    uid = controller.metadata.uid
    orders = _orders(world, uid)
    going: dict[str, tuple[str, int]] = {}  # uid -> name, and how many were ordered when it was told to go
    for change in world.history("pods"):
        pod = change.object
        if _owner(pod) != uid:
            continue
        if change.type == "ADDED":
            for name, ordered in going.values():
                if ordered == _ordered(orders, change.revision):
                    return name
        elif pod.metadata.deletionTimestamp or change.type == "DELETED":
            going.setdefault(pod.metadata.uid, (pod.metadata.name, _ordered(orders, change.revision)))
    return ""


def _orders(world: World, uid: str) -> list[tuple[int, int]]:
    """Each change of the number ordered: from which revision, and a serial number of the order."""
    found: list[tuple[int, int]] = []
    last = None
    for change in world.history("rc"):
        if change.object.metadata.uid == uid and change.object.spec.replicas != last:
            last = change.object.spec.replicas
            found.append((change.revision, len(found)))
    return found


def _ordered(orders: list[tuple[int, int]], revision: int) -> int:
    """Which order was in force at a revision."""
    return max((serial for since, serial in orders if since <= revision), default=-1)


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D07-E2")
def without_the_boss(world: World) -> Findings:
    """night-shift is gone; the three Pods that were its own are the same as before, run, and belong to nobody."""
    born: dict[str, float] = {}
    gone_at = None
    uids: set[str] = set()
    for change in world.history("rc", "night-shift"):
        uids.add(change.object.metadata.uid)
        gone_at = change.time if change.type == "DELETED" else None
    for change in world.history("pods"):
        if _owner(change.object) in uids:
            born.setdefault(change.object.metadata.uid, change.time)
    if not uids:
        yield Finding(
            3,
            0,
            Text(
                "`night-shift` has never been there. Run the cell that sets it up.",
                "還沒有 `night-shift`。請執行題目下方的準備儲存格。",
            ),
        )
        return
    yield expect(
        3,
        gone_at is not None,
        Text("`night-shift` is gone.", "`night-shift` 已經不在了。"),
        Text("`night-shift` is still there.", "`night-shift` 還在。"),
        "" if gone_at is not None else "replicationcontroller/night-shift",
    )
    if gone_at is None:
        return
    left = [pod for pod in world.pods() if born.get(pod.metadata.uid, gone_at) < gone_at]
    up = [pod for pod in left if is_ready(pod)]
    yield expect(
        4,
        len(up) == 3,
        Text("Its three Pods are still running, the very same.", "它的三個 Pod 還在執行，而且是原來那三個。"),
        Text(
            f"Of the Pods that were its own, {len(up)} are still running. Others of the same kind are not the same.",
            f"原本屬於它的 Pod，還在執行的有 {len(up)} 個。同一款的別的 Pod 不算。",
        ),
    )
    owned = [pod.metadata.name for pod in left if pod.metadata.ownerReferences]
    yield expect(
        3,
        left and not owned,
        Text("And they belong to nobody.", "而且它們不屬於任何人。"),
        Text(f"Somebody owns {listing(owned).en} again.", f"{listing(owned).zh_TW} 又有了主人。")
        if owned
        else Text("There is none left to belong to nobody.", "已經一個都不剩了。"),
    )


# -- E3 --------------------------------------------------------------------------------------------------------------


@exercise("D07-E3")
def tea(world: World) -> Findings:
    """tea-stand counts by app=tea, makes such Pods, and two of them are ready."""
    controller = world.obj("rc", "tea-stand")
    if controller is None:
        yield _missing(3, "tea-stand")
        return
    badge = dict(controller.spec.selector)
    yield expect(
        3,
        badge.get("app") == "tea",
        Text("It counts by `app=tea`.", "它認的是 `app=tea`。"),
        Text(f"It counts by `{_labels(badge)}`, not by `app=tea`.", f"它認的是 `{_labels(badge)}`，不是 `app=tea`。"),
        "replicationcontroller/tea-stand",
    )
    own = [pod for pod in _own(world, controller) if pod.metadata.labels.get("app") == "tea"]
    ready = [pod for pod in own if is_ready(pod)]
    yield expect(
        5,
        len(ready) == 2 == controller.spec.replicas,
        Text("Two Pods with this label are ready and its own.", "有兩個貼著這個標籤、屬於它的 Pod 已就緒。"),
        Text(
            f"Of its own Pods with `app=tea`, {len(ready)} are ready; {controller.spec.replicas} are ordered.",
            f"屬於它、貼著 `app=tea` 的 Pod 有 {len(ready)} 個已就緒；訂的是 {controller.spec.replicas} 個。",
        ),
        "replicationcontroller/tea-stand",
    )


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


# -- E4 --------------------------------------------------------------------------------------------------------------


@exercise("D07-E4")
def quarantine(world: World) -> Findings:
    """A Pod that stalls once owned runs on, owned by nobody and behind no door; stalls has three others."""
    controller = world.obj("rc", "stalls")
    if controller is None:
        yield _missing(4, "stalls")
        return
    once = {
        change.object.metadata.uid
        for change in world.history("pods")
        if _owner(change.object) == controller.metadata.uid
    }
    out = [pod for pod in world.pods() if pod.metadata.uid in once and not _owner(pod)]
    yield expect(
        4,
        out and is_ready(out[0]),
        Text(
            f"`{out[0].metadata.name}` runs on, out of the controller's care." if out else "",
            f"`{out[0].metadata.name}` 繼續執行，已經不歸控制器管。" if out else "",
        ),
        Text(
            f"`{out[0].metadata.name}` is out, but not running: {doing(out[0])}.",
            f"`{out[0].metadata.name}` 帶出來了，但沒有在執行：{doing(out[0])}。",
        )
        if out
        else Text(
            "No Pod has been let out of the controller's care yet. (A deleted one cannot be examined.)",
            "還沒有任何 Pod 脫離控制器的照顧。（刪掉就沒得檢查了。）",
        ),
        f"pod/{out[0].metadata.name}" if out else "",
    )
    if not out:
        return
    ready = [pod for pod in _own(world, controller) if is_ready(pod)]
    yield expect(
        3,
        len(ready) == 3,
        Text("`stalls` has three ready Pods of its own.", "`stalls` 自己有三個已就緒的 Pod。"),
        Text(f"`stalls` has {len(ready)} ready Pods of its own.", f"`stalls` 自己已就緒的 Pod 有 {len(ready)} 個。"),
        "replicationcontroller/stalls",
    )
    behind = set(world.eps("stalls"))
    visited = [pod.metadata.name for pod in out if pod.status.podIP in behind]
    yield expect(
        3,
        behind and not visited,
        Text("No customer comes to it any more.", "不會再有客人走到它那裡。"),
        Text(
            f"The Service `stalls` still sends customers to {listing(visited).en}. By what does it select?",
            f"Service `stalls` 還是會把客人送到 {listing(visited).zh_TW}。它是用什麼來挑的？",
        )
        if visited
        else Text("The Service `stalls` leads to nobody.", "Service `stalls` 後面沒有任何人。"),
        "service/stalls",
    )


CHECKS = (four, without_the_boss, tea, quarantine)
