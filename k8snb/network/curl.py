"""curl: what it prints for a request, from its trace: body, headers, `-v`, `-w`, error texts and exit codes.

`run` sends through any function that gives a `Trace`, so it serves `%curl` on the learner's machine and curl in a
container. Simplifications: HTTP/1.1 only, no cookies, no multipart forms, no progress meter. Source: curl(1),
libcurl-errors(3), 8.14.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

from k8snb.network.curloptions import CurlError, Options, parse
from k8snb.network.curltext import HELP, UNVERIFIED, VERSION, facts, formatted, head, retries_text, seconds_text
from k8snb.network.trace import ANSWERED, DNS, RESET, TIMEOUT, Trace
from k8snb.network.url import BadUrl, Url
from k8snb.network.url import parse as parse_url
from k8snb.runtime.net import HttpResponse

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Send(Protocol):
    """Sends one request and gives its trace; `address` overrides the lookup of the host."""

    def __call__(
        self, url: Url, method: str, headers: Mapping[str, str], body: bytes, timeout: float | None, address: str
    ) -> Trace: ...


@dataclass(slots=True)
class Terminal:
    """What curl touches beside the network: files, and time that passes between retries."""

    read: Callable[[str], bytes]
    write: Callable[[str, bytes], None]
    sleep: Callable[[float], None]


def _no_file(name: str) -> bytes:
    raise CurlError(26, f"curl: Failed to open {name}\ncurl: option -d: error encountered when reading a file\n")


def _no_disk(name: str, data: bytes) -> None:
    raise CurlError(23, f"curl: (23) Failed to open the file {name}: there are no files here\n")


def _no_time(seconds: float) -> None:
    """Nobody waits: retries follow at once."""


NO_TERMINAL = Terminal(_no_file, _no_disk, _no_time)


@dataclass(slots=True)
class Output:
    """What curl printed. `seconds` is the virtual time its requests took, `traces` what they did."""

    stdout: bytes = b""
    stderr: str = ""
    exit_code: int = 0
    seconds: float = 0.0
    traces: list[Trace] = field(default_factory=list)


def run(argv: Sequence[str], send: Send, terminal: Terminal) -> Output:
    """Run one curl command (argv without `curl`)."""
    output = Output()
    try:
        options = parse(argv, terminal.read)
    except CurlError as error:
        return Output(b"", error.text, error.code)
    if options.on("version") or options.on("help"):
        return Output((VERSION if options.on("version") else HELP).encode())
    if not options.urls:
        return Output(
            b"", "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n", 2
        )
    for index, url in enumerate(options.urls):
        try:
            _Transfer(options, send, terminal, output, index).run(url)
        except CurlError as error:
            output.stderr, output.exit_code = output.stderr + error.text, error.code
    return output


class _Transfer:
    """One URL of a command."""

    def __init__(self, options: Options, send: Send, terminal: Terminal, output: Output, index: int) -> None:
        self.options, self.send, self.terminal, self.output, self.index = options, send, terminal, output, index
        self.redirects, self.connections = 0, 0
        self.url: Url | None = None
        self.trace: Trace | None = None
        self.error = ""

    def run(self, text: str) -> None:
        """Send until there is nothing to follow and nothing to retry."""
        left, delay = self.options.retry, self.options.retry_delay or 1.0
        while True:
            code = self._attempt(text)
            if not left or not self._transient(code):
                break
            left -= 1
            self._say(
                f"Warning: Problem: {self._problem(code)}. Will retry in {seconds_text(delay)}. "
                f"{retries_text(left + 1)} left.\n"
            )
            self.terminal.sleep(delay)
            delay = delay if self.options.retry_delay else min(delay * 2, 600.0)
        if code and self.error:
            self._complain(f"curl: ({code}) {self.error}\n")
        if self.options.write_out:
            self.output.stdout += formatted(self.options.write_out, self._facts(code)).encode()
        self.output.exit_code = code

    def _attempt(self, text: str) -> int:
        options, method = self.options, self._method()
        body = b"&".join(options.data)
        try:
            self.url = parse_url(text)
        except BadUrl as error:
            self.error = str(error)
            return 1 if "not supported" in str(error) else 3
        if options.on("get") and body:
            target = self.url.target + ("&" if "?" in self.url.target else "?") + body.decode("utf-8", "replace")
            self.url, body = self.url._replace(target=target), b""
        self.redirects = 0
        while True:
            code = self._exchange(self.url, method, body)
            location = self._location()
            if code or not location:
                return code
            if self.redirects >= options.max_redirs >= 0:
                self.error = f"Maximum ({options.max_redirs}) redirects followed"
                return 47
            self.redirects += 1
            self.url = parse_url(urljoin(str(self.url), location))
            if (
                self.trace is not None
                and self.trace.status in (301, 302, 303)
                and method == "POST"
                and not options.method
            ):
                method, body = "GET", b""

    def _location(self) -> str:
        """Where to go on to, with -L."""
        response = self.trace.response if self.trace else None
        if response is None or not self.options.on("location") or response.status not in _REDIRECTS:
            return ""
        return response.header("Location")

    def _method(self) -> str:
        options = self.options
        if options.method:
            return options.method
        if options.on("head"):
            return "HEAD"
        return "POST" if options.data and not options.on("get") else "GET"

    def _headers(self, url: Url, body: bytes) -> dict[str, str]:
        headers = {"Host": url.authority, "User-Agent": self.options.agent, "Accept": "*/*"}
        if body:
            headers |= {"Content-Length": str(len(body)), "Content-Type": "application/x-www-form-urlencoded"}
        if url.user:
            from base64 import b64encode

            headers["Authorization"] = "Basic " + b64encode(url.user.encode()).decode()
        for line in self.options.headers:
            name, colon, value = line.partition(":")
            same = next((known for known in headers if known.lower() == name.strip().lower()), name.strip())
            headers.pop(same, None)
            if value.strip():
                headers[name.strip()] = value.strip()
            elif not colon and line.endswith(";"):
                headers[line[:-1].strip()] = ""
        return headers

    def _exchange(self, url: Url, method: str, body: bytes) -> int:
        """One request and its answer; the exit code."""
        options, headers = self.options, self._headers(url, body)
        address = options.resolve.get((url.host.lower(), url.port), "")
        timeout = options.max_time
        trace = self.trace = self.send(url, method, headers, body, timeout, address)
        self.output.traces.append(trace)
        connecting = trace.outcome != ANSWERED and not trace.pod and options.connect_timeout is not None
        self.output.seconds += min(trace.seconds, options.connect_timeout or 0.0) if connecting else trace.seconds
        if trace.outcome != ANSWERED or trace.response is None:
            return self._failed(trace, url, method, headers)
        self._talk_connected(trace, url)
        if url.scheme == "https" and not options.on("insecure"):
            self.error = UNVERIFIED
            return 60
        self._talk(trace, url, method, headers)
        return self._received(trace.response, method, url)

    def _received(self, response: HttpResponse, method: str, url: Url) -> int:
        options, headers = self.options, head(response)
        failing = response.status >= 400 and (options.on("fail") or options.on("fail-with-body"))
        following = self._location() and self.redirects < options.max_redirs
        if options.on("show-headers") or method == "HEAD":
            self._print(headers, url)
        if options.dump_header:
            self._file(options.dump_header, headers)
        if method != "HEAD" and not following and not (failing and not options.on("fail-with-body")):
            self._print(response.body, url)
        if failing:
            self.error = f"The requested URL returned error: {response.status}"
            return 22
        return 0

    # -- failures -----------------------------------------------------------------------------------------------------

    def _failed(self, trace: Trace, url: Url, method: str, headers: Mapping[str, str]) -> int:
        """Exit code and text of a request without an answer."""
        options, after = self.options, int(trace.seconds * 1000)
        limit = options.max_time
        late = limit is not None and trace.seconds >= limit
        where = f"{url.host} port {url.port}"
        if trace.outcome == DNS:
            if late:
                return self._error(28, f"Resolving timed out after {after} milliseconds")
            self._talk_line(f"Could not resolve host: {url.host}")
            return self._error(6, f"Could not resolve host: {url.host}")
        if trace.outcome == RESET or (trace.outcome == TIMEOUT and trace.pod):
            self._talk_connected(trace, url)
            self._talk_request(url, method, headers)
            if trace.outcome == RESET:
                return self._error(56, "Recv failure: Connection reset by peer")
            return self._error(28, f"Operation timed out after {after} milliseconds with 0 bytes received")
        self._talk_line(f"  Trying {trace.address}:{url.port}...")
        if trace.outcome == TIMEOUT:
            if late:
                return self._error(28, f"Connection timed out after {after} milliseconds")
            patience = options.connect_timeout
            if patience is not None and trace.seconds >= patience:
                after = int(patience * 1000)
                return self._error(28, f"Failed to connect to {where} after {after} ms: Timeout was reached")
            return self._error(28, f"Failed to connect to {where} after {after} ms: Could not connect to server")
        reason = "Connection refused" if trace.outcome == "refused" else "No route to host"
        self._talk_line(f"connect to {trace.address} port {url.port} failed: {reason}")
        self._talk_line(f"Failed to connect to {where} after {after} ms: Could not connect to server")
        return self._error(7, f"Failed to connect to {where} after {after} ms: Could not connect to server")

    def _error(self, code: int, text: str) -> int:
        self._talk_line(f"closing connection #{self.connections}")
        self.error = text
        return code

    def _transient(self, code: int) -> bool:
        options, status = self.options, self.trace.status if self.trace else 0
        if code in (6, 28) or (code == 7 and options.on("retry-connrefused")):
            return True
        return (options.on("retry-all-errors") and code not in (0, 2, 3)) or status in _TRANSIENT

    def _problem(self, code: int) -> str:
        if code == 28:
            return "timeout"
        if code == 7:
            return "connection refused"
        if code in (0, 22):
            return "HTTP error"
        return "(retrying all errors)" if code != 6 else "DNS error"

    # -- what is said -------------------------------------------------------------------------------------------------

    def _print(self, data: bytes, url: Url) -> None:
        options = self.options
        if self.index < len(options.outputs):
            self._file(options.outputs[self.index], data)
        elif options.on("remote-name"):
            self._file(url.target.partition("?")[0].rpartition("/")[2] or "curl_response", data)
        else:
            self.output.stdout += data

    def _file(self, name: str, data: bytes) -> None:
        if name == "-":
            self.output.stdout += data
        elif name != "/dev/null":
            self.terminal.write(name, data)

    def _complain(self, text: str) -> None:
        if not self.options.on("silent") or self.options.on("show-error"):
            self.output.stderr += text

    def _say(self, text: str) -> None:
        if not self.options.on("silent"):
            self.output.stderr += text

    def _talk_line(self, text: str, mark: str = "*") -> None:
        if self.options.on("verbose"):
            self.output.stderr += f"{mark} {text}\n"

    def _talk_connected(self, trace: Trace, url: Url) -> None:
        if url.host != trace.address:
            self._talk_line(f"Host {url.host}:{url.port} was resolved.")
            self._talk_line("IPv6: (none)")
            self._talk_line(f"IPv4: {trace.address}")
        self._talk_line(f"  Trying {trace.address}:{url.port}...")
        self._talk_line(f"Connected to {url.host} ({trace.address}) port {url.port}")

    def _talk_request(self, url: Url, method: str, headers: Mapping[str, str]) -> None:
        self._talk_line("using HTTP/1.x")
        self._talk_line(f"{method} {url.target} HTTP/1.1", ">")
        for name, value in headers.items():
            self._talk_line(f"{name}: {value}", ">")
        self._talk_line("", ">")
        self._talk_line("Request completely sent off")

    def _talk(self, trace: Trace, url: Url, method: str, headers: Mapping[str, str]) -> None:
        assert trace.response is not None
        self._talk_request(url, method, headers)
        for line in head(trace.response).decode("latin-1").replace("\r", "").splitlines():
            self._talk_line(line, "<")
        self._talk_line(f"Connection #{self.connections} to host {url.host} left intact")
        self.connections += 1

    def _facts(self, code: int) -> dict[str, str]:
        spent = sum(item.seconds for item in self.output.traces[-self.redirects - 1 :])
        return facts(self.trace, self.url, self._method(), self.redirects, spent, self.error, code)
