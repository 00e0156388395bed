"""Day 10: a place for the Pod that waits, two pools of machines, a selector with a trap, a Pod in quarantine."""

from __future__ import annotations

from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World, doing, is_ready

KEY, WANTED = "hardware", "high-memory"
POOLS = {"minikube": None, "minikube-m02": "cpu", "minikube-m03": "cpu", "minikube-m04": "memory"}
STALLS = {
    "dumplings": {"app": "dumplings", "tier": "backend", "env": "production"},
    "noodles": {"app": "noodles", "tier": "backend", "env": "test"},
    "papaya-milk": {"app": "papaya-milk", "tier": "frontend", "env": "test"},
    "peanut-ice": {"app": "peanut-ice", "tier": "backend"},
    "scallion-cake": {"app": "scallion-cake", "tier": "backend", "env": "staging"},
    "taro-balls": {"app": "taro-balls", "env": "staging"},
}


@exercise("D10-E1")
def a_place(world: World) -> Findings:
    """The Pod that waited runs on minikube, because the machine now has what the Pod asks for."""
    pod, node = world.obj("pod", "my-pod"), world.obj("node", "minikube")
    if pod is None or node is None:
        yield Finding(3, 0, Text("There is no Pod `my-pod` in this cluster.", "叢集裡沒有名叫 `my-pod` 的 Pod。"))
        return
    value = node.metadata.labels.get(KEY)
    yield expect(
        3,
        value == WANTED,
        Text(f"The machine `minikube` carries `{KEY}={WANTED}`.", f"機器 `minikube` 貼著 `{KEY}={WANTED}`。"),
        _no_note(world, pod, value),
        "node/minikube",
    )
    if value != WANTED:
        return
    there = is_ready(pod) and pod.spec.nodeName == "minikube"
    yield expect(
        3,
        there,
        Text("`my-pod` runs there, and is ready.", "`my-pod` 在那裡執行，而且已就緒。"),
        Text(
            f"`my-pod`: {doing(pod)}, on {pod.spec.nodeName or 'no machine'}.",
            f"`my-pod`：{doing(pod)}，{'位於 ' + pod.spec.nodeName if pod.spec.nodeName else '還沒分到機器'}。",
        ),
        "pod/my-pod",
    )
    if not there:
        return
    yield expect(
        2,
        dict(pod.spec.nodeSelector or {}) == {KEY: WANTED},
        Text("It still asks for that kind of machine.", "它仍然要求這種機器。"),
        Text(f"It does not ask for `{KEY}={WANTED}` any more.", f"它已經不再要求 `{KEY}={WANTED}` 了。"),
        "pod/my-pod",
    )
    yield expect(
        4,
        _waited(world, pod) and _placed_by_scheduler(world, pod),
        Text(
            "It is the very Pod that had to wait, and the scheduler has placed it.",
            "它就是當初在等的那個 Pod，而且是排程器幫它找到位子的。",
        ),
        Text(
            "It is not the Pod that was waiting: this one never had to wait for the scheduler.",
            "它不是當初在等的那個 Pod：這一個從來沒有等過排程器。",
        ),
        "pod/my-pod",
    )


def _no_note(world: World, pod: Any, value: str | None) -> Text:
    others = [
        node.metadata.name
        for node in world.objs("nodes")
        if node.metadata.labels.get(KEY) == WANTED and node.metadata.name != "minikube"
    ]
    if value is not None:
        return Text(
            f"The machine `minikube` says `{KEY}={value}`; the Pod asks for `{KEY}={WANTED}`.",
            f"機器 `minikube` 上寫的是 `{KEY}={value}`，Pod 要的是 `{KEY}={WANTED}`。",
        )
    if others:
        return Text(
            f"The note is on {listing(others).en}; the machine with the memory is `minikube`.",
            f"標籤貼在 {listing(others).zh_TW} 上了；記憶體多的那台是 `minikube`。",
        )
    if KEY in pod.metadata.labels:
        return Text(
            f"`{KEY}` is on the Pod. The Pod asks; the machine has to answer.",
            f"`{KEY}` 貼在 Pod 上了。Pod 是發問的一方，該回答的是機器。",
        )
    return Text(
        f"The machine `minikube` does not carry `{KEY}={WANTED}`.", f"機器 `minikube` 沒有貼 `{KEY}={WANTED}`。"
    )


def _waited(world: World, pod: Any) -> bool:
    """Whether this very Pod has been unschedulable at some time."""
    return any(
        condition.type == "PodScheduled" and condition.status == "False" and condition.reason == "Unschedulable"
        for change in world.history("pods", pod.metadata.name)
        if change.object.metadata.uid == pod.metadata.uid
        for condition in change.object.status.conditions
    )


def _placed_by_scheduler(world: World, pod: Any) -> bool:
    return any(
        change.object.reason == "Scheduled"
        and change.object.involvedObject.uid == pod.metadata.uid
        and change.object.source.component == "default-scheduler"
        for change in world.history("events")
    )


@exercise("D10-E2")
def two_pools(world: World) -> Findings:
    """grinder on pool=cpu, photos on pool=memory, by what the Deployments ask for and not by force."""
    found = [_in_pool(world, "grinder", "cpu"), _in_pool(world, "photos", "memory")]
    yield from found
    if not all(finding.held for finding in found):
        return
    nodes = {node.metadata.name: node for node in world.objs("nodes")}
    moved = [name for name, pool in POOLS.items() if name in nodes and nodes[name].metadata.labels.get("pool") != pool]
    closed = [name for name, node in nodes.items() if node.spec.unschedulable or node.spec.taints]
    yield expect(
        2,
        not moved and not closed,
        Text("The machines are as they were, and all of them are open.", "機器都維持原樣，而且全部開放。"),
        Text(f"Closed to Pods: {listing(closed).en}.", f"不讓 Pod 進來的機器：{listing(closed).zh_TW}。")
        if closed
        else Text(
            f"The label `pool` of {listing(moved).en} was changed.", f"{listing(moved).zh_TW} 的 `pool` 標籤被改過了。"
        ),
    )
    yield _follows_the_label(world)


def _in_pool(world: World, app: str, pool: str) -> Finding:
    pods = [pod for pod in world.pods(f"app={app}") if is_ready(pod)]
    members = [node.metadata.name for node in world.objs("nodes", selector=f"pool={pool}")]
    astray = sorted({pod.spec.nodeName for pod in pods if pod.spec.nodeName not in members})
    if len(pods) < 4:
        state = listing([doing(pod) for pod in world.pods(f"app={app}") if not is_ready(pod)])
        return Finding(
            3,
            0,
            Text(
                f"`{app}` has {len(pods)} ready Pods, it should have four. The others: {state.en}.",
                f"`{app}` 有 {len(pods)} 個已就緒的 Pod，應該要有四個。其餘的狀態：{state.zh_TW}。",
            ),
            f"deployment/{app}",
        )
    return expect(
        3,
        not astray,
        Text(
            f"Every Pod of `{app}` runs on a machine with `pool={pool}`.",
            f"`{app}` 的 Pod 全都在 `pool={pool}` 的機器上。",
        ),
        Text(
            f"Pods of `{app}` run on {listing(astray).en}, which is not `pool={pool}`.",
            f"`{app}` 有 Pod 跑在 {listing(astray).zh_TW}，那不是 `pool={pool}` 的機器。",
        ),
        f"deployment/{app}",
    )


def _follows_the_label(world: World) -> Finding:
    """On a fork, other machines make up the pools and all Pods are replaced: they have to go by the labels."""
    fork = world.perturb()
    for node in fork.objs("nodes"):
        fork.kubectl(["uncordon", node.metadata.name])
    fork.kubectl("label node minikube-m02 minikube-m03 pool-")
    fork.kubectl("label node minikube pool=memory --overwrite")
    fork.kubectl("label node minikube-m04 pool=cpu --overwrite")
    fork.kubectl(["delete", "pods", "-l", "app in (grinder,photos)", "--grace-period=1", "--wait=false"])
    fork.advance(30)
    lost = [app for app, pool in (("grinder", "cpu"), ("photos", "memory")) if not _in_pool(fork, app, pool).held]
    return expect(
        4,
        not lost,
        Text(
            "We tried it on a copy: with other machines in the pools, the new Pods went there.",
            "在複製的叢集上試過：池子換了機器，新的 Pod 就跟著去了那裡。",
        ),
        Text(
            f"We tried it on a copy: with other machines in the pools, new Pods of {listing(lost).en} did not find them.",
            f"在複製的叢集上試過：池子換了機器之後，{listing(lost).zh_TW} 的新 Pod 沒有找過去。",
        ),
    )


@exercise("D10-E3")
def not_in_production(world: World) -> Findings:
    """restart=tonight, as an annotation, on exactly the Pods with tier=backend,env!=production."""
    pods = {pod.metadata.name: pod for pod in world.pods() if pod.metadata.name in STALLS}
    missing = sorted(set(STALLS) - set(pods))
    if missing:
        yield Finding(
            5,
            0,
            Text(
                f"These stalls are missing: {listing(missing).en}. Run the cell that sets them up.",
                f"少了這幾個攤位：{listing(missing).zh_TW}。請執行題目下方的準備儲存格。",
            ),
        )
        return
    changed = [name for name in sorted(pods) if dict(pods[name].metadata.labels) != STALLS[name]]
    if changed:
        yield Finding(
            5,
            0,
            Text(
                f"The labels of {listing(changed).en} are not those they moved in with. Put them right first.",
                f"{listing(changed).zh_TW} 的標籤跟進駐時不一樣了。請先恢復原狀。",
            ),
        )
        return
    marked = {name for name, pod in pods.items() if pod.metadata.annotations.get("restart") == "tonight"}
    asked = {pod.metadata.name for pod in world.pods("tier=backend,env!=production")} & set(STALLS)
    yield expect(
        5,
        asked <= marked,
        Text("Everyone who is to be restarted has been told.", "該重新啟動的，全都通知到了。"),
        Text(
            f"Not told yet: {len(asked - marked)} of {len(asked)} Pods.",
            f"還有 {len(asked - marked)} 個沒通知到（共 {len(asked)} 個）。",
        ),
    )
    if not marked:
        return
    extra = listing(sorted(marked - asked))
    yield expect(
        5,
        marked <= asked,
        Text("Nobody else has been told.", "沒有通知到不相干的人。"),
        Text(f"Told, although it is not meant: {extra.en}.", f"不該通知卻通知了：{extra.zh_TW}。"),
    )


@exercise("D10-E4")
def quarantine(world: World) -> Findings:
    """One Pod of shop runs on, released by its ReplicaSet and left out by the Service; three others serve."""
    deployment = world.obj("deployment", "shop")
    if deployment is None:
        yield Finding(
            4,
            0,
            Text(
                "There is no Deployment `shop`. Run the cell that sets it up.",
                "沒有名叫 `shop` 的 Deployment。請執行題目下方的準備儲存格。",
            ),
        )
        return
    owned_once = {
        change.object.metadata.uid for change in world.history("pods") if _owner(change.object).startswith("shop-")
    }
    free = [pod for pod in world.pods() if pod.metadata.uid in owned_once and not _owner(pod)]
    alive = [pod for pod in free if is_ready(pod)]
    yield expect(
        4,
        alive,
        Text(
            f"{listing([pod.metadata.name for pod in alive]).en} came from `shop`, belongs to nobody now, and runs on.",
            f"{listing([pod.metadata.name for pod in alive]).zh_TW} 出身 `shop`，現在不屬於任何人，而且還在執行。",
        ),
        Text(
            "All Pods that `shop` has ever had are still its own, or gone.",
            "`shop` 有過的 Pod，不是還歸它管，就是已經不在了。",
        ),
        "deployment/shop",
    )
    if not alive:
        return
    addresses = set(world.eps("shop"))
    visited = [pod.metadata.name for pod in alive if pod.status.podIP in addresses]
    yield expect(
        3,
        not visited,
        Text("No customer is sent there any more.", "不會再有客人被帶到那裡。"),
        Text(
            f"The Service `shop` still sends customers to {listing(visited).en}.",
            f"Service `shop` 還是會把客人帶到 {listing(visited).zh_TW}。",
        ),
        "service/shop",
    )
    own = {pod.status.podIP for pod in world.pods() if _owner(pod).startswith("shop-") and is_ready(pod)}
    yield expect(
        3,
        deployment.spec.replicas == 3 == len(own) and own <= addresses,
        Text("Three Pods of `shop` serve the customers, as before.", "跟之前一樣，有三個 `shop` 的 Pod 在招呼客人。"),
        Text(
            f"`shop` wants {deployment.spec.replicas} Pods; {len(own & addresses)} of its own serve customers.",
            f"`shop` 要 {deployment.spec.replicas} 個 Pod；目前有 {len(own & addresses)} 個在招呼客人。",
        ),
        "deployment/shop",
    )


def _owner(pod: Any) -> str:
    """The name of the ReplicaSet that a Pod belongs to, or nothing."""
    return next((owner.name for owner in pod.metadata.ownerReferences if owner.controller), "")


CHECKS = (a_place, two_pools, not_in_production, quarantine)
