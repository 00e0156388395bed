"""Programs that are more than text tools: package managers, HTTP clients, name lookups, ps, and what images are missing."""

from __future__ import annotations

import pytest

from k8snb.runtime.machine import Machine
from k8snb.runtime.net import HttpResponse, NetError
from tests.runtime.box import Box, FakeNet

HELLO = HttpResponse(200, b"Hello World!", {"Content-Type": "text/html", "Content-Length": "12"}, 0.004)
NET = FakeNet(
    {"dl-cdn.alpinelinux.org": "151.101.2.132", "web": "10.96.1.7", "deb.debian.org": "151.101.2.133"},
    {
        "http://10.244.0.4:3000": HELLO,
        "http://web/": HELLO,
        "http://web": HELLO,
        "http://web/missing": HttpResponse(404, b"no", {}, 0.001),
        "http://old": HttpResponse(301, b"", {"Location": "http://web/"}, 0.001),
        "http://nowhere": NetError("dns"),
        "http://hang": NetError("timeout", "10.0.0.9:80", seconds=0.0),
        "http://closed": NetError("refused", "10.96.1.7:80", seconds=0.001),
    },
)


def test_apk_brings_curl() -> None:
    box = Box("alpine", ("sleep", "1000000"), net=NET)
    assert box.run("curl 10.244.0.4:3000") == ("", "sh: curl: not found\n", 127)
    out, _, status = box.run("apk add --no-cache curl")
    lines = out.splitlines()
    assert lines[0] == "fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz"
    assert "Installing curl" in lines[-3]
    assert lines[-1].startswith("OK: ")
    assert lines[-1].endswith(" packages")
    assert status == 0
    assert box.run("curl -s http://10.244.0.4:3000") == ("Hello World!", "", 0)
    assert box.run("which curl")[0] == "/usr/bin/curl\n"
    assert box.run("apk add nosuch")[2] == 1


def test_without_an_index_or_a_network_apk_finds_nothing() -> None:
    assert "curl (no such package)" in Box("alpine", ("sleep", "9999"), net=NET).run("apk add curl")[1]
    offline = Box("alpine", ("sleep", "9999")).run("apk add --no-cache curl")
    assert "WARNING: fetching" in offline[1]
    assert offline[2] == 1


def test_apt_get_wants_an_update_first() -> None:
    box = Box("nginx", ("sleep", "1000000"), net=NET)
    assert "E: Unable to locate package iputils-ping" in box.run("apt-get install -y iputils-ping")[1]
    assert box.run("apt-get update && apt-get install -y iputils-ping && ping -c 1 web", 120)[2] == 0


CURL = (
    ("-s http://web", "Hello World!", "", 0),
    ("-s -o /dev/null -w '%{http_code}\\n' http://web/missing", "404\n", "", 0),
    ("-sf http://web/missing", "", "", 22),
    ("-sSf http://web/missing", "", "curl: (22) The requested URL returned error: 404\n", 22),
    ("-sS http://nowhere", "", "curl: (6) Could not resolve host: nowhere\n", 6),
    (
        "-sS http://closed",
        "",
        "curl: (7) Failed to connect to closed port 80 after 1 ms: Could not connect to server\n",
        7,
    ),
    ("-sS -m 3 http://hang", "", "curl: (28) Connection timed out after 3000 milliseconds\n", 28),
    ("-s http://old", "", "", 0),
    ("-sL http://old", "Hello World!", "", 0),
    ("-sI http://web", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n", "", 0),
    ("-s -o f http://web; cat f", "Hello World!", "", 0),
    (
        "--nope http://web",
        "",
        "curl: option --nope: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
        2,
    ),
)


@pytest.mark.parametrize(("words", "out", "err", "status"), CURL, ids=[row[0] for row in CURL])
def test_curl(words: str, out: str, err: str, status: int) -> None:
    box = Box("nginx", ("sleep", "1000000"), net=NET)
    assert box.run(f"curl {words}") == (out, err, status)


def test_curl_sends_what_it_is_told() -> None:
    net = FakeNet({}, {"http://api/x": HELLO})
    box = Box("nginx", ("sleep", "1000000"), net=net)
    box.run("curl -s -X PUT -d a=1 -d b=2 -H 'X-K: v' http://api/x")
    assert net.asked == [("PUT", "http://api/x", b"a=1&b=2")]


WGET = (
    ("-qO- http://web", "Hello World!", "", 0),
    ("-q http://web/ && cat index.html", "Hello World!", "", 0),
    ("-qO- http://web/missing", "", "wget: server returned error: HTTP/1.1 404 Not Found\n", 1),
    ("-qO- http://nowhere", "", "wget: bad address 'nowhere'\n", 1),
    ("-qO- http://closed", "", "wget: can't connect to remote host (10.96.1.7): Connection refused\n", 1),
)


@pytest.mark.parametrize(("words", "out", "err", "status"), WGET, ids=[row[0] for row in WGET])
def test_wget(words: str, out: str, err: str, status: int) -> None:
    assert Box("alpine", ("sleep", "1000000"), net=NET).run(f"wget {words}") == (out, err, status)


def test_lookups_and_pings() -> None:
    box = Box("alpine", ("sleep", "1000000"), net=NET)
    assert "Name:\tweb\nAddress: 10.96.1.7\n" in box.run("nslookup web")[0]
    out, _, status = box.run("nslookup nope")
    assert "** server can't find nope: NXDOMAIN" in out
    assert status == 1
    out, _, status = box.run("ping -c 2 web")
    assert out.splitlines()[1] == "64 bytes from 10.96.1.7: seq=0 ttl=63 time=0.123 ms"
    assert "2 packets transmitted, 2 packets received, 0% packet loss" in out
    assert box.run("ping -c 1 nope")[1] == "ping: bad address 'nope'\n"
    assert box.run("nc -zv web 80; nc -zv nope 80; echo $?")[0] == "1\n"


def test_ps_shows_what_runs() -> None:
    box = Box("nginx", ())
    out, _, _ = box.exec(("ps", "-ef"))
    assert "docker-entrypoint.sh nginx -g daemon off;" in out
    assert Box("alpine", ("sleep", "9999")).run("ps")[0].splitlines()[1].split() == [
        "1",
        "root",
        "0:00",
        "sleep",
        "9999",
    ]


def test_timeout_ends_what_takes_too_long() -> None:
    box = Box()
    began = box.now
    out, _, status = box.run("timeout 5 sleep 100; echo $?; timeout 5 echo quick; date +%s", 30)
    assert out.splitlines()[:2] == ["143", "quick"]
    assert int(out.splitlines()[2]) - int(began) == 5
    assert status == 0


def test_an_image_without_a_shell_has_none() -> None:
    from k8snb.runtime.machine import NoSuchProgram

    box = Box("kicbase/echo-server:1.0", ())
    with pytest.raises(NoSuchProgram, match="executable file not found"):
        box.act(Machine.execute, ("sh",))
    answer = box.get(8080, "/x?y=1")
    assert isinstance(answer, HttpResponse)
    assert answer.text.startswith("Request served by box\n\nGET /x?y=1 HTTP/1.1\n")
