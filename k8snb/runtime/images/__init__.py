"""Every image that the simulated registries and nodes know: one row each.

A row says where the class is; it is imported when the image is first needed. To add an image: write
`runtime/images/<name>.py` with a subclass of `Image`, add its row here, test its contract through the API. A notebook adds its
own with `@image("me/app:1")` (`own.py`).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from k8snb.runtime.image import Image

#: repository -> "module:Class", below this package
IMAGES: dict[str, str] = {
    "docker.io/zxcvbnius/docker-demo": "dockerdemo:DockerDemo",
    "docker.io/library/alpine": "alpine:Alpine",
    "docker.io/library/debian": "debian:Debian",
    "docker.io/library/ubuntu": "debian:Ubuntu",
    "docker.io/library/python": "python:Python",
    "docker.io/polinux/stress": "stress:Stress",
    "docker.io/progrium/stress": "stress:Stress",
    "docker.io/vish/stress": "stress:VishStress",
    "docker.io/library/busybox": "busybox:Busybox",
    "docker.io/library/nginx": "nginx:Nginx",
    "docker.io/library/httpd": "httpd:Httpd",
    "docker.io/library/node": "node:Node",
    "docker.io/library/mysql": "mysql:Mysql",
    "docker.io/library/wordpress": "wordpress:WordPress",
    "docker.io/library/redis": "redis:Redis",
    "docker.io/library/registry": "registry:Registry",
    "docker.io/library/hello-node": "hellonode:HelloNode",
    "docker.io/library/hello-world": "helloworld:HelloWorld",
    "docker.io/curlimages/curl": "curlimage:Curl",
    "docker.io/kicbase/echo-server": "echoserver:EchoServer",
    "gcr.io/google_containers/echoserver": "echoserver:LegacyEchoServer",
    "k8s.gcr.io/echoserver": "echoserver:LegacyEchoServer",
    "registry.k8s.io/echoserver": "echoserver:LegacyEchoServer",
    "registry.k8s.io/e2e-test-images/agnhost": "agnhost:Agnhost",
    "k8s.gcr.io/e2e-test-images/agnhost": "agnhost:Agnhost",
    "k8s.gcr.io/test-webserver": "agnhost:TestWebserver",
    "registry.k8s.io/test-webserver": "agnhost:TestWebserver",
    "gcr.io/google_containers/test-webserver": "agnhost:TestWebserver",
    "gcr.io/google_containers/defaultbackend": "defaultbackend:DefaultBackend",
    "k8s.gcr.io/defaultbackend": "defaultbackend:DefaultBackend",
    "docker.io/library/bash": "samples:Bash",
    "docker.io/library/perl": "samples:Perl",
    "gcr.io/google-samples/hello-app": "samples:HelloApp",
    "gcr.io/google-samples/node-hello": "samples:NodeHello",
    "registry.k8s.io/nginx-slim": "samples:NginxSlim",
    "k8s.gcr.io/nginx-slim": "samples:NginxSlim",
    "registry.k8s.io/busybox": "samples:OldBusybox",
    "k8s.gcr.io/busybox": "samples:OldBusybox",
    "registry.k8s.io/pause": "pause:Pause",
    "k8s.gcr.io/pause": "pause:Pause",
    "registry.k8s.io/kube-apiserver": "controlplane:ApiServer",
    "registry.k8s.io/kube-controller-manager": "controlplane:ControllerManager",
    "registry.k8s.io/kube-scheduler": "controlplane:Scheduler",
    "registry.k8s.io/kube-proxy": "controlplane:KubeProxy",
    "registry.k8s.io/etcd": "controlplane:Etcd",
    "registry.k8s.io/coredns/coredns": "coredns:CoreDNS",
    "registry.k8s.io/hpa-example": "hpaexample:HpaExample",
    "registry.k8s.io/metrics-server/metrics-server": "metricsserver:MetricsServer",
    "docker.io/kindest/kindnetd": "controlplane:Kindnet",
    "gcr.io/k8s-minikube/storage-provisioner": "controlplane:StorageProvisioner",
}


#: modules whose images a machine is delivered with, as minikube's preload does
_PRELOADED = ("controlplane", "coredns", "pause")


def preloaded() -> list[str]:
    """References of the images that are on a fresh machine."""
    rows = {repository: row for repository, row in IMAGES.items() if row.partition(":")[0] in _PRELOADED}
    return [f"{repository}:{tag}" for repository, row in rows.items() for tag in load(row, "latest").tags]


@lru_cache(maxsize=512)
def load(row: str, tag: str) -> Image:
    """The image of a row at a tag."""
    module, _, name = row.partition(":")
    if module == "own":
        from k8snb.runtime.images.own import find

        return find(row, tag)
    image: Image = getattr(import_module(f"k8snb.runtime.images.{module}"), name)(tag)
    return image


@lru_cache(maxsize=512)
def behaviour(row: str) -> Image:
    """The class whose reactions files with the program `image:<row>` run, at no particular tag."""
    return load(row, "latest")


def forget() -> None:
    """Look the images up again: a notebook has defined one of its own (see `own.py`)."""
    load.cache_clear()
