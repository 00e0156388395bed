"""What each image promises, and how references to images are read and refused."""

from __future__ import annotations

import pytest

from k8snb.runtime.images import IMAGES, load
from k8snb.runtime.machine import Machine
from k8snb.runtime.net import HttpResponse, NetError
from k8snb.runtime.registry import InvalidReference, PullFailure, Registry, parse_reference
from tests.runtime.box import Box, FakeNet

REFERENCES = (
    ("nginx", "docker.io/library/nginx:latest"),
    ("nginx:1.27", "docker.io/library/nginx:1.27"),
    ("me/app", "docker.io/me/app:latest"),
    ("docker.io/nginx", "docker.io/library/nginx:latest"),
    ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
    ("localhost:5000/x/y:z", "localhost:5000/x/y:z"),
    ("nginx@sha256:" + "a" * 64, "docker.io/library/nginx@sha256:" + "a" * 64),
)


@pytest.mark.parametrize(("text", "full"), REFERENCES)
def test_references_are_completed(text: str, full: str) -> None:
    assert str(parse_reference(text)) == full


@pytest.mark.parametrize("text", ["", "Nginx", "nginx:", ":tag", "a b", "nginx@sha256:short", "-x", "nginx:-tag"])
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(InvalidReference, match="invalid reference format"):
        parse_reference(text)


@pytest.mark.parametrize("row", sorted(set(IMAGES.values())))
def test_every_image_starts_and_stops(row: str) -> None:
    image = load(row, "latest")
    argv = image.entrypoint + image.cmd
    assert argv, "an image says what it runs"
    assert image.size > 0
    if image.local_only:
        return
    tag = next(iter(image.tags))
    box = Box(f"{next(name for name, known in IMAGES.items() if known == row)}:{tag}", ())
    assert box.container.phase in ("running", "exited")
    assert box.container.exit_code in (0, 2)
    if box.container.running:
        box.act(Machine.kill, 1, 9, True)
        assert box.container.exit_code == 137


def test_an_unknown_tag_and_an_unknown_host() -> None:
    registry = Registry()
    with pytest.raises(PullFailure, match=r"docker\.io/library/nginx:9\.9: not found"):
        registry.pull("nginx:9.9")
    with pytest.raises(PullFailure, match=r"dial tcp: lookup registry\.example\.com: no such host"):
        registry.pull("registry.example.com/x:1")
    image, seconds = registry.pull("zxcvbnius/docker-demo:1.0.0")
    assert image.digest == registry.pull("zxcvbnius/docker-demo")[0].digest
    assert 5 < seconds < 10


def page(answer: HttpResponse | NetError) -> tuple[int, str]:
    assert isinstance(answer, HttpResponse)
    return answer.status, answer.text


def test_nginx_serves_its_document_root() -> None:
    box = Box("nginx:1.27", ())
    status, text = page(box.get(80))
    assert status == 200
    assert "<h1>Welcome to nginx!</h1>" in text
    box.run("echo hi > /usr/share/nginx/html/index.html; mkdir /usr/share/nginx/html/d", shell="/bin/bash")
    assert page(box.get(80)) == (200, "hi\n")
    assert page(box.get(80, "/d"))[0] == 301
    assert page(box.get(80, "/d/"))[0] == 403
    status, text = page(box.get(80, "/nope"))
    assert status == 404
    assert "<center>nginx/1.27.5</center>" in text
    assert "10.244.0.1 - - [01/Jan/2026:00:0" in box.log
    assert box.container.ports == {80}


def test_nginx_reads_its_configuration_again() -> None:
    net = FakeNet({}, {"http://app:3000/x": HttpResponse(200, b"from app", {}, 0.01)})
    box = Box("nginx", (), net=net)
    conf = (
        "server { listen 8080; location / { proxy_pass http://app:3000; } location = /v { return 200 'v1'; } "
        "error_page 502 /50x.html; location = /50x.html { root /usr/share/nginx/html; } }"
    )
    box.run(f'echo "{conf}" > /etc/nginx/conf.d/default.conf; nginx -t && nginx -s reload', shell="/bin/bash")
    assert box.container.ports == {8080}
    assert page(box.get(8080, "/x")) == (200, "from app")
    assert page(box.get(8080, "/v")) == (200, "v1")
    status, text = page(box.get(8080, "/other"))
    assert status == 502
    assert "An error occurred" in text
    assert isinstance(box.get(80), NetError)
    _, err, status = box.run("echo 'server { lisen 80; }' > /etc/nginx/conf.d/bad.conf; nginx -t")  # type: ignore[assignment]
    assert 'unknown directive "lisen" in /etc/nginx/conf.d/bad.conf:1' in err
    assert status == 1


def test_nginx_stops_at_once_when_asked() -> None:
    box = Box("nginx", ())
    box.act(Machine.kill, 1, 3, True)
    assert (box.container.exit_code, box.container.reason) == (0, "Completed")
    assert "signal 3 (SIGQUIT) received, gracefully shutting down" in box.log


def test_the_demo_answers_what_its_source_says() -> None:
    box = Box("zxcvbnius/docker-demo:v2.0.0", ())
    assert page(box.get(3000)) == (200, "Hello World! v2")
    assert page(box.get(3000, "/x", "POST")) == (404, "Cannot POST /x\n")
    assert isinstance(box.get(300), NetError)
    edited = Box(
        "zxcvbnius/docker-demo", ("sh", "-c", "sed -i 's/Hello World!/Bonjour/' /app/index.js; cd /app; exec npm start")
    )
    assert page(edited.get(3000)) == (200, "Bonjour")


def test_echoserver_tells_what_it_was_asked() -> None:
    box = Box("gcr.io/google_containers/echoserver:1.8", ())
    _, text = page(box.get(8080, "/hellokube?a=b", Host="h:8080"))
    assert "\nHostname: box\n" in text
    assert "\tserver_version=nginx: 1.13.3 - lua: 10008\n" in text
    assert "\treal path=/hellokube?a=b\n" in text
    assert "\tquery=a=b\n" in text
