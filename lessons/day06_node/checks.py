"""Day 6: two containers at one address, what a node can still give, the way of a request, and the loss of a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from k8snb.api import quantity
from k8snb.apiserver.quota import pod_requests
from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import Fork, World, doing, is_ready

HELLO = "Hello World!"
NEIGHBOURS = ("grill", "juice", "noodles", "paper-shop")
_CLIENT = re.compile(r"client_address=(\S+)")
#: seconds after which a lost machine's Pods must no longer be sent anybody: 50 to notice, and some to spare
_NOTICED = 65


def running(world: World, points: int, name: str) -> Finding:
    """Whether a Pod is there and ready."""
    pod = world.obj("pod", name)
    if pod is None:
        return Finding(
            points, 0, Text(f"There is no Pod `{name}` in this cluster.", f"叢集裡沒有名叫 `{name}` 的 Pod。")
        )
    return expect(
        points,
        is_ready(pod),
        Text(f"The Pod `{name}` is running and ready.", f"Pod `{name}` 正在執行，而且已就緒。"),
        Text(
            f"The Pod `{name}` is there but not ready: {doing(pod)}. Its events and its logs say why.",
            f"Pod `{name}` 已經存在，但還沒就緒：{doing(pod)}。原因在它的事件和 logs 裡。",
        ),
        f"pod/{name}",
    )


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D06-E1")
def two_cooks(world: World) -> Findings:
    """One Pod with the page and alpine, which reaches the page over localhost."""
    pod = world.obj("pod", "pair")
    yield running(world, 3, "pair")
    if pod is None:
        return
    images = {container.name: container.image for container in _staying(pod)}
    yield expect(
        2,
        "docker-demo" in images.get("pod-demo", "") and _plain(images.get("alpine", "")) == "alpine",
        Text("Both cooks are in it: `pod-demo` and `alpine`.", "兩位師傅都在裡面：`pod-demo` 和 `alpine`。"),
        Text(
            "It should have two containers, `pod-demo` with the page and `alpine`; it has "
            f"{listing([f'{name}: {image}' for name, image in images.items()]).en}.",
            "它應該有兩個容器：跑網頁的 `pod-demo` 和 `alpine`；現在有 "
            f"{listing([f'{name}: {image}' for name, image in images.items()]).zh_TW}。",
        ),
        "pod/pair",
    )
    if "alpine" not in images:
        return
    if not _alive(pod, "alpine"):
        yield Finding(
            5,
            0,
            Text(
                "`alpine` is not running: its program has come to an end. Give it one that stays.",
                "`alpine` 沒有在執行：它的程式跑完就結束了。給它一個會一直待著的程式。",
            ),
            "pod/pair",
        )
        return
    answer = world.run("pair", ["wget", "-qO-", "-T", "5", "http://localhost:3000"], "alpine")
    yield expect(
        5,
        answer.stdout.strip() == HELLO,
        Text(
            "From `alpine`, `http://localhost:3000` brings the page: they share one address.",
            "從 `alpine` 連 `http://localhost:3000` 就拿到網頁：它們共用一個位址。",
        ),
        Text(
            f"From `alpine`, `http://localhost:3000` brings: {_said(answer)}",
            f"從 `alpine` 連 `http://localhost:3000`，結果是：{_said(answer)}",
        ),
        "pod/pair",
    )


def _staying(pod: Any) -> list[Any]:
    """The containers that run side by side: the usual ones, and init containers that stay (sidecars)."""
    return [*pod.spec.containers, *(each for each in pod.spec.initContainers if each.restartPolicy == "Always")]


def _alive(pod: Any, container: str) -> bool:
    statuses = [*pod.status.containerStatuses, *pod.status.initContainerStatuses]
    return any(each.name == container and each.state.running for each in statuses)


def _plain(image: str) -> str:
    return image.removeprefix("docker.io/").removeprefix("library/").partition(":")[0]


def _said(answer: Any) -> str:
    lines = (answer.stdout.strip() or answer.stderr.strip()).splitlines()
    return f"`{lines[0]}`" if lines else "–"


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D06-E2")
def last_millicore(world: World) -> Findings:
    """banquet runs and asks for exactly as much CPU as the roomiest node had left; the neighbours are still there."""
    gone = [name for name in NEIGHBOURS if not _stays(world.obj("pod", name))]
    if gone:
        yield Finding(
            2,
            0,
            Text(
                f"Of the neighbours, {listing(gone).en} are not there. Run the cell that sets them up.",
                f"鄰居少了 {listing(gone).zh_TW}。請執行題目下方的準備儲存格。",
            ),
        )
        return
    pod = world.obj("pod", "banquet")
    if pod is None:
        yield Finding(3, 0, Text("There is no Pod `banquet` yet.", "還沒有名叫 `banquet` 的 Pod。"))
        return
    yield Finding(2, 2, Text("All the neighbours have stayed.", "鄰居們都還在。"))
    wanted = _cpu(pod)
    room = {node.metadata.name: _free(world, node) for node in world.objs("nodes") if not node.spec.unschedulable}
    most = max(room.values())
    yield expect(
        3,
        is_ready(pod),
        Text("`banquet` is running.", "`banquet` 正在執行。"),
        _not_running(pod, wanted, most),
        "pod/banquet",
    )
    yield expect(
        5,
        wanted == most and pod.spec.nodeName,
        Text(
            f"It asks for {wanted}m, and not a millicore more was to be had anywhere.",
            f"它要了 {wanted}m，全叢集再也擠不出多一個 millicore。",
        ),
        _not_the_most(wanted, most, _roomiest(room)),
        "pod/banquet",
    )


def _stays(pod: Any) -> bool:
    return pod is not None and not pod.metadata.deletionTimestamp and pod.status.phase in ("Pending", "Running")


def _cpu(pod: Any) -> int:
    """Millicores that a Pod asks for."""
    return quantity.milli_value(pod_requests(pod.spec, "requests").get("cpu", "0"))


def _free(world: World, node: Any) -> int:
    """Millicores that a node could still promise if `banquet` were not there."""
    guests = [
        pod
        for pod in world.objs("pods", ns="")
        if pod.spec.nodeName == node.metadata.name
        and pod.status.phase not in ("Succeeded", "Failed")
        and (pod.metadata.namespace, pod.metadata.name) != ("default", "banquet")
    ]
    return quantity.milli_value(node.status.allocatable["cpu"]) - sum(map(_cpu, guests))


def _roomiest(room: dict[str, int]) -> str:
    return max(room, key=lambda name: room[name])


def _not_running(pod: Any, wanted: int, most: int) -> Text:
    if wanted > most and not pod.spec.nodeName:
        return Text(
            f"`banquet` is Pending: it asks for {wanted}m, and no node has that much left.",
            f"`banquet` 還在 Pending：它要 {wanted}m，沒有哪個節點還剩這麼多。",
        )
    why = pod.status.reason or doing(pod)
    return Text(f"`banquet` is not running: {why}.", f"`banquet` 沒有在執行：{why}。")


def _not_the_most(wanted: int, most: int, where: str) -> Text:
    if wanted < most:
        return Text(
            f"It asks for {wanted}m, but there is a node that could give more. Add up the *requests* of all who live "
            "there, from every namespace.",
            f"它只要了 {wanted}m，但有個節點還給得出更多。請把住在那裡的每個 Pod（所有命名空間）的 *requests* 加起來。",
        )
    return Text(
        f"It asks for {wanted}m. Was somebody forgotten in the sum, in another namespace for example?",
        f"它要了 {wanted}m。加總時是不是漏了誰？例如別的命名空間裡的 Pod？",
    )


# -- E3 --------------------------------------------------------------------------------------------------------------


@exercise("D06-E3")
def guest_book(world: World) -> Findings:
    """A detour was taken and answered; the Service now keeps the visitor's address, and such a visit has been made."""
    pod, service = world.obj("pod", "guestbook"), world.obj("service", "guestbook")
    if pod is None or service is None or not is_ready(pod):
        yield Finding(
            3,
            0,
            Text(
                "The Pod and the Service `guestbook` should be there and ready. Run the cell that sets them up.",
                "Pod 和 Service `guestbook` 都要在，而且已就緒。請執行題目下方的準備儲存格。",
            ),
        )
        return
    visits = [t for t in world.traces() if t.service == "default/guestbook" and t.status == 200]
    yield expect(
        3,
        any(visit.entry and visit.node and visit.entry != visit.node for visit in visits),
        Text("One visit came in at another node and was passed on.", "有一次拜訪是從別的節點進來，再轉送過去的。"),
        Text(
            "Nobody has got an answer yet through a node on which the guest book does not run.",
            "還沒有人透過「沒有執行 guestbook 的節點」得到回應。",
        ),
        "service/guestbook",
    )
    noted = _noted(world, pod)
    yield expect(
        4,
        noted and not _of_the_cluster(world, noted),
        Text(
            f"Through its Service, the guest book now notes `{noted}`.", f"透過 Service 拜訪，簿子上寫的是 `{noted}`。"
        ),
        _wrong_name(noted),
        "service/guestbook",
    )
    yield expect(
        3,
        any(not _of_the_cluster(world, _client(visit.text)) for visit in visits),
        Text("And there is such an entry.", "而且已經有這樣的一筆紀錄。"),
        Text("No visit has been noted with the visitor's own address yet.", "還沒有任何一筆紀錄寫著訪客自己的位址。"),
        "pod/guestbook",
    )


def _noted(world: World, pod: Any) -> str:
    """Whom the guest book takes for its visitor when somebody knocks at its own node; nothing if there is no answer."""
    node = world.obj("node", pod.spec.nodeName)
    service = world.obj("service", "guestbook")
    if node is None or service is None:
        return ""
    for port in service.spec.ports:
        if port.nodePort:
            reply = world.http("host", f"http://{_internal(node)}:{port.nodePort}/")
            if reply.status == 200 and reply.pod == "default/guestbook":
                return _client(reply.text)
    return ""


def _client(text: str) -> str:
    found = _CLIENT.search(text)
    return found[1] if found else ""


def _of_the_cluster(world: World, address: str) -> bool:
    """Whether an address belongs to a node, to a Pod range or to nobody; then it is not a visitor's."""
    if not address:
        return True
    nodes = world.objs("nodes")
    ranges = [ip_network(node.spec.podCIDR) for node in nodes if node.spec.podCIDR]
    it = ip_address(address)
    return it.is_loopback or address in map(_internal, nodes) or any(it in each for each in ranges)


def _wrong_name(noted: str) -> Text:
    if not noted:
        return Text(
            "At the node where it runs, the guest book does not answer through its Service.",
            "在它所在的節點上，透過 Service 連不到 guestbook。",
        )
    return Text(
        f"The guest book notes `{noted}`: that is an address of the cluster, not yours.",
        f"簿子上寫的是 `{noted}`：那是叢集裡的位址，不是你的。",
    )


def _internal(node: Any) -> str:
    return str(next(each.address for each in node.status.addresses if each.type == "InternalIP"))


# -- E4 --------------------------------------------------------------------------------------------------------------


@exercise("D06-E4")
def one_fuse(world: World) -> Findings:
    """Pods on two nodes behind `tea`; on forks, every worker that carries one goes dark, and the page is back in time."""
    service = world.obj("service", "tea")
    port = next((each.nodePort for each in service.spec.ports if each.nodePort), None) if service is not None else None
    if port is None:
        yield Finding(
            2, 0, Text("There is no Service `tea` with a node port.", "還沒有開了 node port 的 Service `tea`。")
        )
        return
    fault = _fault(world, port, 3)
    yield expect(
        2,
        not fault,
        Text("The page answers through every node.", "從每個節點都連得到網頁。"),
        Text(f"Not every request gets the page. {fault}", f"不是每個請求都拿得到網頁。{fault}"),
        "service/tea",
    )
    if fault:
        return
    addresses = set(world.eps("tea"))
    homes = sorted({pod.spec.nodeName for pod in world.pods() if pod.status.podIP in addresses})
    yield expect(
        3,
        len(homes) >= 2,
        Text(
            f"Behind it are ready Pods on {len(homes)} nodes: {listing(homes).en}.",
            f"它背後的就緒 Pod 分布在 {len(homes)} 個節點：{listing(homes).zh_TW}。",
        ),
        Text(
            f"All ready Pods behind it are on {listing(homes).en}: one fuse, and nothing is left.",
            f"它背後所有就緒的 Pod 都在 {listing(homes).zh_TW}：一個保險絲燒掉就全沒了。",
        ),
        "service/tea",
    )
    if len(homes) >= 2:
        yield _survives(world, homes, port)


def _survives(world: World, homes: list[str], port: int) -> Finding:
    """Let each worker that carries a Pod go dark on a copy of its own."""
    for home in homes:
        node = world.obj("node", home)
        if node is None or "node-role.kubernetes.io/control-plane" in node.metadata.labels:
            continue  # without the control plane nobody would be there to notice
        fork = world.perturb()
        fork.power_off(home)
        fork.advance(_NOTICED)
        fault = _fault(fork, port, 5, without=home)
        if fault:
            return Finding(
                5,
                0,
                Text(
                    f"We tried it on a copy: a minute after `{home}` went dark, the page is not back. {fault}",
                    f"在複製的叢集上試過：`{home}` 斷電一分鐘後，網頁還是沒有恢復。{fault}",
                ),
                f"node/{home}",
            )
    return Finding(
        5,
        5,
        Text(
            "We tried it on a copy: whichever of these workers goes dark, a minute later every other node serves the page.",
            "在複製的叢集上試過：不論哪個工作節點斷電，一分鐘後其他節點都能提供網頁。",
        ),
    )


def _fault(world: World | Fork, port: int, requests: int, without: str = "") -> str:
    """The first request that did not bring the page, in a word; knocks at every node but one."""
    for node in world.objs("nodes"):
        for reply in _knock(world, node, port, requests if node.metadata.name != without else 0):
            if reply.status != 200 or not reply.text.startswith(HELLO):
                return f"`{node.metadata.name}`:{port} → {reply.text.strip()[:40] or reply.outcome}"
    return ""


def _knock(world: World | Fork, node: Any, port: int, times: int) -> Iterator[Any]:
    for _ in range(times):
        yield world.http("host", f"http://{_internal(node)}:{port}/")


CHECKS = (two_cooks, last_millicore, guest_book, one_fuse)
