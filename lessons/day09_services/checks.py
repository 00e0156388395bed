"""Day 9: a Service written by hand, an address kept, two versions kept apart, three dead doors mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World, is_ready

if TYPE_CHECKING:
    from k8snb.network.trace import Trace

V1, V2 = "Hello World!", "Hello World! v2"
#: requests to a Service before we believe that only one kind of Pod stands behind it
TRIES = 12


@exercise("D09-E1")
def plate_on_the_door(world: World) -> Findings:
    """hello-service on port 3000 and node port 30390, with all Pods of the Deployment, now and after one was replaced."""
    name, about = "hello-service", "service/hello-service"
    service = world.obj("service", name)
    if service is None:
        yield missing_service(2, name)
        return
    port = next((each for each in service.spec.ports if each.nodePort == 30390), None)
    yield expect(
        2,
        port is not None and port.port == 3000,
        Text("It listens on port 3000, and on node port 30390.", "它聽 3000 埠，node port 是 30390。"),
        Text(
            f"Wanted: port 3000 and node port 30390. There: {_ports(service).en}.",
            f"要的是 3000 埠和 node port 30390；現在是{_ports(service).zh_TW}。",
        ),
        about,
    )
    addresses, mine = set(world.eps(name)), addresses_of(world, "app=my-deployment")
    behind = len(mine) >= 3 and addresses == mine
    yield expect(
        3,
        behind,
        Text(f"All {len(mine)} Pods stand behind it.", f"{len(mine)} 個 Pod 全都在它後面。"),
        _behind(service, addresses, mine),
        about,
    )
    if not behind:
        return
    yield _from_inside(world, service, 3000)
    yield _from_every_node(world)
    yield _follows(world, name, "app=my-deployment")


def _from_inside(world: World, service: Any, port: int, points: int = 2) -> Finding:
    """Whether the ClusterIP answers inside the cluster."""
    url = f"http://{service.spec.clusterIP}:{port}/"
    reply = world.http("node/minikube", url)
    return expect(
        points,
        reply.text == V1,
        Text(f"Inside, {url} answers `{V1}`.", f"從叢集裡面連 {url}，得到 `{V1}`。"),
        Text(f"Inside, {url} gets: {heard(reply).en}.", f"從叢集裡面連 {url}，結果是：{heard(reply).zh_TW}。"),
        f"service/{service.metadata.name}",
    )


def _from_every_node(world: World) -> Finding:
    silent = [host for host in hosts(world) if world.http("host", f"http://{host}:30390/").text != V1]
    return expect(
        3,
        not silent,
        Text("From outside, every machine answers on port 30390.", "從外面連每一台機器的 30390 埠，都有回應。"),
        Text(
            f"From outside, port 30390 gets no `{V1}` on {listing(silent).en}.",
            f"從外面連 30390 埠，這幾台沒有回 `{V1}`：{listing(silent).zh_TW}。",
        ),
        "service/hello-service",
    )


def _follows(world: World, name: str, selector: str) -> Finding:
    """Delete a Pod on a fork; its replacement has to be behind the Service by itself."""
    fork = world.perturb()
    fork.kubectl(["delete", "pod", fork.pods(selector)[0].metadata.name, "--grace-period=1", "--wait=false"])
    fork.advance(30)
    return expect(
        2,
        set(fork.eps(name)) == addresses_of(fork, selector) != set(),
        Text(
            "We tried it on a copy: when a Pod was replaced, the newcomer stood behind the Service.",
            "在複製的叢集上試過：換掉一個 Pod，新來的也站到了 Service 後面。",
        ),
        Text(
            "We tried it on a copy: a Pod was replaced, and the Service still points to the old address.",
            "在複製的叢集上試過：換掉一個 Pod 之後，Service 指的還是舊位址。",
        ),
        f"service/{name}",
    )


@exercise("D09-E2")
def wired_in(world: World) -> Findings:
    """kitchen was deleted and made anew with the ClusterIP that it had before, on port 80."""
    name, about = "kitchen", "service/kitchen"
    service = world.obj("service", name)
    if service is None:
        yield missing_service(3, name)
        return
    before = [
        change.object.spec.clusterIP
        for change in world.history("services", name)
        if change.object.metadata.uid != service.metadata.uid and change.object.spec.clusterIP
    ]
    yield expect(
        3,
        before,
        Text("`kitchen` was deleted and made anew.", "`kitchen` 刪除後重新建立過了。"),
        Text("It is still the same Service; it was not made anew.", "它還是同一個 Service，並沒有重新建立。"),
        about,
    )
    if not before:
        return
    kept, earlier = service.spec.clusterIP in before, listing(list(dict.fromkeys(before)))
    yield expect(
        3,
        kept,
        Text(
            f"The new one has the old address, {service.spec.clusterIP}.", f"新的沿用舊位址 {service.spec.clusterIP}。"
        ),
        Text(
            f"Its ClusterIP is {service.spec.clusterIP or 'not set'}; before it was {earlier.en}. "
            "The old display finds nobody.",
            f"它的 ClusterIP 是 {service.spec.clusterIP or '空的'}，以前是 {earlier.zh_TW}。老機器找不到人了。",
        ),
        about,
    )
    if not kept:
        return
    yield expect(
        2,
        any(each.port == 80 for each in service.spec.ports),
        Text("It listens on port 80.", "它聽 80 埠。"),
        Text(
            f"It should listen on port 80. There: {_ports(service).en}.",
            f"它應該聽 80 埠；現在是{_ports(service).zh_TW}。",
        ),
        about,
    )
    yield _from_inside(world, service, 80)


@exercise("D09-E3")
def two_doors(world: World) -> Findings:
    """page-old leads to version 1 only, page-new to version 2 only, and it stays so when both grow."""
    doors = (("page-old", "v1", V1), ("page-new", "v2", V2))
    held = []
    for name, version, body in doors:
        found = _only(world, name, version, body)
        held.append(found.held)
        yield found
    if not all(held):
        return
    changed = [name for name in ("page-v1", "page-v2") if not template_kept(world, name)]
    yield expect(
        2,
        not changed,
        Text("The Deployments are as they were.", "兩個 Deployment 都沒有動過。"),
        Text(
            f"The Pod template of {listing(changed).en} was changed.",
            f"{listing(changed).zh_TW} 的 Pod template 被改過了。",
        ),
    )
    fork = world.perturb()
    fork.kubectl("scale deployment page-v1 page-v2 --replicas=5")
    fork.advance(60)
    grown = [
        name for name, version, _ in doors if set(fork.eps(name)) != addresses_of(fork, f"app=page,version={version}")
    ]
    yield expect(
        2,
        not grown,
        Text(
            "We tried it on a copy: with five Pods of each version, both doors still lead to the right ones, and to all.",
            "在複製的叢集上試過：兩版各增加到五個 Pod，兩扇門仍然通往正確的、而且是全部的 Pod。",
        ),
        Text(
            f"We tried it on a copy with five Pods of each version: {listing(grown).en} does not know the newcomers.",
            f"在複製的叢集上把兩版各增加到五個 Pod：{listing(grown).zh_TW} 不認得新來的。",
        ),
    )


def _only(world: World, name: str, version: str, body: str) -> Finding:
    """Whether behind this Service there are exactly the Pods of one version, and port 80 says so."""
    service = world.obj("service", name)
    if service is None:
        return missing_service(4, name)
    addresses, mine = set(world.eps(name)), addresses_of(world, f"app=page,version={version}")
    if addresses != mine or not mine:
        return Finding(4, 0, _behind(service, addresses, mine), f"service/{name}")
    # Headless Services have no address of their own: there, the name leads straight to the Pods.
    host = service.spec.clusterIP if service.spec.clusterIP not in ("None", "") else min(mine)
    replies = [world.http("node/minikube", f"http://{host}:80/") for _ in range(TRIES)]
    wrong = next((reply for reply in replies if reply.text != body), None)
    return expect(
        4,
        wrong is None,
        Text(f"`{name}` answers `{body}`, and nothing else.", f"`{name}` 只會回答 `{body}`。"),
        Text(f"Port 80 of `{name}` gets: {heard(wrong).en}.", f"連 `{name}` 的 80 埠，結果是：{heard(wrong).zh_TW}。"),
        f"service/{name}",
    )


@exercise("D09-E4")
def dead_doors(world: World) -> Findings:
    """All three doors lead to the Pods of tea and answer; nothing but the Services was changed."""
    doors = (("door-1", 30401), ("door-2", 30402), ("door-3", 30403))
    mine = addresses_of(world, "app=tea")
    if not mine:
        yield Finding(
            3,
            0,
            Text(
                "The Deployment `tea` has no ready Pod. Run the cell that sets it up.",
                "Deployment `tea` 沒有已就緒的 Pod。請執行題目下方的準備儲存格。",
            ),
        )
        return
    found = [_mended(world, name, port, mine) for name, port in doors]
    yield from found
    if not all(finding.held for finding in found):
        return
    anew = [name for name, _ in doors if _made_anew(world, name)]
    touched = not template_kept(world, "tea") or any(
        pod.metadata.labels.get("tier") != "front" for pod in world.pods("app=tea")
    )
    yield expect(
        3,
        not anew and not touched,
        Text("Only the Services were mended; they are the same objects.", "只修了 Service，而且還是原來的物件。"),
        Text(f"Made anew instead of mended: {listing(anew).en}.", f"不是修好，而是重新建立的：{listing(anew).zh_TW}。")
        if anew
        else Text("The Pods of `tea` were changed to fit the door.", "為了遷就門，`tea` 的 Pod 被改掉了。"),
    )


def _mended(world: World, name: str, number: int, mine: set[str]) -> Finding:
    service = world.obj("service", name)
    if service is None:
        return missing_service(3, name)
    addresses = set(world.eps(name))
    if addresses != mine:
        return Finding(3, 0, _behind(service, addresses, mine), f"service/{name}")
    replies = [world.http("host", f"http://{host}:{number}/") for host in hosts(world)]
    silent = next((reply for reply in replies if reply.text != V1), None)
    return expect(
        3,
        silent is None,
        Text(f"`{name}` answers on node port {number}.", f"`{name}` 的 node port {number} 有回應了。"),
        Text(
            f"`{name}` has its endpoints, but node port {number} gets: {heard(silent).en}.",
            f"`{name}` 的端點沒問題，但 node port {number} 的結果是：{heard(silent).zh_TW}。",
        ),
        f"service/{name}",
    )


def _made_anew(world: World, name: str) -> bool:
    """Whether this Service was born mended, instead of with the fault that the first of its name had."""
    born: dict[str, Any] = {}
    for change in world.history("services", name):
        born.setdefault(change.object.metadata.uid, change.object)
    first, now = next(iter(born.values())), world.obj("service", name)
    return now is None or _wiring(born[now.metadata.uid]) != _wiring(first)


def _wiring(service: Any) -> tuple[Any, ...]:
    ports = [(port.port, port.targetPort, port.nodePort) for port in service.spec.ports]
    return dict(service.spec.selector or {}), ports


def heard(reply: Trace | None) -> Text:
    """What a request got, in a few words."""
    if reply is None:
        return Text("nothing", "什麼都沒有")
    if reply.response is not None:
        return Text(f"`{reply.text or reply.status}`", f"`{reply.text or reply.status}`")
    if reply.outcome != "refused" or reply.failure is None:
        return Text("no answer at all", "完全沒有回應")
    if reply.failure.place.startswith("pod/"):
        return Text("refused by the Pod itself: nobody listens on that port", "到了 Pod 卻被拒絕：那個埠沒有程式在聽")
    return Text("refused: the door leads to no port of any Pod", "被拒絕：門後面沒有通到任何 Pod 的埠")


def missing_service(points: int, name: str) -> Finding:
    """There is no such Service."""
    return Finding(points, 0, Text(f"There is no Service `{name}`.", f"沒有名叫 `{name}` 的 Service。"))


def addresses_of(world: World, selector: str) -> set[str]:
    """The addresses of the ready Pods with these labels."""
    return {pod.status.podIP for pod in world.pods(selector) if is_ready(pod)}


def hosts(world: World) -> list[str]:
    """The machines' addresses."""
    return [
        next(each.address for each in node.status.addresses if each.type == "InternalIP")
        for node in world.objs("nodes")
    ]


def template_kept(world: World, deployment: str) -> bool:
    """Whether a Deployment's Pod template is the one it was born with, and it is the first of its name."""
    changes = [change.object for change in world.history("deployments", deployment)]
    now = world.obj("deployment", deployment)
    return bool(changes) and now is not None and now.spec.template == changes[0].spec.template


def _behind(service: Any, addresses: set[str], mine: set[str]) -> Text:
    """Why the wrong Pods, or none, stand behind a Service."""
    name = service.metadata.name
    selector = ",".join(f"{key}={value}" for key, value in sorted((service.spec.selector or {}).items()))
    asks = Text(f"`{name}` selects `{selector}`", f"`{name}` 選的是 `{selector}`")
    if not selector:
        asks = Text(f"`{name}` has no selector", f"`{name}` 沒有選擇器")
    if not addresses:
        return Text(f"{asks.en} and has no ready Pod behind it.", f"{asks.zh_TW}，後面沒有任何已就緒的 Pod。")
    extra, lacking = addresses - mine, mine - addresses
    if extra:
        return Text(
            f"{asks.en}; behind it there are also {listing(sorted(extra)).en}, which do not belong there.",
            f"{asks.zh_TW}；後面還多了不該出現的 {listing(sorted(extra)).zh_TW}。",
        )
    if lacking:
        return Text(
            f"{asks.en}; {listing(sorted(lacking)).en} should be behind it too.",
            f"{asks.zh_TW}；{listing(sorted(lacking)).zh_TW} 也應該在後面。",
        )
    return Text(f"{asks.en}; fewer than three Pods are ready.", f"{asks.zh_TW}；就緒的 Pod 不到三個。")


def _ports(service: Any) -> Text:
    said = [
        Text(
            f"port {each.port}" + (f" with node port {each.nodePort}" if each.nodePort else ", no node port"),
            f" {each.port} 埠" + (f"（node port {each.nodePort}）" if each.nodePort else "，沒有 node port"),
        )
        for each in service.spec.ports
    ]
    return Text("; ".join(each.en for each in said) or "none", "、".join(each.zh_TW for each in said) or "沒有")


CHECKS = (plate_on_the_door, wired_in, two_doors, dead_doors)
