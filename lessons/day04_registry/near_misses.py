"""Day 4: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import docker, minikube, near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

SERVER = "require('http').createServer((request, response) => response.end('{says}')).listen(3000);\n"
DOCKERFILE = 'FROM node:22-slim\nCOPY server.js .\nEXPOSE 3000\nCMD ["node", "server.js"]\n'


def _menu(says: str) -> dict[str, str]:
    return {"menu/server.js": SERVER.format(says=says), "menu/Dockerfile": DOCKERFILE}


@near_miss("D04-E1")
def tagged_and_kept(c: Cluster) -> None:
    """A name is not a journey: nothing was pushed."""
    docker(c, "login -u moonlight")
    docker(c, "tag docker-demo moonlight/docker-demo:1.0.0")


@near_miss("D04-E1")
def only_latest(c: Cluster) -> None:
    """Pushed without a tag, which is `latest`."""
    docker(c, "login -u moonlight")
    docker(c, "tag docker-demo moonlight/docker-demo")
    docker(c, "push moonlight/docker-demo")


@near_miss("D04-E1")
def not_logged_in(c: Cluster) -> None:
    """Without an account the push is denied."""
    docker(c, "tag docker-demo moonlight/docker-demo:1.0.0")
    docker(c, "push moonlight/docker-demo:1.0.0")


@near_miss("D04-E1")
def carried_there(c: Cluster) -> None:
    """The node of this one cluster has it; another cluster would not."""
    docker(c, "tag docker-demo moonlight/docker-demo:1.0.0")
    minikube(c, "image load moonlight/docker-demo:1.0.0")
    c.kubectl("run page --image=moonlight/docker-demo:1.0.0")
    c.settle()


@near_miss("D04-E1")
def a_private_warehouse(c: Cluster) -> None:
    """ghcr.io keeps it private: a cluster that has never heard of you cannot have it."""
    docker(c, "login ghcr.io -u moonlight")
    docker(c, "tag docker-demo ghcr.io/moonlight/docker-demo:1.0.0")
    docker(c, "push ghcr.io/moonlight/docker-demo:1.0.0")


@near_miss("D04-E1")
def something_else(c: Cluster) -> None:
    """The name is right; the image is another one, which listens on another port."""
    docker(c, "login -u moonlight")
    docker(c, "pull nginx")
    docker(c, "tag nginx moonlight/docker-demo:1.0.0")
    docker(c, "push moonlight/docker-demo:1.0.0")


@near_miss("D04-E2")
def both_pushed_again(c: Cluster) -> None:
    """1.0.0 has moved, too: whoever had asked for it gets something else now."""
    docker(c, "build -t moonlight/menu -t moonlight/menu:1.0.0 menu", _menu("Hello World! v2"))
    docker(c, "push -a moonlight/menu")


@near_miss("D04-E2")
def built_and_not_pushed(c: Cluster) -> None:
    """On your machine `latest` is new; in the registry it is not."""
    docker(c, "build -t moonlight/menu menu", _menu("Hello World! v2"))


@near_miss("D04-E2")
def a_new_number_only(c: Cluster) -> None:
    """`latest` does not follow by itself."""
    docker(c, "build -t moonlight/menu:2.0.0 menu", _menu("Hello World! v2"))
    docker(c, "push moonlight/menu:2.0.0")


@near_miss("D04-E2")
def the_wrong_sticker(c: Cluster) -> None:
    """The other way round: 1.0.0 is new, `latest` is old."""
    docker(c, "build -t moonlight/menu:1.0.0 menu", _menu("Hello World! v2"))
    docker(c, "push moonlight/menu:1.0.0")


@near_miss("D04-E2")
def the_same_text(c: Cluster) -> None:
    """Another image, but somebody forgot the greeting."""
    docker(c, "build -t moonlight/menu menu", _menu("Hello World, again!"))
    docker(c, "push moonlight/menu")


def _shelved(c: Cluster) -> None:
    docker(c, "tag opening-hours:1.0 moonlight/opening-hours:1.0")
    docker(c, "push moonlight/opening-hours:1.0")


@near_miss("D04-E3")
def pushed_and_not_used(c: Cluster) -> None:
    """The Deployment still asks for the name that is in no registry."""
    _shelved(c)
    c.advance(300)


@near_miss("D04-E3")
def somebody_elses_name(c: Cluster) -> None:
    """Logged in as `library`, so that the refused push goes through: not his shelf, and not his to fill."""
    docker(c, "login -u library")
    docker(c, "push opening-hours:1.0")
    c.advance(300)


@near_miss("D04-E3")
def both_shelves(c: Cluster) -> None:
    """Right in the end, but it also lies among the official images, under a borrowed name."""
    docker(c, "login -u library")
    docker(c, "push opening-hours:1.0")
    docker(c, "login -u moonlight")
    _shelved(c)
    c.kubectl("set image deployment/opening-hours opening-hours=moonlight/opening-hours:1.0")
    c.kubectl("rollout status deployment opening-hours")
    c.settle()


@near_miss("D04-E3")
def loaded_into_the_node(c: Cluster) -> None:
    """The Pods run, but only here: nothing was published."""
    minikube(c, "image load opening-hours:1.0")
    c.advance(300)


@near_miss("D04-E3")
def renamed_and_not_pushed(c: Cluster) -> None:
    """The Deployment names the shelf, and the shelf is empty."""
    docker(c, "tag opening-hours:1.0 moonlight/opening-hours:1.0")
    c.kubectl("set image deployment/opening-hours opening-hours=moonlight/opening-hours:1.0")
    c.advance(120)


@near_miss("D04-E3")
def one_is_enough(c: Cluster) -> None:
    """He has ordered two."""
    _shelved(c)
    c.kubectl("set image deployment/opening-hours opening-hours=moonlight/opening-hours:1.0")
    c.kubectl("scale deployment opening-hours --replicas=1")
    c.settle()


def _pass(c: Cluster, more: str = "", password: str = "dummy", server: str = "ghcr.io") -> None:
    c.kubectl(
        f"create secret docker-registry ghcr-pass --docker-server={server} --docker-username=moonlight "
        f"--docker-password={password} {more}"
    )


def _shown(c: Cluster) -> None:
    patch = '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"ghcr-pass"}]}}}}'
    c.kubectl(["patch", "deployment", "till", "-p", patch])
    c.advance(120)


@near_miss("D04-E4")
def a_pass_in_the_drawer(c: Cluster) -> None:
    """The Secret is there, but no Pod shows it."""
    _pass(c)
    c.advance(300)


@near_miss("D04-E4")
def wrong_password(c: Cluster) -> None:
    """The registry does not accept it: 403."""
    _pass(c, password="dumy")
    _shown(c)


@near_miss("D04-E4")
def pass_for_another_warehouse(c: Cluster) -> None:
    """Without `--docker-server` the Secret is for Docker Hub."""
    _pass(c, server="https://index.docker.io/v1/")
    _shown(c)


@near_miss("D04-E4")
def in_another_room(c: Cluster) -> None:
    """Secrets are found in the Pod's own namespace only."""
    _pass(c, "-n kube-system")
    _shown(c)


@near_miss("D04-E4")
def carried_past_the_door(c: Cluster) -> None:
    """Loaded into the one node: it runs, until there is another node."""
    minikube(c, "image load ghcr.io/moonlight/till:1.0")
    c.advance(300)


@near_miss("D04-E4")
def made_public(c: Cluster) -> None:
    """On Docker Hub everybody can have it: it was to stay private."""
    docker(c, "login -u moonlight")
    docker(c, "tag ghcr.io/moonlight/till:1.0 moonlight/till:1.0")
    docker(c, "push moonlight/till:1.0")
    c.kubectl("set image deployment/till till=moonlight/till:1.0")
    c.kubectl("rollout status deployment till")
    c.settle()


NEAR_MISSES = (
    tagged_and_kept,
    only_latest,
    not_logged_in,
    carried_there,
    a_private_warehouse,
    something_else,
    both_pushed_again,
    built_and_not_pushed,
    a_new_number_only,
    the_wrong_sticker,
    the_same_text,
    pushed_and_not_used,
    somebody_elses_name,
    both_shelves,
    loaded_into_the_node,
    renamed_and_not_pushed,
    one_is_enough,
    a_pass_in_the_drawer,
    wrong_password,
    pass_for_another_warehouse,
    in_another_room,
    carried_past_the_door,
    made_public,
)
