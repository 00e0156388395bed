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
    refuses = {"mysql:Mysql"}  # without a password in its environment
    assert box.container.exit_code in ((1,) if row in refuses else (0, 2))
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


#: image, what runs, its log, its exit code (None: it goes on)
RUNS = (
    ("debian:12", ("bash", "-c", "head -1 /etc/os-release"), 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 0),
    ("ubuntu:22.04", ("bash", "-c", "grep ^ID= /etc/os-release"), "ID=ubuntu\n", 0),
    ("bash:5", ("bash", "-c", "[[ a == a ]] && echo ${BASH_VERSION%%.*}"), "5\n", 0),
    ("python:3.12", ("python", "--version"), "Python 3.12.12\n", 0),
    ("python:3.12", ("python3", "none.py"),
     "/usr/local/bin/python3: can't open file '/w/none.py': [Errno 2] No such file or directory\n", 2),
    ("perl:5.34.0", ("perl", "-Mbignum=bpi", "-wle", "print bpi(20)"), "3.1415926535897932385\n", 0),
    ("polinux/stress", ("stress", "--cpu", "1", "--timeout", "3s"),
     "stress: info: [1] dispatching hogs: 1 cpu, 0 io, 0 vm, 0 hdd\nstress: info: [1] successful run completed in 3s\n", 0),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "pause"), "Paused\n", None),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "dns-suffix"), "\n", None),
)  # fmt: skip


@pytest.mark.parametrize(("image", "argv", "log", "code"), RUNS, ids=[" ".join(row[1])[:40] for row in RUNS])
def test_what_images_run(image: str, argv: tuple[str, ...], log: str, code: int | None) -> None:
    box = Box(image, argv)
    box.advance(10)
    assert box.log == log
    assert (box.container.exit_code if box.container.phase == "exited" else None) == code


def test_python_scripts_are_refused_in_a_sentence() -> None:
    box = Box("python:3.13-slim", ("python", "-c", "print(1)"))
    assert box.log.startswith("# k8snb: Python scripts are not run here")
    assert box.container.exit_code == 1


#: image, what runs, port, path, what is answered
ANSWERS = (
    ("python:3.12", ("python", "-m", "http.server", "8000", "-d", "/etc"), 8000, "/os-release", "PRETTY_NAME"),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "netexec"), 8080, "/hostname", "box"),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "netexec"), 8080, "/echo?msg=hi", "hi"),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "netexec"), 8080, "/clientip", "10.244.0.1:"),
    ("registry.k8s.io/e2e-test-images/agnhost:2.53", ("/agnhost", "serve-hostname"), 9376, "/", "box"),
    ("k8s.gcr.io/test-webserver", ("/test-webserver",), 80, "/etc/shells", "/bin/sh"),
    ("gcr.io/google_containers/defaultbackend:1.4", ("/server",), 8080, "/", "default backend - 404"),
    (
        "gcr.io/google-samples/hello-app:2.0",
        ("/hello-app",),
        8080,
        "/",
        "Hello, world!\nVersion: 2.0.0\nHostname: box\n",
    ),
    ("gcr.io/google-samples/node-hello:1.0", ("node", "server.js"), 8080, "/", "Hello Kubernetes!"),
)


@pytest.mark.parametrize(("image", "argv", "port", "path", "text"), ANSWERS)
def test_what_images_answer(image: str, argv: tuple[str, ...], port: int, path: str, text: str) -> None:
    box = Box(image, argv)
    assert page(box.get(port, path))[1].startswith(text)


#: servers of files, and where the files of their root are
FILES = (
    ("python:3.12", ("python", "-m", "http.server", "80", "-d", "/srv"), "/srv"),
    ("busybox", ("httpd", "-f", "-p", "80", "-h", "/srv"), "/srv"),
    ("httpd", ("httpd-foreground",), "/usr/local/apache2/htdocs"),
    ("nginx", ("nginx", "-g", "daemon off;"), "/usr/share/nginx/html"),
)


@pytest.mark.parametrize(("image", "argv", "root"), FILES, ids=[row[0] for row in FILES])
def test_servers_of_files_keep_to_their_root(image: str, argv: tuple[str, ...], root: str) -> None:
    box = Box(image, argv)
    box.act(lambda machine: machine.fs.mkdir(root, parents=True) if not machine.fs.is_dir(root) else None)
    box.act(lambda machine: machine.fs.write(f"{root}/own.txt", b"mine"))
    assert page(box.get(80, "/own.txt")) == (200, "mine")
    for path in ("/../../../../etc/passwd", "/./..//../etc/passwd", "/own.txt/../../../../../etc/passwd"):
        answer = box.get(80, path)
        assert isinstance(answer, NetError) or "root:x:0" not in answer.text
