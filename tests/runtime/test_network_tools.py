"""Network tools in Pods: what they say of names, ports, addresses and answers of a real cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from k8snb import Cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    cluster.apply(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {clusterIP: 10.99.0.9, selector: {app: web}, ports: [{name: http, port: 80}]}\n"
    )
    cluster.kubectl("create deployment web --image=nginx")
    cluster.kubectl("run redis --image=redis --expose --port=6379")
    cluster.kubectl("run alpine --image=alpine -- sleep 100000000")
    cluster.kubectl("run debian --image=debian -- sleep 100000000")
    cluster.settle()
    add = "apk add --no-cache curl bind-tools iproute2 busybox-extras"
    assert cluster.kubectl(["exec", "alpine", "--", "sh", "-c", add]).exit_code == 0
    add = "apt-get update && apt-get install -y curl wget dnsutils iproute2 netcat-openbsd iputils-ping"
    assert cluster.kubectl(["exec", "debian", "--", "bash", "-c", add]).exit_code == 0
    yield cluster
    cluster.close()


#: Pod, line, standard output, standard error (without kubectl's last line), exit code
LINES = (
    ("alpine", "dig +short web.default.svc.cluster.local", "10.99.0.9\n", "", 0),
    ("alpine", "dig web +search +short", "10.99.0.9\n", "", 0),
    ("alpine", "dig web +short", "", "", 0),
    ("alpine", "dig -x 10.99.0.9 +short", "web.default.svc.cluster.local.\n", "", 0),
    ("alpine", "dig +short SRV _http._tcp.web.default.svc.cluster.local", "0 100 80 web.default.svc.cluster.local.\n", "", 0),
    ("alpine", "dig @10.96.0.10 web.default.svc.cluster.local +noall +answer",
     "web.default.svc.cluster.local.\t30\tIN\tA\t10.99.0.9\n", "", 0),
    ("alpine", "dig nope.default.svc.cluster.local | grep -c 'status: NXDOMAIN'", "1\n", "", 0),
    ("alpine", "host web", "web.default.svc.cluster.local has address 10.99.0.9\n", "", 0),
    ("alpine", "host nope", "Host nope not found: 3(NXDOMAIN)\n", "", 1),
    ("alpine", "nc -zv web 80", "", "web (10.99.0.9:80) open\n", 0),
    ("alpine", "nc -zv -w 2 web 81", "", "nc: web (10.99.0.9:81): Connection timed out\n", 1),
    ("alpine", "nc -z nope 80", "", "nc: bad address 'nope'\n", 1),
    ("alpine", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80 | head -1", "HTTP/1.1 200 OK\r\n", "", 0),
    ("alpine", "echo PING | nc redis 6379", "+PONG\r\n", "", 0),
    ("alpine", "printf 'SET a 1\\r\\nGET a\\r\\n' | nc redis 6379", "+OK\r\n$1\r\n1\r\n", "", 0),
    ("alpine", "telnet web 81 < /dev/null", "", "telnet: can't connect to remote host (10.99.0.9): Connection timed out\n", 1),
    ("alpine", "wget -T 2 -qO- http://10.99.0.77", "", "wget: download timed out\n", 1),
    ("alpine", "wget -qO- http://web:81", "", "wget: can't connect to remote host (10.99.0.9): Operation timed out\n", 1),
    ("alpine", "wget -qO- nope", "", "wget: bad address 'nope'\n", 1),
    ("alpine", "wget -qO- web/none", "", "wget: server returned error: HTTP/1.1 404 Not Found\n", 1),
    ("alpine", "curl -s -o /dev/null -w '%{http_code} %{remote_ip}' web", "200 10.99.0.9", "", 0),
    ("alpine", "curl -sS nope", "", "curl: (6) Could not resolve host: nope\n", 6),
    ("alpine", "curl -sS -m 3 web:81", "", "curl: (28) Connection timed out after 3000 milliseconds\n", 28),
    ("alpine", "curl -sSf web/none", "", "curl: (22) The requested URL returned error: 404\n", 22),
    ("alpine", "curl -s redis:6379; echo $?", "52\n", "", 0),
    ("alpine", "curl -s --resolve foo:80:10.99.0.9 http://foo/ -o /dev/null -w '%{http_code}'", "200", "", 0),
    ("alpine", "curl -sv web -o /dev/null 2>&1 | grep -c '^[*<>]'", "19\n", "", 0),
    ("alpine", "ip -o -4 addr show eth0 | cut -c1-20", "2: eth0    inet 10.2\n", "", 0),
    ("alpine", "ip route | head -1", "default via 10.244.0.1 dev eth0 \n", "", 0),
    ("alpine", "nc -l -p 4000 & sleep 1; netstat -tln | grep -c 4000; ss -tln | grep -c 4000; kill $!", "1\n1\n", "", 0),
    ("alpine", "ping -c 1 web | tail -1", "1 packets transmitted, 0 packets received, 100% packet loss\n", "", 0),
    ("alpine", "apk add --no-cache git 2>&1 | tail -1", "# k8snb: the real repository has git: not simulated here\n", "", 0),
    ("debian", "nc -zv web 80", "", "Connection to web (10.99.0.9) 80 port [tcp/*] succeeded!\n", 0),
    ("debian", "nc -zv -w 1 web 81", "", "nc: connect to web (10.99.0.9) port 81 (tcp) failed: Connection timed out\n", 1),
    ("debian", "ping -c 1 web | sed -n 1p", "PING web (10.99.0.9) 56(84) bytes of data.\n", "", 0),
    ("debian", "ping -c 1 nope", "", "ping: nope: Name or service not known\n", 2),
    ("debian", "wget -q -O- -T 2 http://10.99.0.77; echo $?", "4\n", "", 0),
    ("debian", "wget -q -O- web | head -1", "<!DOCTYPE html>\n", "", 0),
    ("debian", "wget web 2>&1 | grep -c 'saved'", "1\n", "", 0),
)  # fmt: skip


@pytest.mark.parametrize(("pod", "line", "out", "err", "code"), LINES, ids=[f"{row[0]}: {row[1]}" for row in LINES])
def test_lines(cluster: Cluster, pod: str, line: str, out: str, err: str, code: int) -> None:
    result = cluster.kubectl(["exec", pod, "--", "sh", "-c", line])
    said = result.stderr.removesuffix(f"command terminated with exit code {result.exit_code}\n")
    assert (result.stdout, said) == (out, err)
    assert (result.exit_code != 0) == (code != 0)


def test_dig_shows_all_of_an_answer(cluster: Cluster) -> None:
    text = cluster.kubectl(["exec", "alpine", "--", "dig", "web.default.svc.cluster.local"]).stdout
    lines = text.splitlines()
    assert lines[1] == "; <<>> DiG 9.20.13 <<>> web.default.svc.cluster.local"
    assert ";; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1" in lines
    assert ";web.default.svc.cluster.local.\tIN\tA" in lines
    assert "web.default.svc.cluster.local.\t30\tIN\tA\t10.99.0.9" in lines
    assert ";; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)" in lines


def test_without_a_name_server_names_are_not_found(cluster: Cluster) -> None:
    alone = cluster.fork()
    alone.kubectl("scale deployment coredns -n kube-system --replicas=0")
    alone.settle()
    result = alone.kubectl(["exec", "alpine", "--", "dig", "web.default.svc.cluster.local"])
    assert "communications error to 10.96.0.10#53: timed out" in result.stdout
    assert ";; no servers could be reached" in result.stdout


def test_a_fork_in_the_middle_of_everything_gives_the_same_bytes(cluster: Cluster) -> None:
    one = cluster.fork()
    script = "i=0; while [ $i -lt 5 ]; do i=$((i+1)); redis-cli -h redis incr n; "
    script += "ping -c 1 -q redis | tail -2 | head -1; sleep 7; done"
    one.kubectl(
        [
            "run",
            "loop",
            "--image=redis",
            "--restart=Never",
            "--",
            "sh",
            "-c",
            f"apt-get update -q; apt-get install -y -q iputils-ping > /dev/null; {script}",
        ]
    )
    one.advance(35)
    begun = one.kubectl("logs loop").stdout
    two = one.fork()
    for each in (one, two):
        each.advance(100)
    assert one.kubectl("logs loop --timestamps").stdout == two.kubectl("logs loop --timestamps").stdout
    assert one.kubectl("logs loop").stdout.startswith(begun)
    assert one.kubectl("logs loop").stdout.splitlines()[-2] == "5"
