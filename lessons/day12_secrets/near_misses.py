"""Day 12: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

SECRET = "demo-secret-from-yaml"


def _my_pod(c: Cluster, username: str, password: str) -> None:
    c.apply(
        f"""\
apiVersion: v1
kind: Pod
metadata:
  name: my-pod
spec:
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
    env:
    - name: SECRET_USERNAME
      {username}
    - name: SECRET_PASSWORD
      {password}
"""
    )
    c.settle()


def _key(key: str, secret: str = SECRET) -> str:
    return f"valueFrom: {{secretKeyRef: {{name: {secret}, key: {key}}}}}"


def _literals(c: Cluster, secret: str = SECRET) -> None:
    c.kubectl(f"create secret generic {secret} --from-literal=username=root --from-literal=password=rootpass")


@near_miss("D12-E1")
def in_plain_sight(c: Cluster) -> None:
    """The variables are right, but the values stand in the Pod's manifest."""
    _literals(c)
    _my_pod(c, "value: root", "value: rootpass")


@near_miss("D12-E1")
def with_a_newline(c: Cluster) -> None:
    """`echo root | base64`: the newline is part of the value now."""
    c.apply(
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {SECRET}}}\n"
        "data: {username: cm9vdAo=, password: cm9vdHBhc3MK}\n"
    )
    _my_pod(c, _key("username"), _key("password"))


@near_miss("D12-E1")
def keys_of_the_files(c: Cluster) -> None:
    """The Secret was made from files: its keys are username.txt and password.txt."""
    c.kubectl(f"create secret generic {SECRET} --from-literal=username.txt=root --from-literal=password.txt=rootpass")
    _my_pod(c, _key("username"), _key("password"))


@near_miss("D12-E1")
def base64_twice(c: Cluster) -> None:
    """Already base64, and spelt once more by `stringData`."""
    c.apply(
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {SECRET}}}\n"
        "stringData: {username: cm9vdA==, password: cm9vdHBhc3M=}\n"
    )
    _my_pod(c, _key("username"), _key("password"))


@near_miss("D12-E1")
def another_secret(c: Cluster) -> None:
    """The values come from another Secret."""
    _literals(c)
    _literals(c, "demo-secret-from-literal")
    _my_pod(c, _key("username", "demo-secret-from-literal"), _key("password", "demo-secret-from-literal"))


@near_miss("D12-E1")
def only_one_of_them(c: Cluster) -> None:
    """The user name is still written out."""
    _literals(c)
    _my_pod(c, "value: root", _key("password"))


@near_miss("D12-E1")
def from_a_config_map(c: Cluster) -> None:
    """A ConfigMap is no drawer with a lock: everybody may read it."""
    _literals(c)
    c.kubectl("create configmap login --from-literal=username=root --from-literal=password=rootpass")
    refer = "valueFrom: {{configMapKeyRef: {{name: login, key: {}}}}}"
    _my_pod(c, refer.format("username"), refer.format("password"))


def _vault(c: Cluster, volume: str, command: str = "") -> None:
    c.apply(
        f"""\
apiVersion: v1
kind: Pod
metadata:
  name: vault
spec:
  containers:
  - name: vault
    image: zxcvbnius/docker-demo
    {command}
    volumeMounts:
    - {{name: creds, mountPath: /etc/creds}}
  volumes:
  - {{name: creds, {volume}}}
"""
    )
    c.settle()


@near_miss("D12-E2")
def whole_secret(c: Cluster) -> None:
    """Both keys are mounted, under their own names."""
    _vault(c, "secret: {secretName: cellar, defaultMode: 0400}")


@near_miss("D12-E2")
def for_everybody(c: Cluster) -> None:
    """The right file, but everybody may read it (0644)."""
    _vault(c, "secret: {secretName: cellar, items: [{key: password, path: db.pass}]}")


@near_miss("D12-E2")
def without_the_zero(c: Cluster) -> None:
    """400 in decimal is 0620 in octal."""
    _vault(c, "secret: {secretName: cellar, items: [{key: password, path: db.pass, mode: 400}]}")


@near_miss("D12-E2")
def under_its_own_name(c: Cluster) -> None:
    """The file is called password."""
    _vault(c, "secret: {secretName: cellar, items: [{key: password, path: password, mode: 0400}]}")


@near_miss("D12-E2")
def the_other_key(c: Cluster) -> None:
    """db.pass with the user name in it."""
    _vault(c, "secret: {secretName: cellar, items: [{key: username, path: db.pass, mode: 0400}]}")


@near_miss("D12-E2")
def written_by_hand(c: Cluster) -> None:
    """The file is right, but it comes from the manifest and not from the Secret."""
    line = "echo -n rootpass > /etc/creds/db.pass; chmod 400 /etc/creds/db.pass; exec npm start"
    _vault(c, "emptyDir: {}", f'command: ["/bin/sh", "-c", "{line}"]')


@near_miss("D12-E3")
def made_anew(c: Cluster) -> None:
    """The Pod was deleted and made again: nobody at the till meanwhile."""
    manifest = c.kubectl("get pod cashier -o yaml").stdout
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])
    c.kubectl("delete pod cashier --grace-period=1")
    c.kubectl("create -f -", stdin=manifest.replace("  uid:", "  #uid:").replace("  resourceVersion:", "  #rv:"))
    c.settle()


@near_miss("D12-E3")
def as_a_variable(c: Cluster) -> None:
    """A new Pod that gets the password as a variable: another Pod, and no file."""
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])
    c.kubectl("delete pod cashier --grace-period=1")
    c.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: cashier}\nspec:\n  containers:\n  - name: cashier\n"
        "    image: zxcvbnius/docker-demo\n    env:\n    - name: PASSWORD\n"
        "      valueFrom: {secretKeyRef: {name: till, key: password}}\n"
    )
    c.settle()


@near_miss("D12-E3")
def into_the_container(c: Cluster) -> None:
    """The file cannot be written from inside, and the Secret has not changed."""
    c.kubectl(["exec", "cashier", "--", "sh", "-c", "echo -n newpass > /etc/creds/password"])
    c.advance(120)


@near_miss("D12-E3")
def not_waited_for(c: Cluster) -> None:
    """The Secret is new, but the kubelet has not looked yet."""
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])


@near_miss("D12-E3")
def new_one_with_a_newline(c: Cluster) -> None:
    """`echo newpass | base64`: eight bytes."""
    c.kubectl(["patch", "secret", "till", "-p", '{"data":{"password":"bmV3cGFzcwo="}}'])
    c.advance(120)


@near_miss("D12-E3")
def another_drawer(c: Cluster) -> None:
    """A new Secret beside the old one, which the Pod does not know."""
    c.kubectl("create secret generic till-new --from-literal=password=newpass")
    c.advance(120)


@near_miss("D12-E4")
def pod_made_to_fit(c: Cluster) -> None:
    """The Pod was deleted and made anew with other keys."""
    c.kubectl("delete pod orders --grace-period=1")
    c.apply(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: orders
spec:
  containers:
  - name: orders
    image: zxcvbnius/docker-demo
    env:
    - name: DB_USERNAME
      valueFrom: {secretKeyRef: {name: order-book, key: username.txt}}
    - name: DB_PASSWORD
      valueFrom: {secretKeyRef: {name: order-book, key: password.txt}}
"""
    )
    c.settle()


@near_miss("D12-E4")
def secret_made_anew(c: Cluster) -> None:
    """The Pod runs, but the keys of the bookkeeper are gone."""
    c.kubectl("delete secret order-book")
    _literals(c, "order-book")
    c.settle()


@near_miss("D12-E4")
def only_one_key(c: Cluster) -> None:
    """The second key is still missing."""
    c.kubectl(["patch", "secret", "order-book", "-p", '{"stringData":{"username":"root"}}'])
    c.settle()


@near_miss("D12-E4")
def any_values(c: Cluster) -> None:
    """It runs, but with values that open nothing."""
    c.kubectl(["patch", "secret", "order-book", "-p", '{"stringData":{"username":"mei","password":"secret"}}'])
    c.settle()


@near_miss("D12-E4")
def with_newlines(c: Cluster) -> None:
    """It runs, but each value has a newline at its end."""
    c.kubectl(["patch", "secret", "order-book", "-p", '{"data":{"username":"cm9vdAo=","password":"cm9vdHBhc3MK"}}'])
    c.settle()


NEAR_MISSES = (
    in_plain_sight,
    with_a_newline,
    keys_of_the_files,
    base64_twice,
    another_secret,
    only_one_of_them,
    from_a_config_map,
    whole_secret,
    for_everybody,
    without_the_zero,
    under_its_own_name,
    the_other_key,
    written_by_hand,
    made_anew,
    as_a_variable,
    into_the_container,
    not_waited_for,
    new_one_with_a_newline,
    another_drawer,
    pod_made_to_fit,
    secret_made_anew,
    only_one_key,
    any_values,
    with_newlines,
)
