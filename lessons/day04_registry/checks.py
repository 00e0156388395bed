"""Day 4: an image on a shelf, one sticker that moves, a crate that was sent to the wrong shelf, and one that stays private."""

from __future__ import annotations

from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import Fork, World, doing
from k8snb.runtime.registry import HUB, Reference, parse_reference, short_name

TRIAL = "k8snb-trial"


def shelves(world: World, repository: str) -> dict[Reference, str]:
    """What was pushed anywhere under this last part of a name: reference -> content."""
    pushed = {parse_reference(name): identity for name, identity in world.docker.state.pushed.items()}
    return {ref: identity for ref, identity in pushed.items() if ref.path.rpartition("/")[2] == repository}


def shown(reference: Reference) -> str:
    return f"{short_name(reference)}:{reference.tag}"


def answered(world: World, images: list[str], port: int) -> list[str]:
    """What fresh Pods of some images answer in a copy of the cluster, or why they do not run."""
    fork = world.perturb()
    names = [f"{TRIAL}-{number}" for number in range(len(images))]
    for name, image in zip(names, images, strict=True):
        fork.kubectl(["run", name, f"--image={image}", "--image-pull-policy=Always"])
    fork.advance(40)
    return [said(fork, pod, port) if pod.status.phase == "Running" else doing(pod) for pod in _of(fork, names)]


def _of(fork: Fork, names: list[str]) -> list[Any]:
    return [pod for pod in (fork.obj("pod", name) for name in names) if pod is not None]


def said(fork: Fork, pod: Any, port: int) -> str:
    reply = fork.http(f"node/{pod.spec.nodeName}", f"http://{pod.status.podIP}:{port}/")
    return str(reply.text.strip()[:60] or reply.summary())


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D04-E1")
def on_the_shelf(world: World) -> Findings:
    """An image of this machine was pushed as <account>/docker-demo:1.0.0, and a cluster can run it."""
    here = set(world.docker.store.identities())
    ours = {ref: identity for ref, identity in shelves(world, "docker-demo").items() if identity in here}
    good = [ref for ref in ours if ref.domain == HUB and ref.tag == "1.0.0" and not ref.path.startswith("library/")]
    name = shown(good[-1]) if good else ""
    yield expect(
        5,
        good,
        Text(f"`{name}` lies in the registry.", f"`{name}` 已經在登錄庫裡了。"),
        _not_there(world, list(ours)),
    )
    if not good:
        return
    (answer,) = answered(world, [name], 3000)
    yield expect(
        5,
        answer == "Hello World!",
        Text("A cluster has fetched it and answers `Hello World!`.", "叢集把它拉下來，回應了 `Hello World!`。"),
        Text(
            f"A Pod of it should answer `Hello World!`, and gives: `{answer}`.",
            f"用它跑的 Pod 該回應 `Hello World!`，得到的卻是：`{answer}`。",
        ),
    )


def _not_there(world: World, pushed: list[Reference]) -> Text:
    if pushed:
        names = listing([shown(ref) for ref in pushed])
        return Text(
            f"Pushed are: {names.en}. Asked for is the tag `1.0.0` on a shelf of Docker Hub.",
            f"已經推送的有：{names.zh_TW}。題目要的是 Docker Hub 上的 tag `1.0.0`。",
        )
    tagged = [
        short_name(ref)
        for ref in map(parse_reference, world.docker.state.names)
        if ref.path.endswith("/docker-demo") and ref.tag == "1.0.0" and not ref.path.startswith("library/")
    ]
    if tagged:
        return Text(
            f"`{tagged[0]}:1.0.0` is tagged on your machine, but it has not been pushed.",
            f"你的機器上已經有 `{tagged[0]}:1.0.0` 這個名字，但還沒有推送。",
        )
    return Text("Nothing of yours called `docker-demo` lies in a registry yet.", "登錄庫裡還沒有你的 `docker-demo`。")


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D04-E2")
def one_sticker(world: World) -> Findings:
    """moonlight/menu: 1.0.0 is what it was, latest is the new page."""
    pushed = world.docker.state.pushed
    old, new = pushed.get(f"{HUB}/moonlight/menu:1.0.0"), pushed.get(f"{HUB}/moonlight/menu:latest")
    if old is None or new is None:
        yield Finding(
            4,
            0,
            Text(
                "`moonlight/menu` lacks one of its two tags: run the setup cells.",
                "`moonlight/menu` 少了一個 tag：請先執行準備的儲存格。",
            ),
        )
        return
    if old == new:
        yield Finding(
            4,
            0,
            Text(
                "In the registry, `1.0.0` and `latest` stick on the same image.",
                "在登錄庫裡，`1.0.0` 和 `latest` 貼在同一個映像檔上。",
            ),
        )
        return
    yield Finding(
        2, 2, Text("`latest` and `1.0.0` are two different images.", "`latest` 和 `1.0.0` 是兩個不同的映像檔。")
    )
    expected = {"latest": "Hello World! v2", "1.0.0": "Hello World!"}
    answers = answered(world, [f"moonlight/menu:{tag}" for tag in expected], 3000)
    for (tag, wanted), answer in zip(expected.items(), answers, strict=True):
        yield expect(
            4,
            answer == wanted,
            Text(f"`{tag}` answers `{answer}`.", f"`{tag}` 回應 `{answer}`。"),
            Text(
                f"`{tag}` should answer `{wanted}`, and gives: `{answer}`.",
                f"`{tag}` 應該回應 `{wanted}`，得到的卻是：`{answer}`。",
            ),
        )


# -- E3 --------------------------------------------------------------------------------------------------------------


@exercise("D04-E3")
def returned_to_sender(world: World) -> Findings:
    """opening-hours lies on moonlight's shelf and on no other, and the cousin's Deployment runs it."""
    found = shelves(world, "opening-hours")
    right = [ref for ref in found if ref.repository == f"{HUB}/moonlight/opening-hours"]
    yield expect(
        3,
        right,
        Text("The image lies on the shelf of `moonlight`.", "映像檔已經放在 `moonlight` 的架子上。"),
        Text(
            "Nothing called `opening-hours` lies on the shelf of `moonlight`.",
            "`moonlight` 的架子上沒有 `opening-hours`。",
        ),
    )
    if right:
        astray = listing([str(ref) for ref in found if ref not in right])
        account = world.docker.state.accounts.get(HUB, "")
        yield expect(
            2,
            len(right) == len(found) and account in ("", "moonlight"),
            Text("And on no other.", "沒有放到別人的架子上。"),
            Text(
                f"It also lies where it does not belong: {astray.en} (you are logged in as `{account}`).",
                f"它也跑到了不該去的地方：{astray.zh_TW}（你登入的帳號是 `{account}`）。",
            ),
        )
    deployment = world.obj("deployment", "opening-hours")
    if deployment is None:
        yield Finding(5, 0, Text("The Deployment `opening-hours` is gone.", "Deployment `opening-hours` 不見了。"))
        return
    image = str(deployment.spec.template.spec.containers[0].image)
    ready = deployment.status.readyReplicas or 0
    current = deployment.status.updatedReplicas or 0
    from_shelf = parse_reference(image).repository == f"{HUB}/moonlight/opening-hours"
    yield expect(
        5,
        from_shelf and ready >= 2 and current >= 2 and (deployment.spec.replicas or 0) >= 2,
        Text("The Deployment runs it, with two ready Pods.", "Deployment 用的就是它，兩個 Pod 都就緒了。"),
        Text(
            f"The Deployment still names `{image}`, which is in no registry.",
            f"Deployment 寫的還是 `{image}`，登錄庫裡沒有這個。",
        )
        if not from_shelf
        else Text(f"{ready} of its 2 Pods are ready.", f"2 個 Pod 裡有 {ready} 個就緒。"),
        "deployment/opening-hours",
    )


# -- E4 --------------------------------------------------------------------------------------------------------------

PRIVATE = "ghcr.io/moonlight/till"


@exercise("D04-E4")
def family_secret(world: World) -> Findings:
    """The Deployment till runs the private image, and a node that does not have it yet can fetch it."""
    deployment = world.obj("deployment", "till")
    if deployment is None:
        yield Finding(5, 0, Text("The Deployment `till` is gone.", "Deployment `till` 不見了。"))
        return
    image = str(deployment.spec.template.spec.containers[0].image)
    private = parse_reference(image).repository == PRIVATE
    available = (deployment.status.availableReplicas or 0) >= 1
    yield expect(
        5,
        private and available,
        Text("The till runs, from the private image.", "收銀機在跑了，用的是私有的映像檔。"),
        Text(
            f"The Deployment runs `{image}`: that is not the private one.",
            f"Deployment 執行的是 `{image}`，不是私有的那一個。",
        )
        if not private
        else Text(f"The till does not run: {_why(world)}.", f"收銀機還沒跑起來：{_why(world)}。"),
        "deployment/till",
    )
    if not (private and available):
        return
    yield expect(
        5,
        _fetched_anew(world),
        Text("A node that does not have it yet can fetch it.", "還沒有這個映像檔的節點，也拉得到它。"),
        Text(
            "A node that does not have the image yet could not fetch it: the Pods show no pass that the registry accepts.",
            "還沒有這個映像檔的節點會拉不到：Pod 出示的通行證，登錄庫不接受。",
        ),
    )


def _why(world: World) -> str:
    pods = world.pods("app=till")
    return doing(pods[0]) if pods else "0 Pods"


def _fetched_anew(world: World) -> bool:
    """Whether the Deployment's Pods come up when nobody may use what is on the nodes already."""
    fork = world.perturb()
    patch = '[{"op": "add", "path": "/spec/template/spec/containers/0/imagePullPolicy", "value": "Always"}]'
    fork.kubectl(["patch", "deployment", "till", "--type=json", "-p", patch])
    fork.kubectl(["rollout", "restart", "deployment", "till"])
    fork.advance(45)
    status = fork.obj("deployment", "till").status
    return (
        (status.updatedReplicas or 0) >= 1
        and not status.unavailableReplicas
        and status.replicas == status.updatedReplicas
    )


CHECKS = (on_the_shelf, one_sticker, returned_to_sender, family_secret)
