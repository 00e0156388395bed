"""Day 4: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import docker, solution

if TYPE_CHECKING:
    from k8snb import Cluster

MENU = {
    "menu/server.js": "require('http').createServer((request, response) => response.end('Hello World! v2')).listen(3000);\n",
    "menu/Dockerfile": 'FROM node:22-slim\nCOPY server.js .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
}
PASS = "create secret docker-registry ghcr-pass --docker-server=ghcr.io --docker-username=moonlight --docker-password=dummy"


@solution("D04-E1")
def login_tag_push(c: Cluster) -> None:
    docker(c, "login -u moonlight")
    docker(c, "tag docker-demo moonlight/docker-demo:1.0.0")
    docker(c, "push moonlight/docker-demo:1.0.0")


@solution("D04-E1")
def all_tags_of_another_account(c: Cluster) -> None:
    docker(c, "login")
    docker(c, "tag docker-demo learner/docker-demo")
    docker(c, "tag docker-demo learner/docker-demo:1.0.0")
    docker(c, "push -a learner/docker-demo")


@solution("D04-E2")
def build_and_push_latest(c: Cluster) -> None:
    docker(c, "build -t moonlight/menu menu", MENU)
    docker(c, "push moonlight/menu")


@solution("D04-E2")
def with_a_number_of_its_own(c: Cluster) -> None:
    """The new page also gets a number: the best way."""
    docker(c, "build -t moonlight/menu:2.0.0 menu", MENU)
    docker(c, "tag moonlight/menu:2.0.0 moonlight/menu:latest")
    docker(c, "push moonlight/menu:2.0.0")
    docker(c, "push moonlight/menu:latest")


@solution("D04-E3")
def another_name_for_both(c: Cluster) -> None:
    docker(c, "tag opening-hours:1.0 moonlight/opening-hours:1.0")
    docker(c, "push moonlight/opening-hours:1.0")
    c.kubectl("set image deployment/opening-hours opening-hours=moonlight/opening-hours:1.0")
    c.kubectl("rollout status deployment opening-hours")
    c.settle()


@solution("D04-E3")
def by_digest(c: Cluster) -> None:
    docker(c, "tag opening-hours:1.0 moonlight/opening-hours")
    docker(c, "push moonlight/opening-hours")
    name = docker(c, "image inspect -f '{{index .RepoDigests 0}}' moonlight/opening-hours").stdout.strip()
    c.kubectl(f"set image deployment/opening-hours *={name}")
    c.kubectl("rollout status deployment opening-hours")
    c.settle()


@solution("D04-E4")
def secret_in_the_template(c: Cluster) -> None:
    c.kubectl(PASS)
    patch = '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"ghcr-pass"}]}}}}'
    c.kubectl(["patch", "deployment", "till", "-p", patch])
    c.kubectl("rollout status deployment till")
    c.settle()


@solution("D04-E4")
def pass_of_the_service_account(c: Cluster) -> None:
    """Every Pod of the namespace that runs as `default` shows the pass; those that exist are made anew."""
    c.kubectl(PASS)
    c.kubectl(["patch", "serviceaccount", "default", "-p", '{"imagePullSecrets":[{"name":"ghcr-pass"}]}'])
    c.kubectl("rollout restart deployment till")
    c.kubectl("rollout status deployment till")
    c.settle()


SOLUTIONS = (
    login_tag_push,
    all_tags_of_another_account,
    build_and_push_latest,
    with_a_number_of_its_own,
    another_name_for_both,
    by_digest,
    secret_in_the_template,
    pass_of_the_service_account,
)
