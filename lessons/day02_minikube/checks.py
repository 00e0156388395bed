"""Day 2: an application behind a door, a night's rest for the cluster, and a kubeconfig that leads to the right place."""

from __future__ import annotations

from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text
from k8snb.grading.world import World, doing, is_ready

NAME = "hello-minikube"
NIGHT = "night-light"


def available(world: World, points: int, name: str) -> Finding:
    """Whether a Deployment is there and has an available Pod."""
    deployment = world.obj("deployment", name)
    if deployment is None:
        bare = world.obj("pod", name) is not None
        return Finding(
            points,
            0,
            Text(
                f"`{name}` is a single bare Pod, not a Deployment: nobody would replace it.",
                f"`{name}` 只是單獨一個 Pod，不是 Deployment：壞了沒有人補。",
            )
            if bare
            else Text(f"There is no Deployment `{name}` in this cluster.", f"叢集裡沒有名叫 `{name}` 的 Deployment。"),
        )
    pods = [pod for pod in world.pods() if _owner(world, pod) == deployment.metadata.uid]
    state = doing(pods[0]) if pods else "0"
    return expect(
        points,
        (deployment.status.availableReplicas or 0) >= 1,
        Text(f"The Deployment `{name}` has a running Pod.", f"Deployment `{name}` 有 Pod 在執行。"),
        Text(
            f"The Deployment `{name}` is there, but none of its Pods is available: {state}.",
            f"Deployment `{name}` 已經存在，但它的 Pod 還不能用：{state}。",
        ),
        f"deployment/{name}",
    )


def _owner(world: World, pod: Any) -> str:
    """The UID of the Deployment that a Pod belongs to, by way of its ReplicaSet; nothing for other Pods."""
    sets = {each.metadata.uid: each for each in world.objs("replicasets")}
    for owner in pod.metadata.ownerReferences:
        parent = sets.get(owner.uid)
        if parent is not None:
            return next((each.uid for each in parent.metadata.ownerReferences if each.kind == "Deployment"), "")
    return ""


def _address(world: World) -> str:
    node = world.objs("nodes")[0]
    return str(next(each.address for each in node.status.addresses if each.type == "InternalIP"))


def _doors(service: Any) -> list[int]:
    return [port.nodePort for port in service.spec.ports if port.nodePort] if service is not None else []


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D02-E1")
def parrot(world: World) -> Findings:
    """hello-minikube is a Deployment behind a NodePort Service, and repeats /hellokube to a visitor from outside."""
    yield available(world, 3, NAME)
    deployment, service = world.obj("deployment", NAME), world.obj("service", NAME)
    if service is None:
        yield Finding(2, 0, Text(f"There is no Service `{NAME}` yet.", f"還沒有名叫 `{NAME}` 的 Service。"))
        return
    doors = _doors(service)
    yield expect(
        2,
        doors,
        Text("Its Service has a door to the street.", "它的 Service 開了一扇面向街道的門。"),
        Text(
            f"The Service is of type `{service.spec.type}`: it has no port on the node.",
            f"這個 Service 的類型是 `{service.spec.type}`：節點上沒有開埠。",
        ),
        f"service/{NAME}",
    )
    if not doors or deployment is None:
        return
    reply = world.http("host", f"http://{_address(world)}:{doors[0]}/hellokube")
    served = world.obj("pod", reply.pod.partition("/")[2]) if reply.pod else None
    ours = served is not None and _owner(world, served) == deployment.metadata.uid
    yield expect(
        5,
        reply.status == 200 and ours and "/hellokube" in reply.text,
        Text(
            f"A visit to `/hellokube` is repeated by `{reply.pod.partition('/')[2]}`.",
            f"拜訪 `/hellokube`，由 `{reply.pod.partition('/')[2]}` 複述了一遍。",
        ),
        _not_repeated(reply, ours),
        f"service/{NAME}",
    )


def _not_repeated(reply: Any, ours: bool) -> Text:
    if reply.status == 200 and not ours:
        return Text(
            "Somebody answers, but it is not a Pod of the Deployment.", "有人回應了，但不是這個 Deployment 的 Pod。"
        )
    if reply.status:
        first = reply.text.strip().splitlines()[0] if reply.text.strip() else str(reply.status)
        return Text(
            f"A visit to `/hellokube` is answered with `{first}`: this is no echo. Is it the right image?",
            f"拜訪 `/hellokube` 得到 `{first}`：不是複述。映像檔對嗎？",
        )
    return Text(
        f"A visit to `/hellokube` gets no answer: {reply.summary()}",
        f"拜訪 `/hellokube` 沒有得到回應：{reply.summary()}",
    )


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D02-E2")
def closing_time(world: World) -> Findings:
    """The machine was off and is on again, and night-light is the Deployment that was there before."""
    deployment = world.obj("deployment", NIGHT)
    if deployment is None:
        yield Finding(
            4,
            0,
            Text(
                f"There is no `{NIGHT}`. If you have deleted the cluster, everything in it is gone: run the cell that "
                "sets it up.",
                f"找不到 `{NIGHT}`。如果你刪掉了叢集，裡面的東西就全沒了：請執行題目下方的準備儲存格。",
            ),
        )
        return
    closed, opened = _night(world)
    yield expect(
        4,
        opened is not None and _rebooted(world),
        Text("The cluster was stopped and has been started again.", "叢集停過，也重新啟動了。"),
        _still_open(closed, opened),
    )
    if opened is None or closed is None or not _rebooted(world):
        return
    yield expect(
        3,
        _first_seen(world, deployment) < closed,
        Text(f"`{NIGHT}` is the same Deployment as before.", f"`{NIGHT}` 還是原來那個 Deployment。"),
        Text(
            f"This `{NIGHT}` was made after the night: it is another one of the same name.",
            f"這個 `{NIGHT}` 是打烊之後才建立的：同名，但不是同一個。",
        ),
        f"deployment/{NIGHT}",
    )
    doors = _doors(world.obj("service", NIGHT))
    reply = world.http("host", f"http://{_address(world)}:{doors[0]}/") if doors else None
    yield expect(
        3,
        reply is not None and reply.status == 200,
        Text("And it shines: its Service answers from outside.", "而且亮著：從外面連得到它的 Service。"),
        Text(
            f"It does not shine: {reply.summary() if reply else 'no door'}",
            f"它沒有亮：{reply.summary() if reply else '沒有門'}",
        ),
        f"service/{NIGHT}",
    )


def _night(world: World) -> tuple[float | None, float | None]:
    """When the kubelet's last heartbeat was written down (it went), and when it came back; None if it has not."""
    node = world.objs("nodes")[0].metadata.name
    closed = opened = None
    for change in world.history("leases", node, "kube-node-lease"):
        stopped = change.type != "DELETED" and change.object.spec.renewTime is not None
        if stopped:
            closed, opened = change.time, None
        elif closed is not None and opened is None:
            opened = change.time
    return closed, opened


def _rebooted(world: World) -> bool:
    """The machine itself was off: even the API server's container is a new one."""
    servers = world.objs("pods", "kube-system", "component=kube-apiserver")
    return any(status.restartCount >= 1 for pod in servers for status in pod.status.containerStatuses)


def _still_open(closed: float | None, opened: float | None) -> Text:
    if closed is None:
        return Text("The cluster has not been stopped yet.", "叢集還沒有停過。")
    if opened is not None:
        return Text(
            "The kubelet was away for a while, but the machine has been on all the time.",
            "kubelet 離開過一陣子，但機器一直開著。",
        )
    return Text("The cluster was stopped, but is not running again yet.", "叢集停了，但還沒有重新啟動。")


def _first_seen(world: World, deployment: Any) -> float:
    times = (
        change.time
        for change in world.history("deployments", NIGHT)
        if change.object.metadata.uid == deployment.metadata.uid
    )
    return min(times, default=world.now)


# -- E3 and E4 -------------------------------------------------------------------------------------------------------


@exercise("D02-E3")
def bookmark(world: World) -> Findings:
    """The context `market` leads to this cluster's namespace `market`, is the current one, and lantern runs there."""
    yield expect(
        2,
        world.obj("namespace", "market") is not None,
        Text("The namespace `market` exists.", "命名空間 `market` 已經存在。"),
        Text("There is no namespace `market` in the cluster yet.", "叢集裡還沒有命名空間 `market`。"),
    )
    config = world.kubeconfig()
    context = _body(config, "contexts", "context", "market")
    if not context:
        yield Finding(
            4, 0, Text("The kubeconfig has no context `market`.", "kubeconfig 裡沒有名叫 `market` 的 context。")
        )
    else:
        faults = [*_leads_astray(world, config, context), *_other_room(context)]
        yield expect(
            4,
            not faults,
            Text(
                "The context `market` leads to this cluster, as you, into the namespace `market`.",
                "context `market` 通往這個叢集、用的是你的身分、看的是命名空間 `market`。",
            ),
            faults[0] if faults else Text("", ""),
        )
        current = config.get("current-context", "")
        yield expect(
            2,
            current == "market",
            Text("It is the current context.", "它就是目前的 context。"),
            Text(f"The current context is `{current}`.", f"目前的 context 是 `{current}`。"),
        )
    pod = world.obj("pod", "lantern", "market")
    yield expect(
        2,
        pod is not None and is_ready(pod),
        Text("`lantern` shines in the namespace `market`.", "`lantern` 在命名空間 `market` 裡亮著。"),
        Text(
            "There is no ready Pod `lantern` in the namespace `market`"
            + (": it is in `default`." if world.obj("pod", "lantern") is not None else "."),
            "命名空間 `market` 裡沒有已就緒的 Pod `lantern`"
            + ("：它跑到 `default` 去了。" if world.obj("pod", "lantern") is not None else "。"),
        ),
    )


@exercise("D02-E4")
def wrong_number(world: World) -> Findings:
    """The current context exists, and leads with the right user to the API server of this cluster."""
    config = world.kubeconfig()
    current = str(config.get("current-context", ""))
    context = _body(config, "contexts", "context", current)
    yield expect(
        4,
        bool(context),
        Text(f"The current context, `{current}`, is in the book.", f"目前的 context `{current}` 在通訊錄裡找得到。"),
        Text(
            f"The current context is `{current}`, and there is no such entry.",
            f"目前的 context 是 `{current}`，但通訊錄裡沒有這一筆。",
        ),
    )
    entry = context or _body(config, "contexts", "context", "minikube")
    name = current if context else "minikube"
    faults = _leads_astray(world, config, entry)
    yield expect(
        6,
        not faults,
        Text(
            f"The entry `{name}` leads to the API server of this cluster.",
            f"`{name}` 這一筆通往這個叢集的 API server。",
        ),
        faults[0] if faults else Text("", ""),
    )


def _body(config: Any, section: str, key: str, name: str) -> dict[str, Any]:
    """The body of the entry of this name; empty if there is none."""
    found = next((each for each in config.get(section) or [] if each.get("name") == name), None)
    return dict(found.get(key) or {}) if found else {}


def _leads_astray(world: World, config: Any, context: dict[str, Any]) -> list[Text]:
    """What is wrong with the cluster and the user of a context."""
    endpoints = world.obj("endpointslice", "kubernetes")
    assert endpoints is not None
    true = f"https://{endpoints.endpoints[0].addresses[0]}:{endpoints.ports[0].port}"
    server = _body(config, "clusters", "cluster", str(context.get("cluster", ""))).get("server", "")
    faults = []
    if not context.get("cluster"):
        faults.append(Text("It does not say which cluster.", "它沒有說是哪個叢集。"))
    elif not server:
        faults.append(
            Text(
                f"It names the cluster `{context['cluster']}`, which is not in the book.",
                f"它指的叢集 `{context['cluster']}` 不在通訊錄裡。",
            )
        )
    elif server.rstrip("/") != true:
        faults.append(
            Text(
                f"It leads to `{server}`; the API server is not to be found there.",
                f"它通往 `{server}`；API server 不在那裡。",
            )
        )
    if not _body(config, "users", "user", str(context.get("user", ""))).get("client-certificate"):
        faults.append(
            Text(
                f"Its user is `{context.get('user', '')}`, who has nothing to show at the counter.",
                f"它的使用者是 `{context.get('user', '')}`，到了櫃檯拿不出任何證件。",
            )
        )
    return faults


def _other_room(context: dict[str, Any]) -> list[Text]:
    room = context.get("namespace") or "default"
    if room == "market":
        return []
    return [Text(f"It looks at the namespace `{room}`.", f"它看的是命名空間 `{room}`。")]


CHECKS = (parrot, closing_time, bookmark, wrong_number)
