# ruff: noqa: E501
"""Who reaches a server that listens on 127.0.0.1 only, and who may pull what was pushed to a private registry."""

from __future__ import annotations

import base64
import json

import pytest

from k8snb.kubelet import credentials

from .desk import Desk

pytest.importorskip("quickjs")
SERVER = """require('http').createServer((q, r) => r.end('from ' + q.socket.remoteAddress))
  .listen(3000, process.env.WHERE || '127.0.0.1', () => console.log('up'));
"""


@pytest.fixture(scope="module")
def desk() -> Desk:
    found = Desk(files={"shy/s.js": SERVER, "shy/Dockerfile": 'FROM node:22-slim\nCOPY s.js .\nCMD ["node", "s.js"]\n'})
    found.good("login -u me")
    found.good("build -t me/shy shy")
    found.good("push me/shy")
    return found


def test_a_published_port_does_not_reach_the_loopback(desk: Desk) -> None:
    desk.good("run -d --name shy -p 3000:3000 me/shy")
    desk.good("run -d --name open -p 3001:3000 -e WHERE=0.0.0.0 me/shy")
    assert desk.curl("http://localhost:3000").startswith("(56)")
    assert desk.curl("http://localhost:3001") == "from ::ffff:172.17.0.1"
    inside = "exec shy node -e \"fetch('http://localhost:3000').then(r => r.text()).then(console.log)\""
    assert desk.good(inside) == "from ::ffff:127.0.0.1\n"
    address = desk.good("inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' shy").strip()
    assert "ECONNREFUSED" in desk.good(
        f"exec open node -e \"fetch('http://{address}:3000').catch(e => console.log(e.cause.code))\""
    )


def test_a_pods_address_does_not_reach_it_either_but_a_port_forward_does(desk: Desk) -> None:
    desk.kubectl("run shy --image=me/shy")
    desk.kubectl("run open --image=me/shy --env=WHERE=0.0.0.0")
    desk.kubectl("wait --for=condition=Ready pod/shy pod/open --timeout=60s")
    pods = {name: desk.cluster.client.get("pods", name, "default").status.podIP for name in ("shy", "open")}
    assert desk.cluster.http(f"http://{pods['shy']}:3000", "node/minikube").outcome == "refused"
    assert desk.cluster.http(f"http://{pods['open']}:3000", "node/minikube").status == 200
    assert desk.cluster.http("http://localhost:3000", "pod/shy").text == "from ::ffff:127.0.0.1"
    desk.kubectl("port-forward shy 8000:3000")
    assert desk.curl("http://localhost:8000") == "from ::ffff:127.0.0.1"


GHCR = "ghcr.io/me/shy:1"
PULLS = [
    ("", "anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ame%2Fshy%3Apull&service=ghcr.io: 401 Unauthorized"),
    ("--docker-server=ghcr.io --docker-username=me --docker-password=dummy", ""),
    ("--docker-server=https://ghcr.io --docker-username=me --docker-password=dummy", ""),
    ("--docker-server=ghcr.io --docker-username=me --docker-password=wrong", "oauth token: unexpected status"),
    ("--docker-server=ghcr.io --docker-username=you --docker-password=dummy", "403 Forbidden: denied: denied"),
    ("--docker-server=https://index.docker.io/v1/ --docker-username=me --docker-password=dummy", "401 Unauthorized"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "why"), PULLS, ids=[row[0][16:] or "nobody" for row in PULLS])
def test_pull_secrets(desk: Desk, given: str, why: str) -> None:
    if GHCR not in desk.good("images --format '{{.Repository}}:{{.Tag}}'"):
        desk.good("login ghcr.io -u me")
        desk.good(f"tag me/shy {GHCR}")
        desk.good(f"push {GHCR}")
    name = f"private-{PULLS.index((given, why))}"
    if given:
        desk.kubectl(f"create secret docker-registry {name} {given}")
    spec = {"spec": {"imagePullSecrets": [{"name": name}]}}
    line = ["run", name, f"--image={GHCR}", "--image-pull-policy=Always", "--overrides", json.dumps(spec)]
    assert desk.cluster.kubectl(line).exit_code == 0
    desk.cluster.advance(30)
    phase, waits = desk.pod(name)
    events = desk.kubectl(f"events --for pod/{name}")
    assert (phase == "Running") == (why == "")
    assert why in events
    assert (f"Unable to retrieve some image pull secrets ({name})" in events) == (given == "")
    assert why == "" or waits in ("ErrImagePull", "ImagePullBackOff")


def test_docker_is_told_in_dockers_words(desk: Desk) -> None:
    fresh = Desk(files=desk.files)
    fresh.good(f"build -t {GHCR} shy")
    assert "unauthorized: unauthenticated: User cannot be authenticated" in fresh.bad(f"push {GHCR}")
    assert "docker login ghcr.io comes before docker push" in fresh.bad(f"push {GHCR}")
    fresh.good("login ghcr.io -u you")
    refused = fresh.bad(f"push {GHCR}")
    assert "denied: permission_denied: create_package\n" in refused
    assert "docker tag it as ghcr.io/you/shy" in refused
    fresh.good("login ghcr.io -u me")
    fresh.good(f"push {GHCR}")
    fresh.good(f"rmi {GHCR}")
    head = 'Error response from daemon: Head "https://ghcr.io/v2/me/shy/manifests/1": '
    fresh.good("logout ghcr.io")
    assert fresh.bad(f"pull {GHCR}") == f"{head}unauthorized\n"
    fresh.good("login ghcr.io -u you")
    assert fresh.bad(f"pull {GHCR}") == f"{head}denied\n"
    fresh.good("login ghcr.io -u me")
    assert "Status: Downloaded newer image" in fresh.good(f"pull {GHCR}")


class Secret:
    def __init__(self, key: str, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.data = {key: base64.b64encode(text.encode()).decode()}


AUTH = base64.b64encode(b"me:dummy").decode()
SECRETS = [
    ([Secret(".dockerconfigjson", {"auths": {"ghcr.io": {"username": "me", "password": "dummy"}}})], {"ghcr.io": "me"}),
    ([Secret(".dockerconfigjson", {"auths": {"https://ghcr.io/v2/": {"auth": AUTH}}})], {"ghcr.io": "me"}),
    ([Secret(".dockercfg", {"https://index.docker.io/v1/": {"auth": AUTH}})], {"docker.io": "me"}),
    ([Secret(".dockerconfigjson", {"auths": {"ghcr.io": {"auth": "???"}}})], {"ghcr.io": ""}),
    ([Secret(".dockerconfigjson", {"auths": {"ghcr.io": "me"}})], {"ghcr.io": ""}),
    ([Secret(".dockerconfigjson", "no json"), Secret("tls.crt", "x")], {}),
    (
        [
            Secret(".dockercfg", {"ghcr.io": {"username": "first", "password": "dummy"}}),
            Secret(".dockercfg", {"ghcr.io": {"username": "second", "password": "dummy"}}),
        ],
        {"ghcr.io": "first"},
    ),
]


@pytest.mark.parametrize(("secrets", "accounts"), SECRETS)
def test_what_secrets_say(secrets: list[Secret], accounts: dict[str, str]) -> None:
    assert credentials.accounts(secrets) == accounts
