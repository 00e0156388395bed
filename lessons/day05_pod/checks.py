"""Day 5: a Pod that can be reached, seen from inside, found by its labels, and written down correctly."""

from __future__ import annotations

from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World, doing, is_ready

HELLO = "Hello World!"
STALLS = {
    "grass-jelly": ("cashier", "v1"),
    "milk-tea": ("webserver", "v1"),
    "oolong": ("webserver", "latest"),
    "plum-juice": ("webserver", "latest"),
    "winter-melon": ("cashier", "latest"),
}


def running(world: World, points: int, name: str) -> Finding:
    """Whether a Pod is there and ready."""
    pod = world.obj("pod", name)
    if pod is None:
        return Finding(
            points, 0, Text(f"There is no Pod `{name}` in this cluster.", f"叢集裡沒有名叫 `{name}` 的 Pod。")
        )
    state = doing(pod)
    return expect(
        points,
        is_ready(pod),
        Text(f"The Pod `{name}` is running and ready.", f"Pod `{name}` 正在執行，而且已就緒（Ready）。"),
        Text(
            f"The Pod `{name}` is there but not ready: {state}. Wait for it, or read its events.",
            f"Pod `{name}` 已經存在，但還沒就緒：{state}。再等一下，或看看它的事件。",
        ),
        f"pod/{name}",
    )


@exercise("D05-E1")
def open_the_stall(world: World) -> Findings:
    """my-pod is ready, labelled, behind a NodePort Service, and answers from outside."""
    yield running(world, 2, "my-pod")
    pod = world.obj("pod", "my-pod")
    if pod is None:
        return
    label = pod.metadata.labels.get("app")
    yield expect(
        2,
        label == "webserver",
        Text("It carries the label `app=webserver`.", "它貼著標籤 `app=webserver`。"),
        Text(
            f"Its label `app` should be `webserver`, but is {_quoted(label).en}.",
            f"它的標籤 `app` 應該是 `webserver`，現在是 {_quoted(label).zh_TW}。",
        ),
        "pod/my-pod",
    )
    doors = [each for each in world.objs("services") if any(port.nodePort for port in each.spec.ports)]
    if not doors:
        yield Finding(3, 0, Text("There is no Service with a node port.", "還沒有任何開了 node port 的 Service。"))
        return
    found = [_through(world, service, pod) for service in doors]
    yield from max(found, key=lambda findings: sum(finding.earned for finding in findings))


def _through(world: World, service: Any, pod: Any) -> list[Finding]:
    """Whether this Service leads to this Pod, and a request through its door gets the page."""
    name = service.metadata.name
    addresses = world.eps(name)
    leads = expect(
        3,
        pod.status.podIP in addresses,
        Text(
            f"The Service `{name}` has the Pod's address among its endpoints.",
            f"Service `{name}` 的端點裡有這個 Pod 的位址。",
        ),
        _not_behind(name, _labels(service.spec.selector), addresses),
        f"service/{name}",
    )
    if not leads.held:
        return [leads]
    return [leads, _answers(world, service)]


def _not_behind(name: str, selector: str, addresses: list[str]) -> Text:
    if not addresses:
        return Text(
            f"The Service `{name}` selects `{selector}` and finds no ready Pod: it has no endpoints.",
            f"Service `{name}` 選的是 `{selector}`，但找不到任何已就緒的 Pod：它沒有端點。",
        )
    return Text(
        f"The Service `{name}` selects `{selector}`; its endpoints are {listing(addresses).en}: not `my-pod`.",
        f"Service `{name}` 選的是 `{selector}`；它的端點是 {listing(addresses).zh_TW}，並不是 `my-pod`。",
    )


def _answers(world: World, service: Any) -> Finding:
    node = world.objs("nodes")[0]
    host = next(each.address for each in node.status.addresses if each.type == "InternalIP")
    said = []
    for port in service.spec.ports:
        # Other Pods may stand behind the same Service: a few requests, so that my-pod gets its turn.
        for _ in range(20):
            reply = world.http("host", f"http://{host}:{port.nodePort}/")
            said.append(reply.text or reply.summary())
            if reply.status != 200:
                break
            if reply.pod == "default/my-pod" and reply.text == HELLO:
                return Finding(
                    3,
                    3,
                    Text(
                        f"From outside, port {port.nodePort} answers `{HELLO}`.",
                        f"從外面連 {port.nodePort} 埠，得到 `{HELLO}`。",
                    ),
                )
    port = service.spec.ports[0]
    return Finding(
        3,
        0,
        Text(
            f"A request to node port {port.nodePort} goes to port {port.targetPort} of the Pod and gets: {said[-1]}. "
            "On which port does the page listen?",
            f"連到 node port {port.nodePort} 的請求會送往 Pod 的 {port.targetPort} 埠，結果是：{said[-1]}。"
            "網頁到底聽哪個埠？",
        ),
        f"service/{service.metadata.name}",
    )


@exercise("D05-E2")
def ask_from_inside(world: World) -> Findings:
    """A running alpine with curl, and a request of its own to my-pod's IP."""
    alpine = running(world, 2, "alpine")
    yield alpine
    if alpine.held:
        yield expect(
            3,
            world.run("alpine", ["which", "curl"]).exit_code == 0,
            Text("`curl` is installed in `alpine`.", "`alpine` 裡裝好了 `curl`。"),
            Text("There is no `curl` in `alpine` yet.", "`alpine` 裡還沒有 `curl`。"),
            "pod/alpine",
        )
    requests = [trace for trace in world.traces() if trace.source == "pod/default/alpine"]
    reached = [trace for trace in requests if trace.status == 200 and trace.pod == "default/my-pod"]
    yield expect(
        5,
        any(not trace.service for trace in reached),
        Text("`alpine` got the page straight from the IP of `my-pod`.", "`alpine` 直接從 `my-pod` 的 IP 拿到了網頁。"),
        _not_reached(requests, reached),
        "pod/alpine",
    )


def _not_reached(requests: list[Any], reached: list[Any]) -> Text:
    if reached:
        return Text(
            "`alpine` reached `my-pod`, but through a Service; that does not show that the Pod itself answers.",
            "`alpine` 連到了 `my-pod`，但走的是 Service；這還不能證明 Pod 本身有回應。",
        )
    if requests:
        last = requests[-1]
        return Text(
            f"The last request of `alpine` was to {last.url} and did not bring the page of `my-pod`.",
            f"`alpine` 最近一次請求的是 {last.url}，沒有拿到 `my-pod` 的網頁。",
        )
    return Text(
        "`alpine` has not made a request yet. (Requests from outside the cluster say nothing about the inside.)",
        "`alpine` 還沒有送出任何請求。（從叢集外送的請求，說明不了內部的狀況。）",
    )


@exercise("D05-E3")
def only_the_latest(world: World) -> Findings:
    """inspect=yes on exactly the Pods with app=webserver,version=latest, and their labels left alone."""
    stalls = {pod.metadata.name: pod for pod in world.pods() if pod.metadata.name in STALLS}
    if len(stalls) < len(STALLS):
        missing = listing(sorted(set(STALLS) - set(stalls)))
        yield Finding(
            4,
            0,
            Text(
                f"These stalls are missing: {missing.en}. Run the cell that sets them up.",
                f"少了這幾個攤位：{missing.zh_TW}。請執行題目下方的準備儲存格。",
            ),
        )
        return
    changed = [name for name, pod in sorted(stalls.items()) if _stall(pod) != STALLS[name]]
    if changed:
        yield Finding(
            4,
            0,
            Text(
                f"The labels of {listing(changed).en} are not those they moved in with. Run the cell that sets them up again.",
                f"{listing(changed).zh_TW} 的標籤跟進駐時不一樣了。請再執行一次題目下方的準備儲存格。",
            ),
        )
        return
    marked = {pod.metadata.name for pod in world.pods() if pod.metadata.labels.get("inspect") == "yes"}
    asked = {pod.metadata.name for pod in world.pods("app=webserver,version=latest")}
    unmarked = listing(sorted(asked - marked))
    yield expect(
        5,
        asked <= marked,
        Text("Every Pod with both labels is marked.", "兩個標籤都符合的 Pod 全都標記了。"),
        Text(f"Not marked yet: {unmarked.en}.", f"還沒標記：{unmarked.zh_TW}。"),
    )
    if not marked:
        return
    extra = listing(sorted(marked - asked))
    yield expect(
        5,
        marked <= asked,
        Text("No other Pod is marked.", "沒有標記到別的 Pod。"),
        Text(
            f"Marked, although not both labels fit: {extra.en}.",
            f"標籤並非兩個都符合，卻也標記了：{extra.zh_TW}。",
        ),
    )


@exercise("D05-E4")
def indentation(world: World) -> Findings:
    """menu-pod as the flattened manifest meant it."""
    yield running(world, 3, "menu-pod")
    pod = world.obj("pod", "menu-pod")
    if pod is None:
        return
    yield expect(
        2,
        pod.metadata.labels.get("app") == "menu",
        Text("It carries the label `app=menu`.", "它貼著標籤 `app=menu`。"),
        Text("The label `app=menu` was lost on the way.", "標籤 `app=menu` 在路上弄丟了。"),
        "pod/menu-pod",
    )
    container = pod.spec.containers[0]
    yield expect(
        3,
        container.name == "pod-demo" and _image(container.image) == "zxcvbnius/docker-demo:latest",
        Text("Its container is `pod-demo`, from the right image.", "容器叫 `pod-demo`，映像檔也正確。"),
        Text(
            "The manifest means a container `pod-demo` from `zxcvbnius/docker-demo`; here it is "
            f"`{container.name}` from `{container.image}`.",
            f"manifest 要的是名叫 `pod-demo`、映像檔為 `zxcvbnius/docker-demo` 的容器；現在是 `{container.name}`，"
            f"映像檔 `{container.image}`。",
        ),
        "pod/menu-pod",
    )
    yield expect(
        2,
        any(port.containerPort == 3000 for port in container.ports),
        Text("It declares port 3000.", "它宣告了 3000 埠。"),
        Text("The port 3000 is no longer declared.", "3000 埠的宣告不見了。"),
        "pod/menu-pod",
    )


def _stall(pod: Any) -> tuple[Any, Any]:
    return pod.metadata.labels.get("app"), pod.metadata.labels.get("version")


def _image(name: str) -> str:
    short = name.removeprefix("docker.io/")
    return short if ":" in short else f"{short}:latest"


def _labels(selector: Any) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted((selector or {}).items()))


def _quoted(label: str | None) -> Text:
    return Text("missing", "缺少") if label is None else Text(f"`{label}`", f"`{label}`")


CHECKS = (open_the_stall, ask_from_inside, only_the_latest, indentation)
