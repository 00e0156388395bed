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


def test_ps_shows_the_columns_that_are_asked_for() -> None:
    for image in ("alpine", "nginx"):
        box = Box(image)
        assert box.run("ps -o pid,comm | head -2")[0] == "  PID COMMAND\n    1 sleep\n"
        assert box.run("ps -o pid= -o args= | head -1")[0] == "    1 sleep 1000000\n"
        assert box.run("ps -o nonsense")[2] == 1


def test_small_tools() -> None:
    box = Box("alpine")
    assert box.run("pidof sleep; pidof nothing; echo $?") == ("1\n1\n", "", 0)
    assert box.run("sleep 50 & pidof sleep | wc -w; kill $!")[0] == "2\n"
    began = box.now
    assert box.run("usleep 1500000; date +%s", 10)[0] == f"{int(began + 1.5)}\n"
    assert box.run("su -s /bin/sh -c id nobody")[0] == "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)\n"
    assert box.run("su nosuch")[1:] == ("su: unknown user nosuch\n", 1)
    assert box.run("less /etc/alpine-release") == ("3.22.2\n", "", 0)
    assert box.run("nice -n 5 echo polite") == ("polite\n", "", 0)
    assert "needs a terminal" in box.run("vi /etc/passwd")[1]
    assert box.run("route | head -1")[0] == "Kernel IP routing table\n"
    assert box.run("watch -n1 date", 3.5)[0].count("Every 1.0s: date") == 4


def test_dd_says_how_much_it_copied() -> None:
    out, err, status = Box("nginx").run("dd if=/dev/zero of=/tmp/f bs=1M count=3; wc -c < /tmp/f")
    assert out == "3145728\n"
    assert err.startswith("3+0 records in\n3+0 records out\n3145728 bytes (3.1 MB, 3.0 MiB) copied, 0.00")
    assert status == 0
    assert "1024+0 records out" in Box("nginx").run("dd if=/dev/zero of=/dev/null bs=1M count=1024", 5)[1]


def test_awk_runs_commands_and_reads_what_they_print() -> None:
    box = Box("nginx")
    script = """BEGIN {
        print "first"
        "echo one; echo two" | getline line; print "got", line
        "echo one; echo two" | getline line; print "got", line
        status = system("echo from system; exit 3"); print "status", status
        print "b" | "sort"; print "a" | "sort"; close("sort")
        print "last"
    }"""
    out = "first\ngot one\ngot two\nfrom system\nstatus 3\na\nb\nlast\n"
    assert box.exec(("awk", script)) == (out, "", 0)
    assert box.run('seq 3 | awk \'{ print | "sort -r" } END { print "end" }\'')[0] == "end\n3\n2\n1\n"


def test_filters_pass_on_what_comes_as_it_comes() -> None:
    loop = "while true; do date +%s; sleep 1; done"
    box = Box(argv=("sh", "-c", f"{loop} | grep -v x | cut -c1-9 | tr 0-9 a-j | uniq -c | cat -n"))
    box.advance(25)
    assert len(box.log.splitlines()) >= 2
    assert Box().run("tr -dc 'a-z' < /dev/urandom | head -c 12 | wc -c")[0].strip() == "12"
    assert len(Box("nginx").run("cat /dev/urandom | tr -dc 'a-zA-Z0-9' | fold -w 32 | head -n 1")[0]) == 33


def test_tail_follows_and_says_nothing_while_nothing_comes() -> None:
    box = Box(argv=("sh", "-c", "echo a > l; tail -f l & sleep 5; echo b >> l; sleep 5; kill $!; echo end"))
    box.advance(20)
    assert box.log == "a\nb\nend\n"
