"""curl and wget: the flags that people use, on the simulated network.

A request is made at one instant; the program then pauses for as long as the answer took, or for the patience it was given.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from k8snb.runtime.filesystem import join
from k8snb.runtime.net import HttpResponse, NetError
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause

_REDIRECTS = 10
_PATIENCE = 130.0


class CurlOptions(NamedTuple):
    """One curl command line."""

    urls: tuple[str, ...]
    flags: frozenset[str]
    values: dict[str, str]
    headers: tuple[str, ...]
    data: tuple[str, ...]


_FLAGS = {
    "s": "silent", "S": "show-error", "f": "fail", "i": "include", "I": "head", "v": "verbose", "L": "location",
    "k": "insecure",
    "G": "get", "g": "globoff", "N": "no-buffer", "4": "ipv4", "6": "ipv6", "O": "remote-name", "j": "junk",
    "#": "progress-bar",
}  # fmt: skip
_VALUES = {
    "o": "output", "w": "write-out", "X": "request", "m": "max-time", "u": "user", "A": "user-agent", "e": "referer",
    "x": "proxy", "b": "cookie", "c": "cookie-jar", "T": "upload-file", "r": "range",
}  # fmt: skip
_LONG_VALUES = frozenset(
    {
        *_VALUES.values(),
        "connect-timeout",
        "retry",
        "retry-delay",
        "resolve",
        "url",
        "cacert",
        "cert",
        "key",
        "interface",
    }
)


def _parse(args: list[str]) -> CurlOptions:
    urls: list[str] = []
    flags: set[str] = set()
    values: dict[str, str] = {}
    headers: list[str] = []
    data: list[str] = []

    def value(name: str, text: str) -> None:
        if name == "header":
            headers.append(text)
        elif name in ("data", "data-raw", "data-binary", "data-urlencode", "json"):
            data.append(text)
            if name == "json":
                headers.extend(("Content-Type: application/json", "Accept: application/json"))
        elif name == "url":
            urls.append(text)
        else:
            values[name] = text

    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, text = word[2:].partition("=")
            if name in _LONG_VALUES or name in ("header", "data", "data-raw", "data-binary", "data-urlencode", "json"):
                value(name, text if equals else (rest.pop(0) if rest else ""))
            elif name in _FLAGS.values() or name in (
                "compressed",
                "http1.1",
                "http2",
                "fail-with-body",
                "no-progress-meter",
            ):
                flags.add(name)
            else:
                raise Failure(
                    f"option --{name}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information", 2
                )
        elif word.startswith("-") and len(word) > 1:
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                name = {"H": "header", "d": "data"}.get(letter) or _VALUES.get(letter, "")
                if name:
                    value(name, letters or (rest.pop(0) if rest else ""))
                    break
                if letter not in _FLAGS:
                    raise Failure(
                        f"option -{letter}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information",
                        2,
                    )
                flags.add(_FLAGS[letter])
        else:
            urls.append(word)
    return CurlOptions(tuple(urls), frozenset(flags), values, tuple(headers), tuple(data))


def curl(call: Call) -> Outcome:
    """state is (index of the URL, the answer that is on its way, when it was asked)."""
    if call.args[:1] in (["--version"], ["-V"]):
        call.out("curl 8.14.1 (x86_64-alpine-linux-musl) libcurl/8.14.1\n")
        return 0
    given = _parse(call.args)
    if not given.urls:
        raise Failure(
            "(2) no URL specified" if call.args else "try 'curl --help' or 'curl --manual' for more information", 2
        )
    if call.state is None:
        return _ask(call, given, 0, 0)
    index, status, answer, asked = call.state
    problem = _show(call, given, given.urls[index], answer, call.now - asked)
    status = problem or status
    return _ask(call, given, index + 1, status) if index + 1 < len(given.urls) else status


def _ask(call: Call, given: CurlOptions, index: int, status: int) -> Outcome:
    url = given.urls[index]
    url = url if "://" in url else f"http://{url}"
    method, headers, body = _request(call, given)
    if "get" in given.flags and given.data:
        url += ("&" if "?" in url else "?") + "&".join(given.data)
    answer = call.machine.world.net.http(method, url, headers, body)
    hops = 0
    while (
        "location" in given.flags
        and isinstance(answer, HttpResponse)
        and 300 <= answer.status < 400
        and hops < _REDIRECTS
    ):
        target = answer.header("location")
        if not target:
            break
        url = target if "://" in target else "/".join(url.split("/")[:3]) + target
        answer, hops = call.machine.world.net.http("GET", url, headers, b""), hops + 1
    seconds = answer.seconds
    if isinstance(answer, NetError) and answer.kind == "timeout":
        seconds = seconds or _PATIENCE
    patience = _seconds(given.values.get("max-time"))
    connect = _seconds(given.values.get("connect-timeout"))
    if isinstance(answer, NetError) and answer.kind == "timeout" and connect is not None:
        patience = min(connect, patience) if patience is not None else connect
    if patience is not None and (seconds > patience or (isinstance(answer, NetError) and answer.kind == "timeout")):
        answer, seconds = NetError("timeout", message="max-time", seconds=patience), patience
    return Pause(max(seconds, 0.001), (index, status, answer, call.now))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\d+(\.\d+)?", text) else None


def _request(call: Call, given: CurlOptions) -> tuple[str, dict[str, str], bytes]:
    """(method, headers, body)."""
    headers = {"User-Agent": given.values.get("user-agent", "curl/8.14.1"), "Accept": "*/*"}
    body = b""
    if given.data and "get" not in given.flags:
        pieces = [call.read(item[1:]).rstrip(b"\n") if item.startswith("@") else item.encode() for item in given.data]
        body = b"&".join(pieces)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if "user" in given.values:
        headers["Authorization"] = "Basic " + base64.b64encode(given.values["user"].encode()).decode()
    if "cookie" in given.values:
        headers["Cookie"] = given.values["cookie"]
    for line in given.headers:
        name, _, value = line.partition(":")
        headers = {key: old for key, old in headers.items() if key.lower() != name.strip().lower()}
        if value.strip():
            headers[name.strip()] = value.strip()
    if body:
        headers["Content-Length"] = str(len(body))
    method = given.values.get("request") or ("HEAD" if "head" in given.flags else "POST" if body else "GET")
    return method, headers, body


def _show(call: Call, given: CurlOptions, url: str, answer: HttpResponse | NetError, took: float) -> int:
    """Print what came; the exit code."""
    quiet = "silent" in given.flags
    meter = not quiet and "no-progress-meter" not in given.flags and (not _terminal(call) or "output" in given.values)
    if meter:
        call.err("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n")
        call.err("                                 Dload  Upload   Total   Spent    Left  Speed\n")
        call.err("\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0")
    if isinstance(answer, NetError):
        code, text = _problem(url, answer, took)
        if meter:
            call.err("\n")
        if not quiet or "show-error" in given.flags:
            call.err(f"curl: ({code}) {text}\n")
        _write_out(call, given, None, took)
        return code
    if meter:
        size = len(answer.body)
        speed = int(size / max(took, 0.001))
        call.err(f"\r100 {size:5d}  100 {size:5d}    0     0 {speed:6d}      0 --:--:-- --:--:-- --:--:-- {speed:5d}\n")
    if "verbose" in given.flags:
        _verbose(call, given, url, answer)
    if answer.status >= 400 and ("fail" in given.flags or "fail-with-body" in given.flags):
        if "fail-with-body" in given.flags:
            _body(call, given, url, answer)
        if not quiet or "show-error" in given.flags:
            call.err(f"curl: (22) The requested URL returned error: {answer.status}\n")
        _write_out(call, given, answer, took)
        return 22
    _body(call, given, url, answer)
    _write_out(call, given, answer, took)
    return 0


def _terminal(call: Call) -> bool:
    fd = call.process.fds.get(1)
    session = call.machine.sessions.get(fd.id) if fd is not None and fd.kind == "out" else None
    return session is not None and session.tty


def _problem(url: str, error: NetError, took: float) -> tuple[int, str]:
    """curl's exit code and words for a request without an answer."""
    rest = url.partition("://")[2] or url
    place = rest.partition("/")[0].rpartition("@")[2]
    name, _, port = place.partition(":")
    number = port or ("443" if url.startswith("https://") else "80")
    millis = max(round(took * 1000), 0)
    if error.kind == "dns":
        return 6, f"Could not resolve host: {name}"
    if error.kind == "timeout":
        if error.message == "max-time":
            return 28, f"Connection timed out after {millis} milliseconds"
        return 28, f"Failed to connect to {name} port {number} after {millis} ms: Could not connect to server"
    if error.kind == "reset":
        return 52, "Empty reply from server"
    return 7, f"Failed to connect to {name} port {number} after {millis} ms: Could not connect to server"


def _head(answer: HttpResponse) -> str:
    lines = [
        f"HTTP/1.1 {answer.status} {answer.reason}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "".join(f"{line}\r\n" for line in lines) + "\r\n"


def _verbose(call: Call, given: CurlOptions, url: str, answer: HttpResponse) -> None:
    rest = url.partition("://")[2] or url
    place, slash, path = rest.partition("/")
    method, headers, _ = _request(call, given)
    call.err(f"* Host {place} was resolved.\n*   Trying {place}...\n* Connected to {place}\n")
    call.err(f"> {method} {slash or '/'}{path} HTTP/1.1\r\n> Host: {place}\r\n")
    call.err(
        "".join(f"> {name}: {value}\r\n" for name, value in headers.items()) + "> \r\n* Request completely sent off\n"
    )
    call.err("".join(f"< {line}\r\n" for line in _head(answer).split("\r\n")[:-1]))
    call.err(f"* Connection #0 to host {place} left intact\n")


def _body(call: Call, given: CurlOptions, url: str, answer: HttpResponse) -> None:
    data = answer.body
    if "include" in given.flags or "head" in given.flags:
        data = _head(answer).encode() + (b"" if "head" in given.flags else data)
    target = given.values.get("output", "")
    if "remote-name" in given.flags:
        target = url.rstrip("/").rpartition("/")[2]
    if target and target not in ("-", "/dev/stdout"):
        call.machine.fs.write(join(call.process.cwd, target), data)
    else:
        call.out(data)


def _write_out(call: Call, given: CurlOptions, answer: HttpResponse | None, took: float) -> None:
    template = given.values.get("write-out", "")
    if not template:
        return
    values = {
        "http_code": f"{answer.status if answer else 0:03d}",
        "response_code": f"{answer.status if answer else 0:03d}",
        "time_total": f"{took:.6f}",
        "size_download": str(len(answer.body) if answer else 0),
        "content_type": answer.header("content-type") if answer else "",
    }
    text = template.replace("\\n", "\n").replace("\\t", "\t")
    call.out(re.sub(r"%\{(\w+)\}", lambda match: values.get(match[1], ""), text))


# -- wget ------------------------------------------------------------------------------------------------------


def wget(call: Call) -> Outcome:
    """busybox's wget; state is (the answer that is on its way, when it was asked)."""
    flags, values, urls = _wget_options(call.args)
    if not urls:
        raise Failure("missing URL")
    url = urls[0] if "://" in urls[0] else f"http://{urls[0]}"
    quiet = "q" in flags or "quiet" in flags
    if call.state is None:
        headers = {
            "User-Agent": "Wget",
            "Connection": "close",
            **dict(_pair(line) for line in values.get("header", "").split("\n") if line),
        }
        body = values.get("post-data", "").encode()
        answer = call.machine.world.net.http("POST" if body else "GET", url, headers, body)
        for _ in range(_REDIRECTS):
            if isinstance(answer, NetError) or not 300 <= answer.status < 400:
                break
            url = answer.header("location")
            answer = call.machine.world.net.http("GET", url, headers, b"")
        patience = _seconds(values.get("T") or values.get("timeout")) or 900.0
        seconds = answer.seconds
        if isinstance(answer, NetError) and answer.kind == "timeout":
            seconds = min(seconds or _PATIENCE, patience)
        elif seconds > patience:
            answer, seconds = NetError("timeout", message="slow"), patience
        return Pause(max(seconds, 0.001), (answer, call.now))
    answer, _ = call.state
    place = url.partition("://")[2].partition("/")[0]
    name = place.partition(":")[0]
    if isinstance(answer, NetError) and answer.kind == "dns":
        raise Failure(f"bad address '{place}'")
    target = answer.address if isinstance(answer, NetError) and answer.address else name
    port = place.partition(":")[2] or "80"
    if not quiet:
        call.err(
            f"Connecting to {place if ':' in place else place + ':80'} ({target if ':' in target else f'{target}:{port}'})\n"
        )
    if isinstance(answer, NetError):
        if answer.message == "slow":
            raise Failure("download timed out")
        words = {"refused": "Connection refused", "timeout": "Operation timed out"}.get(
            answer.kind, "Host is unreachable"
        )
        if answer.kind == "reset":
            raise Failure("error getting response: Connection reset by peer")
        raise Failure(f"can't connect to remote host ({target.partition(':')[0]}): {words}")
    if "S" in flags:
        call.err("".join(f"  {line}\n" for line in _head(answer).split("\r\n") if line))
    if answer.status >= 400:
        raise Failure(f"server returned error: HTTP/1.1 {answer.status} {answer.reason}")
    return _saved(call, values, url, answer, quiet, "spider" in flags)


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _saved(call: Call, values: dict[str, str], url: str, answer: HttpResponse, quiet: bool, spider: bool) -> int:
    if spider:
        if not quiet:
            call.err("remote file exists\n")
        return 0
    target = (
        values.get("O")
        or url.partition("?")[0].partition("://")[2].partition("/")[2].rpartition("/")[2]
        or "index.html"
    )
    if target == "-":
        if not quiet:
            call.err("writing to stdout\n")
        call.out(answer.body)
    else:
        if not values.get("O") and call.machine.fs.exists(call.path(target)):
            raise Failure(f"can't open '{target}': File exists")
        if not quiet:
            call.err(f"saving to '{target}'\n")
        call.machine.fs.write(call.path(target), answer.body)
    if not quiet:
        call.err(f"{target:<20} 100% |{'*' * 32}| {len(answer.body):5d}  0:00:00 ETA\n")
        call.err("written to stdout\n" if target == "-" else f"'{target}' saved\n")
    return 0


def _wget_options(args: list[str]) -> tuple[set[str], dict[str, str], list[str]]:
    flags: set[str] = set()
    values: dict[str, str] = {}
    urls: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if name in ("header", "post-data", "timeout", "tries", "user-agent", "output-document"):
                value = value if equals else (rest.pop(0) if rest else "")
                key = "O" if name == "output-document" else name
                values[key] = f"{values[key]}\n{value}" if name == "header" and key in values else value
            else:
                flags.add(name)
        elif word.startswith("-") and len(word) > 1:
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in "OTPUtY":
                    values[letter] = letters or (rest.pop(0) if rest else "")
                    break
                flags.add(letter)
        else:
            urls.append(word)
    return flags, values, urls
