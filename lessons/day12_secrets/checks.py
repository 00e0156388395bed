"""Day 12: a password that is nowhere in the manifest, one key as one file, a rotation, a missing key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from k8snb.grading.check import Finding, Findings, exercise, expect
from k8snb.grading.text import Text, listing
from k8snb.grading.world import World, doing, is_ready

USER, PASSWORD, NEW = "root", "rootpass", "newpass"


@exercise("D12-E1")
def for_the_fridge(world: World) -> Findings:
    """my-pod gets both values from demo-secret-from-yaml, and they are right to the byte."""
    name, about = "demo-secret-from-yaml", "secret/demo-secret-from-yaml"
    secret = world.obj("secret", name)
    if secret is None:
        yield _no_secret(3, name)
        return
    wrong = [
        (key, wanted, got)
        for key, wanted in (("username", USER), ("password", PASSWORD))
        if (got := value_of(secret, key)) != wanted
    ]
    yield expect(
        3,
        not wrong,
        Text(
            "The Secret holds `username` and `password`, right to the byte.",
            "Secret 裡的 `username` 和 `password` 一個位元組都不差。",
        ),
        _not_as_wanted(*wrong[0]) if wrong else Text("", ""),
        about,
    )
    pod = world.obj("pod", "my-pod")
    if pod is None:
        yield _no_pod(3, "my-pod")
        return
    loose = _in_plain_sight(pod)
    yield expect(
        3,
        not loose and all(_from_secret(pod, variable, name) for variable in ("SECRET_USERNAME", "SECRET_PASSWORD")),
        Text("Both variables are taken from this Secret.", "兩個變數都取自這個 Secret。"),
        Text(
            "The password stands in the Pod's manifest, for everybody to read.",
            "密碼就寫在 Pod 的 manifest 裡，誰都讀得到。",
        )
        if loose
        else Text(
            f"`SECRET_USERNAME` and `SECRET_PASSWORD` should both be taken from the Secret `{name}`.",
            f"`SECRET_USERNAME` 和 `SECRET_PASSWORD` 都應該取自 Secret `{name}`。",
        ),
        "pod/my-pod",
    )
    ready = _ready(3, pod)
    yield ready
    if not ready.held:
        return
    said = {variable: _printed(world, "my-pod", variable) for variable in ("SECRET_USERNAME", "SECRET_PASSWORD")}
    yield expect(
        3,
        said == {"SECRET_USERNAME": USER, "SECRET_PASSWORD": PASSWORD},
        Text("The program sees `root` and `rootpass`.", "程式看到的是 `root` 和 `rootpass`。"),
        Text(
            f"The program sees {_shown(said['SECRET_USERNAME']).en} and {_shown(said['SECRET_PASSWORD']).en}.",
            f"程式看到的是 {_shown(said['SECRET_USERNAME']).zh_TW} 和 {_shown(said['SECRET_PASSWORD']).zh_TW}。",
        ),
        "pod/my-pod",
    )


def _in_plain_sight(pod: Any) -> bool:
    """Whether the password can be read in the manifest: as a value, or in a command."""
    words = [
        word
        for container in (*pod.spec.initContainers, *pod.spec.containers)
        for word in (*(variable.value or "" for variable in container.env), *container.command, *container.args)
    ]
    return any(PASSWORD in word for word in words)


def _from_secret(pod: Any, variable: str, secret: str) -> bool:
    """Whether a container's variable comes from this Secret, by itself or with all of its keys (`envFrom`)."""
    for container in pod.spec.containers:
        for item in container.env:
            if item.name == variable:
                source = item.valueFrom.secretKeyRef if item.valueFrom else None
                return source is not None and source.name == secret
        for each in container.envFrom:
            if each.secretRef is not None and each.secretRef.name == secret and variable.startswith(each.prefix or ""):
                return True
    return False


def _printed(world: World, pod: str, variable: str) -> str | None:
    """A variable as the program in a Pod has it; None if there is none."""
    result = world.run(pod, ["printenv", variable])
    return str(result.stdout).removesuffix("\n") if result.exit_code == 0 else None


@exercise("D12-E2")
def one_key_only(world: World) -> Findings:
    """In vault, /etc/creds holds db.pass and nothing else: the password of cellar, mode 0400."""
    pod = world.obj("pod", "vault")
    if pod is None:
        yield _no_pod(2, "vault")
        return
    ready = _ready(2, pod)
    yield ready
    if not ready.held:
        return
    yield expect(
        2,
        _mounts_secret(pod, "cellar"),
        Text("`/etc/creds` comes from the Secret `cellar`.", "`/etc/creds` 來自 Secret `cellar`。"),
        Text(
            "Nothing below `/etc/creds` comes from the Secret `cellar`.",
            "`/etc/creds` 底下沒有任何東西來自 Secret `cellar`。",
        ),
        "pod/vault",
    )
    files = world.run("vault", ["ls", "/etc/creds"]).stdout.split()
    yield expect(
        2,
        files == ["db.pass"],
        Text("`db.pass` is the only file there.", "那裡只有 `db.pass` 一個檔案。"),
        Text(f"In `/etc/creds` there are: {listing(files).en}.", f"`/etc/creds` 裡面有：{listing(files).zh_TW}。"),
        "pod/vault",
    )
    if "db.pass" not in files:
        return
    content = world.run("vault", ["cat", "/etc/creds/db.pass"]).stdout
    yield expect(
        2,
        content == PASSWORD,
        Text("The password is in it.", "裡面就是密碼。"),
        Text(f"In it there is {_shown(content).en}.", f"裡面是 {_shown(content).zh_TW}。"),
        "pod/vault",
    )
    mode = world.run("vault", ["stat", "-L", "-c", "%a", "/etc/creds/db.pass"]).stdout.strip()
    yield expect(
        2,
        mode == "400",
        Text("Its owner may read it, and nobody else.", "只有擁有者能讀，其他人都不行。"),
        Text(f"Its mode is {mode}, wanted is 400.", f"它的權限是 {mode}，要的是 400。"),
        "pod/vault",
    )


def _mounts_secret(pod: Any, secret: str) -> bool:
    """Whether something at or below /etc/creds is a volume of this Secret."""
    volumes = {
        volume.name
        for volume in pod.spec.volumes
        if (volume.secret is not None and volume.secret.secretName == secret)
        or (
            volume.projected is not None
            and any(source.secret is not None and source.secret.name == secret for source in volume.projected.sources)
        )
    }
    return any(
        mount.name in volumes and mount.mountPath.rstrip("/").startswith("/etc/creds")
        for container in pod.spec.containers
        for mount in container.volumeMounts
    )


@exercise("D12-E3")
def new_password(world: World) -> Findings:
    """The Secret till is changed, and the Pod cashier, the very same, finds the new password in its file."""
    secret, pod = world.obj("secret", "till"), world.obj("pod", "cashier")
    if secret is None:
        yield _no_secret(3, "till")
        return
    if pod is None:
        yield _no_pod(3, "cashier")
        return
    got = value_of(secret, "password")
    yield expect(
        3,
        got == NEW,
        Text("The Secret `till` holds the new password.", "Secret `till` 裡已經是新密碼。"),
        _not_as_wanted("password", NEW, got),
        "secret/till",
    )
    if got != NEW:
        return
    restarts = sum(status.restartCount for status in pod.status.containerStatuses)
    same = (
        _was_there_before(world, pod, "till", lambda secret: value_of(secret, "password") == NEW)
        and not restarts
        and is_ready(pod)
    )
    yield expect(
        3,
        same,
        Text("The Pod is the same, and has run all the time.", "Pod 還是同一個，一直在執行。"),
        Text(
            "The Pod `cashier` was made anew or restarted: for a while nobody stood at the till.",
            "Pod `cashier` 被重建或重啟過：收銀台有一陣子沒有人。",
        ),
        "pod/cashier",
    )
    if not same:
        return
    content = world.run("cashier", ["cat", "/etc/creds/password"]).stdout
    yield expect(
        4,
        content == NEW,
        Text("Its file has the new password.", "它的檔案裡是新密碼。"),
        Text(
            f"Its file still has {_shown(content).en}. The kubelet looks about once a minute: `%clock +2m`.",
            f"它的檔案裡還是 {_shown(content).zh_TW}。kubelet 大約一分鐘看一次：`%clock +2m`。",
        )
        if content == PASSWORD
        else Text(f"Its file has {_shown(content).en}.", f"它的檔案裡是 {_shown(content).zh_TW}。"),
        "pod/cashier",
    )


@exercise("D12-E4")
def cannot_be_put_together(world: World) -> Findings:
    """orders, the very same Pod, runs with the right values; what was in order-book is still there."""
    secret, pod = world.obj("secret", "order-book"), world.obj("pod", "orders")
    if secret is None:
        yield _no_secret(4, "order-book")
        return
    if pod is None:
        yield _no_pod(4, "orders")
        return
    ready = _ready(4, pod)
    yield ready
    if not ready.held:
        return
    yield expect(
        2,
        _was_there_before(world, pod, "order-book", lambda secret: {"username", "password"} <= set(secret.data)),
        Text("It is the Pod that was waiting for it.", "它就是當初在等的那個 Pod。"),
        Text(
            "It was made anew, instead of being given what it was waiting for.",
            "它是重新建立的，而不是拿到了原本在等的東西。",
        ),
        "pod/orders",
    )
    said = _printed(world, "orders", "DB_USERNAME"), _printed(world, "orders", "DB_PASSWORD")
    yield expect(
        2,
        said == (USER, PASSWORD),
        Text(
            "It sees the values of the two files, `root` and `rootpass`.",
            "它看到的是那兩個檔案的值：`root` 和 `rootpass`。",
        ),
        Text(
            f"It sees {_shown(said[0]).en} and {_shown(said[1]).en}; the values of the two files are wanted.",
            f"它看到的是 {_shown(said[0]).zh_TW} 和 {_shown(said[1]).zh_TW}；要的是那兩個檔案的值。",
        ),
        "pod/orders",
    )
    kept = value_of(secret, "username.txt") == USER and value_of(secret, "password.txt") == PASSWORD
    yield expect(
        2,
        kept,
        Text("What the bookkeeper uses is still there.", "會計在用的東西都還在。"),
        Text(
            "`username.txt` or `password.txt` is gone or changed: the bookkeeper's program does not find them any more.",
            "`username.txt` 或 `password.txt` 不見了，或被改掉了：會計的程式找不到它們了。",
        ),
        "secret/order-book",
    )


def _was_there_before(world: World, pod: Any, secret: str, ready: Callable[[Any], bool]) -> bool:
    """Whether this Pod is older than the moment since which a Secret is as it should be."""
    since: int | None = None
    for change in world.history("secrets", secret):
        good = change.type != "DELETED" and ready(change.object)
        since = (change.revision if since is None else since) if good else None
    changes = world.history("pods", pod.metadata.name)
    born = min(change.revision for change in changes if _uid(change.object) == pod.metadata.uid)
    return since is not None and born < since


def _uid(obj: Any) -> str:
    return str(obj.metadata.uid)


def value_of(secret: Any, key: str) -> str | None:
    """A value in plain text; None if there is no such key, or no text."""
    try:
        return base64.b64decode(secret.data[key]).decode()
    except (KeyError, binascii.Error, UnicodeDecodeError):
        return None


def _ready(points: int, pod: Any) -> Finding:
    name = pod.metadata.name
    return expect(
        points,
        is_ready(pod),
        Text(f"The Pod `{name}` is running and ready.", f"Pod `{name}` 正在執行，而且已就緒。"),
        Text(
            f"The Pod `{name}` is not ready: {doing(pod)}. What do its events say?",
            f"Pod `{name}` 還沒就緒：{doing(pod)}。它的事件怎麼說？",
        ),
        f"pod/{name}",
    )


def _no_secret(points: int, name: str) -> Finding:
    return Finding(points, 0, Text(f"There is no Secret `{name}`.", f"沒有名叫 `{name}` 的 Secret。"))


def _no_pod(points: int, name: str) -> Finding:
    return Finding(points, 0, Text(f"There is no Pod `{name}` in this cluster.", f"叢集裡沒有名叫 `{name}` 的 Pod。"))


def _not_as_wanted(key: str, wanted: str, got: str | None) -> Text:
    if got is None:
        return Text(f"The Secret has no key `{key}`.", f"Secret 裡沒有 `{key}` 這個鍵。")
    if got.rstrip("\n") == wanted:
        return Text(
            f"`{key}` has {len(got)} bytes instead of {len(wanted)}: an invisible newline has come along.",
            f"`{key}` 有 {len(got)} 個位元組，應該是 {len(wanted)} 個：有個看不見的換行混進去了。",
        )
    return Text(f"`{key}` should be `{wanted}`; it has another value.", f"`{key}` 應該是 `{wanted}`，現在是別的值。")


def _shown(value: str | None) -> Text:
    if value is None:
        return Text("nothing", "「沒有」")
    shown = value.replace("\n", "\\n")
    return Text(f"`{shown}`", f"`{shown}`")


CHECKS = (for_the_fridge, one_key_only, new_password, cannot_be_put_together)
