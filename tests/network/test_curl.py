"""curl's output, errors and exit codes."""

from __future__ import annotations

import pytest

from k8snb.network.curl import Terminal
from k8snb.network.endpoint import Answered, Outcome
from k8snb.runtime.net import HttpRequest, HttpResponse
from tests.network.harness import Lab


def lab() -> Lab:
    lab = Lab(nodes=1)
    pod = lab.pod("web-0")
    lab.pod("client", listens=False, labels={})
    lab.service(type="NodePort", node_port=30390)
    lab.dns()
    lab.settle()
    assert pod.status.podIP == "10.244.0.2"
    return lab


def answer(lab: Lab, *responses: HttpResponse) -> list[HttpRequest]:
    """Let the server give these answers in turn (the last one again and again)."""
    seen: list[HttpRequest] = []

    def http(pod: object, port: int, request: HttpRequest) -> Outcome:
        seen.append(request)
        return Answered(responses[min(len(seen), len(responses)) - 1], 0.001, 0.0, "app")

    lab.processes.http = http  # type: ignore[method-assign]
    return seen


URL = "http://192.168.49.2:30390"


@pytest.mark.parametrize(
    ("line", "source", "code", "stderr"),
    [
        (
            "http://10.244.0.3:3000",
            "host",
            7,
            "curl: (7) Failed to connect to 10.244.0.3 port 3000 after 0 ms: Could not connect to server\n",
        ),
        ("-s http://10.244.0.3:3000", "host", 7, ""),
        (
            "-sS localhost:8000",
            "host",
            7,
            "curl: (7) Failed to connect to localhost port 8000 after 0 ms: Could not connect to server\n",
        ),
        ("http://web", "host", 6, "curl: (6) Could not resolve host: web\n"),
        (
            "http://10.100.0.1:81",
            "pod/client",
            28,
            "curl: (28) Failed to connect to 10.100.0.1 port 81 after 134000 ms: Could not connect to server\n",
        ),
        ("-m 5 http://10.100.0.1:81", "pod/client", 28, "curl: (28) Connection timed out after 5000 milliseconds\n"),
        (
            "--connect-timeout 2 10.100.0.1:81",
            "pod/client",
            28,
            "curl: (28) Failed to connect to 10.100.0.1 port 81 after 2000 ms: Timeout was reached\n",
        ),
        (
            "http://10.244.0.99",
            "pod/client",
            7,
            "curl: (7) Failed to connect to 10.244.0.99 port 80 after 3060 ms: Could not connect to server\n",
        ),
        ("foo://x", "host", 1, 'curl: (1) Protocol "foo" not supported\n'),
        (
            "http://a:99999",
            "host",
            3,
            "curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535\n",
        ),
        (
            "",
            "host",
            2,
            "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
        ),
        (
            "--nope x",
            "host",
            2,
            "curl: option --nope: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
        ),
        (
            "-m",
            "host",
            2,
            "curl: option -m: requires parameter\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
        ),
        (
            "-m abc x",
            "host",
            2,
            "curl: option -m: expected a proper numerical parameter\ncurl: try 'curl --help' or 'curl --manual' "
            "for more information\n",
        ),
        ("-x proxy:3128 x", "host", 2, "curl: option -x: is not simulated here\n"),
        (
            "-d @nofile " + URL,
            "host",
            26,
            "curl: Failed to open nofile\ncurl: option -d: error encountered when reading a file\n",
        ),
    ],
)
def test_errors(line: str, source: str, code: int, stderr: str) -> None:
    found = lab().network.curl(line.split(), source)
    assert (found.exit_code, found.stderr, found.stdout) == (code, stderr, b"")


def test_body_headers_and_head() -> None:
    subject = lab()
    answer(subject, HttpResponse(200, b"Hello World!", {"X-Powered-By": "Express", "Content-Length": "12"}))
    curl = subject.network.curl
    assert curl([URL]).stdout == b"Hello World!"
    head = b"HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\nContent-Length: 12\r\n\r\n"
    assert curl(["-i", URL]).stdout == head + b"Hello World!"
    seen = answer(subject, HttpResponse(200, b"", {}))
    assert curl(["-I", URL]).stdout.startswith(b"HTTP/1.1 200 OK")
    assert seen[0].method == "HEAD"


def test_verbose() -> None:
    subject = lab()
    answer(subject, HttpResponse(200, b"hi", {"Content-Length": "2"}))
    found = subject.network.curl(["-v", URL + "/x"])
    assert found.stdout == b"hi"
    assert found.stderr.splitlines() == [
        "*   Trying 192.168.49.2:30390...",
        "* Connected to 192.168.49.2 (192.168.49.2) port 30390",
        "* using HTTP/1.x",
        "> GET /x HTTP/1.1",
        "> Host: 192.168.49.2:30390",
        "> User-Agent: curl/8.14.1",
        "> Accept: */*",
        "> ",
        "* Request completely sent off",
        "< HTTP/1.1 200 OK",
        "< Content-Length: 2",
        "< ",
        "* Connection #0 to host 192.168.49.2 left intact",
    ]


def test_write_out_and_output() -> None:
    subject = lab()
    answer(subject, HttpResponse(404, b"Cannot GET /x", {"Content-Type": "text/html"}))
    found = subject.network.curl(
        ["-s", "-o", "/dev/null", "-w", r"%{http_code} %{size_download} %{remote_ip} %{content_type} %%\n", URL]
    )
    assert found.stdout == b"404 13 192.168.49.2 text/html %\n"
    assert found.exit_code == 0
    assert subject.network.curl(["-w", "%{http_code}\\n", "-s", "http://10.100.0.1"]).stdout == b"000\n"
    assert float(subject.network.curl(["-so/dev/null", "-w%{time_total}", URL]).stdout) == pytest.approx(
        0.00125, abs=1e-3
    )
    written: dict[str, bytes] = {}
    terminal = Terminal(lambda name: b"from file\n", written.__setitem__, lambda seconds: None)
    subject.network.curl(["-o", "page.html", URL], terminal=terminal)
    assert written == {"page.html": b"Cannot GET /x"}


def test_fail() -> None:
    subject = lab()
    answer(subject, HttpResponse(503, b"busy", {}))
    found = subject.network.curl(["-sSf", URL])
    assert (found.exit_code, found.stdout, found.stderr) == (
        22,
        b"",
        "curl: (22) The requested URL returned error: 503\n",
    )
    assert subject.network.curl(["-s", "--fail-with-body", URL]).stdout == b"busy"


def test_requests_are_what_the_options_say() -> None:
    subject = lab()
    seen = answer(subject, HttpResponse(200, b"", {}))
    curl = subject.network.curl
    curl(["-d", "a=1", "-d", "b=2", URL])
    curl(["-X", "PUT", "-H", "X-One: 1", "-H", "Accept:", "-A", "me", "-u", "joe:pw", URL])
    curl(["-G", "-d", "q=x", URL + "/search?a=b"])
    curl(["-H", "Host: hello.example", "--json", '{"a":1}', URL])
    curl(["--resolve", "hello.example:30390:192.168.49.2", "http://hello.example:30390/"])
    first, second, third, fourth, fifth = seen
    assert (first.method, first.body, first.header("content-type")) == (
        "POST",
        b"a=1&b=2",
        "application/x-www-form-urlencoded",
    )
    assert (second.method, second.header("X-One"), second.header("User-Agent")) == ("PUT", "1", "me")
    assert second.header("Accept") == ""
    assert second.header("Authorization") == "Basic am9lOnB3"
    assert (third.method, third.target) == ("GET", "/search?a=b&q=x")
    assert (fourth.header("Host"), fourth.header("Content-Type"), fourth.body) == (
        "hello.example",
        "application/json",
        b'{"a":1}',
    )
    assert fifth.header("Host") == "hello.example:30390"


def test_redirects() -> None:
    subject = lab()
    seen = answer(subject, HttpResponse(302, b"", {"Location": "/install"}), HttpResponse(200, b"there", {}))
    assert subject.network.curl([URL]).stdout == b""
    seen.clear()
    found = subject.network.curl(["-L", "-w", " %{num_redirects}", URL])
    assert found.stdout == b"there 1"
    assert [request.target for request in seen] == ["/", "/install"]
    answer(subject, HttpResponse(302, b"", {"Location": "/again"}))
    assert (
        subject.network.curl(["-sSL", "--max-redirs", "3", URL]).stderr == "curl: (47) Maximum (3) redirects followed\n"
    )


def test_retries_let_time_pass() -> None:
    subject = lab()
    answer(subject, HttpResponse(503, b"", {}), HttpResponse(503, b"", {}), HttpResponse(200, b"ok", {}))
    slept: list[float] = []
    found = subject.network.curl(
        ["--retry", "3", URL], terminal=Terminal(lambda name: b"", lambda name, data: None, slept.append)
    )
    assert found.stdout == b"ok"
    assert slept == [1.0, 2.0]
    assert found.stderr.splitlines() == [
        "Warning: Problem: HTTP error. Will retry in 1 second. 3 retries left.",
        "Warning: Problem: HTTP error. Will retry in 2 seconds. 2 retries left.",
    ]
    refused = subject.network.curl(["--retry", "2", "--retry-connrefused", "http://192.168.49.2:1"])
    assert refused.stderr.count("connection refused") == 2
    assert refused.exit_code == 7


def test_https_needs_trust() -> None:
    subject = lab()
    answer(subject, HttpResponse(403, b"{}", {}))
    url = URL.replace("http", "https")
    assert subject.network.curl([url]).exit_code == 60
    assert subject.network.curl(["-k", url]).stdout == b"{}"
