"""Day 3: a page in an image of one's own, a second version beside the first, a server from nothing, and a clean crate."""

from __future__ import annotations

from typing import Any

from k8snb.docker.image import BuiltImage
from k8snb.docker.state import Box
from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World
from k8snb.runtime.filesystem import Directory, Entry, File, Filesystem

LIBRARIES = "/app/node_modules/express"


def built(world: World) -> list[BuiltImage]:
    """The images that were built on this machine."""
    found = (world.docker.store.content(identity) for identity in world.docker.store.identities())
    return [image for image in found if isinstance(image, BuiltImage)]


def own(world: World, name: str) -> BuiltImage | None:
    """The image of this name, if it was built here."""
    image = world.docker.store.find(name)
    return image if isinstance(image, BuiltImage) else None


def behind(world: World, port: int) -> Box | None:
    """The running container that a port of the machine leads to."""
    found = world.docker.publisher(port)
    return found[0] if found else None


def tried(world: World, name: str, port: int) -> tuple[Any, int | None]:
    """(the answer of a fresh container of an image on a port, its exit code if it has ended), on a copy of the machine."""
    fork, outside = world.perturb(), 18_000
    while outside in fork.docker.published():
        outside += 1
    fork.run_docker(f"run -d --name k8snb-trial -p {outside}:{port} {name}")
    fork.advance(5)
    box = fork.docker.find("k8snb-trial")
    reply = fork.http("host", f"http://localhost:{outside}/")
    return reply, None if box.container.running else box.container.exit_code


def has(image: BuiltImage, path: str) -> bool:
    return Filesystem(image.root).exists(path)


def said(reply: Any) -> str:
    """What was answered, in a few words."""
    return str(reply.text.strip()[:60] or reply.status)


def silent(world: World, port: int, reply: Any) -> Text:
    """Why nobody answers on a port of the machine."""
    found = world.docker.publisher(port)
    if found is None:
        ended = [box for box in world.docker.state.boxes.values() if any(p.host == port for p in box.ports)]
        if ended:
            box = ended[-1]
            return Text(
                f"`{box.name}` should answer on port {port}, but it is not running (exit code {box.container.exit_code}): "
                f"`docker logs {box.name}` has its last words.",
                f"`{box.name}` 應該在 {port} 埠回應，但它沒有在執行（結束代碼 {box.container.exit_code}）："
                f"`docker logs {box.name}` 有它的遺言。",
            )
        return Text(
            f"No running container has published port {port} of your machine.",
            f"沒有執行中的容器對應到你機器的 {port} 埠。",
        )
    box, published = found
    if published.inner not in box.container.ports:
        ports = listing([str(each) for each in sorted(box.container.ports)])
        return Text(
            f"Port {port} leads to port {published.inner} of `{box.name}`, but its program listens on {ports.en}.",
            f"{port} 埠通往 `{box.name}` 的 {published.inner} 埠，但裡面的程式聽的是 {ports.zh_TW}。",
        )
    return Text(
        f"A visit to port {port} got no answer: {reply.summary()}", f"拜訪 {port} 埠沒有得到回應：{reply.summary()}"
    )


# -- E1 --------------------------------------------------------------------------------------------------------------


@exercise("D03-E1")
def nailed_shut(world: World) -> Findings:
    """An image built here has the page and its libraries in /app, and a container of it answers on port 3000."""
    good = [image for image in built(world) if has(image, "/app/index.js") and has(image, LIBRARIES)]
    yield expect(
        4,
        good,
        Text(
            "There is an image with the page and its libraries in `/app`.",
            "有一個映像檔，`/app` 裡放著網頁和它的函式庫。",
        ),
        _not_packed(world),
    )
    box, reply = behind(world, 3000), world.http("host", "http://localhost:3000/")
    ours = box is not None and box.image_id in {image.image_id for image in good}
    yield expect(
        2,
        ours,
        Text("A container of it stands behind port 3000.", "3000 埠後面是用它做出來的容器。"),
        Text("The container behind port 3000 was not made from it.", "3000 埠後面的容器不是用它做出來的。")
        if box is not None
        else silent(world, 3000, reply),
    )
    if not ours:
        return
    yield expect(
        4,
        reply.status == 200 and reply.text.strip() == "Hello World!",
        Text("`http://localhost:3000` answers `Hello World!`.", "`http://localhost:3000` 回應了 `Hello World!`。"),
        Text(f"Port 3000 answers `{said(reply)}`.", f"3000 埠的回應是 `{said(reply)}`。")
        if reply.status
        else silent(world, 3000, reply),
    )


def _not_packed(world: World) -> Text:
    images = built(world)
    if not images:
        return Text("No image has been built on this machine yet.", "這台機器上還沒有建置過映像檔。")
    if any(has(image, "/app/index.js") for image in images):
        return Text(
            "An image has the page in `/app`, but not the libraries it needs.",
            "有映像檔的 `/app` 裡放了網頁，但少了它需要的函式庫。",
        )
    return Text("No image that was built here has the page in `/app`.", "這裡建置的映像檔，`/app` 裡都沒有網頁。")


# -- E2 --------------------------------------------------------------------------------------------------------------


@exercise("D03-E2")
def new_season(world: World) -> Findings:
    """menu:v2 is a new image with a true note, answers on 3011, and menu:v1 is what it was."""
    old, new = own(world, "menu:v1"), own(world, "menu:v2")
    if new is None or (old is not None and new.image_id == old.image_id):
        yield Finding(
            3,
            0,
            Text("There is no image `menu:v2` yet.", "還沒有映像檔 `menu:v2`。")
            if new is None
            else Text("`menu:v2` is `menu:v1` under another name.", "`menu:v2` 只是 `menu:v1` 換了個名字。"),
        )
        return
    notes = listing(list(new.config.exposed))
    yield expect(
        3,
        new.config.exposed == ("3000/tcp",),
        Text(
            "`menu:v2` is an image of its own and declares port 3000.", "`menu:v2` 是另一個映像檔，而且宣告了 3000 埠。"
        ),
        Text(
            f"`menu:v2` declares {notes.en}; its program listens on 3000.",
            f"`menu:v2` 宣告的是 {notes.zh_TW}，但它的程式聽的是 3000。",
        ),
    )
    box, reply = behind(world, 3011), world.http("host", "http://localhost:3011/")
    ours = box is not None and box.image_id == new.image_id
    yield expect(
        4,
        ours and reply.status == 200 and reply.text.strip() == "Hello World! v2",
        Text("Port 3011 answers `Hello World! v2`, out of `menu:v2`.", "3011 埠由 `menu:v2` 回應 `Hello World! v2`。"),
        _other(box, ours, reply) if reply.status else silent(world, 3011, reply),
    )
    yield expect(
        3,
        old is not None and old.config.exposed == ("300/tcp",) and b"v2" not in _page(old),
        Text("`menu:v1` is still the old one.", "`menu:v1` 還是原來那一個。"),
        Text("`menu:v1` is gone: nobody can go back to it.", "`menu:v1` 不見了：想回頭也回不去了。")
        if old is None
        else Text(
            "`menu:v1` is no longer what it was: the name has moved to another image.",
            "`menu:v1` 已經不是原來的了：這個名字被移到別的映像檔上。",
        ),
    )


def _other(box: Box | None, ours: bool, reply: Any) -> Text:
    if box is not None and not ours:
        return Text(
            f"Port 3011 leads to `{box.name}`, which was not made from `menu:v2`.",
            f"3011 埠通往 `{box.name}`，但它不是用 `menu:v2` 做出來的。",
        )
    return Text(f"Port 3011 answers `{said(reply)}`.", f"3011 埠的回應是 `{said(reply)}`。")


def _page(image: BuiltImage) -> bytes:
    fs = Filesystem(image.root)
    return fs.read("/app/index.js") if fs.exists("/app/index.js") else b""


# -- E3 --------------------------------------------------------------------------------------------------------------


@exercise("D03-E3")
def hello_node(world: World) -> Findings:
    """hello-node:v1 was built here, and a container of it greets on 8080."""
    if own(world, "hello-node:v1") is None:
        latest = own(world, "hello-node:latest") is not None
        yield Finding(
            4,
            0,
            Text(
                "You have built `hello-node:latest`; the name asked for is `hello-node:v1`.",
                "你建置的是 `hello-node:latest`；題目要的名字是 `hello-node:v1`。",
            )
            if latest
            else Text("No `hello-node:v1` has been built on this machine.", "這台機器上還沒有建置過 `hello-node:v1`。"),
        )
        return
    yield Finding(4, 4, Text("`hello-node:v1` was built by you.", "`hello-node:v1` 是你建置的。"))
    reply, ended = tried(world, "hello-node:v1", 8080)
    yield expect(
        6,
        reply.status == 200 and "hello" in reply.text.lower(),
        Text(
            f"A container of it answers on 8080: `{said(reply)}`.", f"用它做出來的容器在 8080 埠回應：`{said(reply)}`。"
        ),
        _no_greeting(reply, ended),
    )


def _no_greeting(reply: Any, ended: int | None) -> Text:
    if ended is not None:
        return Text(
            f"We ran it, and it ended at once with exit code {ended}: run it and read `docker logs`.",
            f"我們執行了它，它馬上就結束了，結束代碼 {ended}：自己執行一次，看看 `docker logs`。",
        )
    if reply.status:
        return Text(
            f"We ran it, and on 8080 it answers `{said(reply)}`.", f"我們執行了它，它在 8080 埠回應 `{said(reply)}`。"
        )
    return Text(
        "We ran it, and nobody could be reached on port 8080 of the container. Where does the program listen?",
        "我們執行了它，但容器的 8080 埠沒有人應門。程式聽的是哪裡？",
    )


# -- E4 --------------------------------------------------------------------------------------------------------------

PIN = b"4711"


@exercise("D03-E4")
def clean_crate(world: World) -> Findings:
    """till:clean works, and the PIN is in none of its layers."""
    image = own(world, "till:clean")
    if image is None:
        yield Finding(4, 0, Text("There is no image `till:clean` yet.", "還沒有映像檔 `till:clean`。"))
        return
    reply, ended = tried(world, "till:clean", 8000)
    yield expect(
        4,
        reply.status == 200 and reply.text.strip() == "Ready",
        Text("The till works: `Ready`.", "收銀機能用：`Ready`。"),
        Text(
            f"The till does not work: its container ended with exit code {ended}.",
            f"收銀機不能用：容器結束了，結束代碼 {ended}。",
        )
        if ended is not None
        else Text("Nobody answers `Ready` on port 8000 of its container.", "容器的 8000 埠沒有人回應 `Ready`。"),
    )
    final, early = _holds(image.root, _base(image)), _in_a_layer(world, image)
    yield expect(
        6,
        not final and not early,
        Text("The PIN is in none of its layers.", "每一層裡都找不到 PIN。"),
        Text("The PIN lies in the image for all to read.", "PIN 就躺在映像檔裡，誰都看得到。")
        if final
        else Text(
            f"The PIN is not to be seen any more, but it is still in a layer below: `{early}`.",
            f"表面上看不到 PIN 了，但它還在下面的某一層裡：`{early}`。",
        ),
    )


def _base(image: BuiltImage) -> Directory | None:
    return image.base.root if image.base is not None else None


def _in_a_layer(world: World, image: BuiltImage) -> str:
    """The step of an image's history that has the PIN, or "" if none has: a later layer hides a file and keeps it."""
    roots = {cached.layer: cached.root for cached in world.docker.state.cache.values()}
    for step in image.steps:
        if PIN.decode() in step.text or (step.layer in roots and _holds(roots[step.layer], _base(image))):
            return step.text
    return ""


def _holds(entry: Entry, known: Entry | None) -> bool:
    """Whether any file below has the PIN; what is the same in the base image is not looked at."""
    if entry is known:
        return False
    if isinstance(entry, Directory):
        before = known.entries if isinstance(known, Directory) else {}
        return any(_holds(child, before.get(name)) for name, child in entry.entries.items())
    return isinstance(entry, File) and PIN in entry.content


CHECKS = (nailed_shut, new_season, hello_node, clean_crate)
