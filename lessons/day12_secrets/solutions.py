"""Day 12: right ways to do the exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
LITERALS = "--from-literal=username=root --from-literal=password=rootpass"
MY_POD = """\
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
      valueFrom:
        secretKeyRef:
          name: demo-secret-from-yaml
          key: username
    - name: SECRET_PASSWORD
      valueFrom:
        secretKeyRef:
          name: demo-secret-from-yaml
          key: password
"""


@solution("D12-E1")
def base64_by_hand(c: Cluster) -> None:
    c.apply(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: demo-secret-from-yaml\ntype: Opaque\n"
        "data:\n  username: cm9vdA==\n  password: cm9vdHBhc3M=\n"
    )
    c.apply(MY_POD)
    c.settle()


@solution("D12-E1")
def from_literals(c: Cluster) -> None:
    c.apply(MY_POD)
    c.advance(30)
    c.kubectl(f"create secret generic demo-secret-from-yaml {LITERALS}")
    c.settle()


@solution("D12-E1")
def all_keys_at_once(c: Cluster) -> None:
    c.kubectl(f"create secret generic demo-secret-from-yaml {LITERALS}")
    c.kubectl(
        ["patch", "secret", "demo-secret-from-yaml", "-p"]
        + ['{"stringData":{"SECRET_USERNAME":"root","SECRET_PASSWORD":"rootpass"}}']
    )
    spec = MY_POD.partition("    env:\n")[0]
    c.apply(spec + "    envFrom:\n    - secretRef:\n        name: demo-secret-from-yaml\n")
    c.settle()


def _vault(c: Cluster, mount: str, volume: str) -> None:
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
    volumeMounts:
    - {mount}
  volumes:
  - {volume}
"""
    )
    c.settle()


@solution("D12-E2")
def items_with_a_mode(c: Cluster) -> None:
    c.apply(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: vault
spec:
  containers:
  - name: vault
    image: zxcvbnius/docker-demo
    volumeMounts:
    - name: creds
      mountPath: /etc/creds
      readOnly: true
  volumes:
  - name: creds
    secret:
      secretName: cellar
      items:
      - key: password
        path: db.pass
        mode: 0400
"""
    )
    c.settle()


@solution("D12-E2")
def default_mode(c: Cluster) -> None:
    _vault(
        c,
        "{name: creds, mountPath: /etc/creds}",
        "{name: creds, secret: {secretName: cellar, defaultMode: 256, items: [{key: password, path: db.pass}]}}",
    )


@solution("D12-E2")
def a_single_file_by_sub_path(c: Cluster) -> None:
    _vault(
        c,
        "{name: creds, mountPath: /etc/creds/db.pass, subPath: password, readOnly: true}",
        "{name: creds, secret: {secretName: cellar, defaultMode: 0400}}",
    )


@solution("D12-E2")
def projected(c: Cluster) -> None:
    source = "{secret: {name: cellar, items: [{key: password, path: db.pass, mode: 0400}]}}"
    _vault(c, "{name: creds, mountPath: /etc/creds}", "{name: creds, projected: {sources: [" + source + "]}}")


@solution("D12-E3")
def patched(c: Cluster) -> None:
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])
    c.advance(120)


@solution("D12-E3")
def applied(c: Cluster) -> None:
    c.apply(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: till}\nstringData: {username: cashier, password: newpass}\n"
    )
    c.advance(120)


@solution("D12-E3")
def drawer_replaced(c: Cluster) -> None:
    c.kubectl("delete secret till")
    c.kubectl("create secret generic till --from-literal=username=cashier --from-literal=password=newpass")
    c.advance(180)


@solution("D12-E3")
def at_the_second_go(c: Cluster) -> None:
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])
    c.kubectl("delete pod/cashier secret/till --grace-period=1")
    c.kubectl(["apply", "-f", str(FOLDER / "manifests/till.yaml")])
    c.kubectl("wait --for=condition=Ready pod/cashier --timeout=2m")
    c.kubectl(["patch", "secret", "till", "-p", '{"stringData":{"password":"newpass"}}'])
    c.advance(120)


@solution("D12-E4")
def keys_added(c: Cluster) -> None:
    c.kubectl(["patch", "secret", "order-book", "-p", '{"stringData":{"username":"root","password":"rootpass"}}'])
    c.settle()


@solution("D12-E4")
def applied_with_four_keys(c: Cluster) -> None:
    c.apply(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: order-book}\n"
        "stringData: {username.txt: root, password.txt: rootpass, username: root, password: rootpass}\n"
    )
    c.settle()


SOLUTIONS = (
    base64_by_hand,
    from_literals,
    all_keys_at_once,
    items_with_a_mode,
    default_mode,
    a_single_file_by_sub_path,
    projected,
    patched,
    applied,
    drawer_replaced,
    at_the_second_go,
    keys_added,
    applied_with_four_keys,
)
