"""curl, as containers have it: the flags that people use, on the simulated network.

A request is made at one instant; the program then pauses for as long as the answer took, or for the patience it was given.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple
from urllib.parse import quote

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.net import HttpResponse, NetError
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause

_REDIRECTS = 50
#: seconds until a connection that nobody answers is given up
PATIENCE = 130.0
_VERSION = "8.14.1"
_BOUNDARY = "------------------------d74496d66958873e"


class Options(NamedTuple):
    """One curl command line."""

    urls: tuple[str, ...]
    flags: frozenset[str]
    values: dict[str, str]
    headers: tuple[str, ...]
    #: (kind, text) of -d and its kin
    data: tuple[tuple[str, str], ...]
    forms: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()


class Asked(NamedTuple):
    """A request that is on its way: which URL, the worst exit code so far, the answer, when it was asked, the try."""

    which: int
    status: int
    answer: HttpResponse | NetError
    url: str
    at: float
    tries: int = 0
    redirects: int = 0


_FLAGS = {
    "s": "silent", "S": "show-error", "f": "fail", "i": "include", "I": "head", "v": "verbose", "L": "location",
    "k": "insecure",
    "G": "get", "g": "globoff", "N": "no-buffer", "4": "ipv4", "6": "ipv6", "O": "remote-name", "j": "junk-session-cookies",
    "#": "progress-bar", "J": "remote-header-name",
}  # fmt: skip
_VALUES = {
    "o": "output", "w": "write-out", "X": "request", "m": "max-time", "u": "user", "A": "user-agent", "e": "referer",
    "b": "cookie", "c": "cookie-jar", "T": "upload-file", "r": "range", "D": "dump-header", "H": "header", "d": "data",
    "F": "form",
}  # fmt: skip
_DATA = frozenset({"data", "data-raw", "data-binary", "data-urlencode", "data-ascii", "json"})
_LONG_VALUES = frozenset(_VALUES.values()) | _DATA | {
    "connect-timeout", "retry", "retry-delay", "retry-max-time", "resolve", "url", "cacert", "cert", "key", "interface",
    "connect-to", "max-redirs", "form-string", "oauth2-bearer", "noproxy",
}  # fmt: skip
_LONG_FLAGS = frozenset(_FLAGS.values()) | {
    "compressed", "http1.1", "http1.0", "http2", "fail-with-body", "no-progress-meter", "retry-connrefused", "retry-all-errors",
    "path-as-is", "tcp-nodelay", "no-keepalive", "fail-early", "create-dirs", "location-trusted", "basic", "no-location",
}  # fmt: skip


def _parse(args: list[str]) -> Options:
    urls, flags, values = list[str](), set[str](), dict[str, str]()
    headers, data, forms, resolved = list[str](), list[tuple[str, str]](), list[str](), list[str]()

    def value(name: str, text: str) -> None:
        if name == "header":
            headers.append(text)
        elif name in _DATA:
            data.append((name, text))
            if name == "json":
                headers.extend(("Content-Type: application/json", "Accept: application/json"))
        elif name in ("form", "form-string"):
            forms.append(text)
        elif name == "resolve":
            resolved.append(text)
        elif name == "url":
            urls.append(text)
        else:
            values[name] = text

    rest = list(args)

    def following(option: str) -> str:
        if not rest:
            raise Failure(f"option {option}: requires parameter\n{_TRY}", 2)
        return rest.pop(0)

    while rest:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:
            name = word[2:]
            if name in _LONG_VALUES:
                value(name, following(word))
            elif name in _LONG_FLAGS:
                flags.add(name)
            else:
                raise Failure(f"option {word}: is unknown\n{_TRY}", 2)
        elif word.startswith("-") and len(word) > 1:
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in _VALUES:
                    value(_VALUES[letter], letters or following(f"-{letter}"))
                    break
                if letter not in _FLAGS:
                    raise Failure(f"option -{letter}: is unknown\n{_TRY}", 2)
                flags.add(_FLAGS[letter])
        else:
            urls.append(word)
    return Options(tuple(urls), frozenset(flags), values, tuple(headers), tuple(data), tuple(forms), tuple(resolved))


_TRY = "curl: try 'curl --help' or 'curl --manual' for more information"


def curl(call: Call) -> Outcome:
    """state is the request that is on its way."""
    if call.args[:1] in (["--version"], ["-V"]):
        call.out(f"curl {_VERSION} (x86_64-alpine-linux-musl) libcurl/{_VERSION}\nProtocols: http https\n")
        return 0
    given = _parse(call.args)
    if not given.urls:
        if not call.args:
            call.err(_TRY + "\n")
            return 2
        raise Failure("(2) no URL specified", 2)
    state: Asked | None = call.state
    if state is None:
        return _ask(call, given, 0, 0)
    if isinstance(state.answer, NetError) and _retries(given, state):
        call.err(
            f"Warning: Problem: {_reason(state.answer)}. Will retry in 1 second. {_left(given, state)} retries left.\n"
        )
        return _ask(call, given, state.which, state.status, state.tries + 1)
    problem = _show(call, given, state, call.now - state.at)
    status = problem or state.status
    return _ask(call, given, state.which + 1, status) if state.which + 1 < len(given.urls) else status


def _left(given: Options, state: Asked) -> int:
    return int(given.values["retry"]) - state.tries


def _retries(given: Options, state: Asked) -> bool:
    """Is a failure one that --retry tries again?"""
    if (
        not given.values.get("retry", "").isdigit()
        or _left(given, state) <= 0
        or not isinstance(state.answer, NetError)
    ):
        return False
    refused = "retry-connrefused" in given.flags or "retry-all-errors" in given.flags
    return state.answer.kind == "timeout" or refused


def _reason(error: NetError) -> str:
    return {"timeout": "timeout", "refused": "connection refused"}.get(error.kind, "(retrying all errors)")


def _ask(call: Call, given: Options, index: int, status: int, tries: int = 0) -> Outcome:
    url = given.urls[index]
    url = url if "://" in url else f"http://{url}"
    scheme = url.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        if "silent" not in given.flags or "show-error" in given.flags:
            call.err(f'curl: (1) Protocol "{scheme}" not supported\n')
        return 1 if index + 1 == len(given.urls) else _ask(call, given, index + 1, 1)
    method, headers, body = _request(call, given)
    if "get" in given.flags and given.data:
        url += ("&" if "?" in url else "?") + "&".join(_encoded(call, *item) for item in given.data)
    answer = call.machine.world.net.http(method, _resolved(given, url, headers), headers, body)
    hops, limit = 0, given.values.get("max-redirs", "")
    most = int(limit) if limit.isdigit() else _REDIRECTS
    while "location" in given.flags and isinstance(answer, HttpResponse) and 300 <= answer.status < 400 and hops < most:
        target = answer.header("location")
        if not target:
            break
        url = target if "://" in target else "/".join(url.split("/")[:3]) + target
        answer, hops = call.machine.world.net.http("GET", url, headers, b""), hops + 1
    answer, seconds = _in_time(given, answer)
    return Pause(
        max(seconds, 0.001) + (1.0 if tries else 0.0), Asked(index, status, answer, url, call.now, tries, hops)
    )


def _in_time(given: Options, answer: HttpResponse | NetError) -> tuple[HttpResponse | NetError, float]:
    """(the answer within the client's patience, the seconds until it is there or patience is over)."""
    seconds = answer.seconds
    unanswered = isinstance(answer, NetError) and answer.kind == "timeout"
    if unanswered:
        seconds = seconds or PATIENCE
    patience, connect = seconds_of(given.values.get("max-time")), seconds_of(given.values.get("connect-timeout"))
    if unanswered and connect is not None:
        patience = min(connect, patience) if patience is not None else connect
    if patience is not None and seconds > patience:
        why = "max-time" if not isinstance(answer, HttpResponse) else "slow"
        return NetError("timeout", message=why, seconds=patience), patience
    return answer, seconds


def seconds_of(text: str | None) -> float | None:
    """A number of seconds, or None."""
    return float(text) if text and re.fullmatch(r"\d+(\.\d+)?", text) else None


def _resolved(given: Options, url: str, headers: dict[str, str]) -> str:
    """The URL with the address that --resolve gives its host; the host is still named in the request."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    for item in given.resolved:
        name, number, *address = item.split(":")
        if name == host and number == (port or ("443" if scheme == "https" else "80")) and address:
            headers.setdefault("Host", place)
            return f"{scheme}://{address[0]}:{number}{slash}{path}"
    return url


def _encoded(call: Call, kind: str, text: str) -> str:
    """One -d as it is sent."""
    if kind == "data-urlencode":
        name, equals, value = text.partition("=")
        return f"{name}={quote(value, safe='')}" if equals and name else quote(value if equals else text, safe="")
    if kind != "data-raw" and text.startswith("@"):
        try:
            content = call.read(text[1:])
        except FileError:
            raise Failure(f"option -d: error encountered when reading a file\n{_TRY}", 26) from None
        content = (
            content if kind == "data-binary" or kind == "json" else content.replace(b"\n", b"").replace(b"\r", b"")
        )
        return content.decode("utf-8", "surrogateescape")
    return text


def _request(call: Call, given: Options) -> tuple[str, dict[str, str], bytes]:
    """(method, headers, body)."""
    headers = {"User-Agent": given.values.get("user-agent", f"curl/{_VERSION}"), "Accept": "*/*"}
    body, method = b"", "GET"
    if given.data and "get" not in given.flags:
        joined = "".join if all(kind == "json" for kind, _ in given.data) else "&".join
        body, method = joined(_encoded(call, *item) for item in given.data).encode("utf-8", "surrogateescape"), "POST"
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif given.forms:
        body, method = _multipart(call, given.forms), "POST"
        headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
    elif "upload-file" in given.values:
        body, method = call.read(given.values["upload-file"]), "PUT"
    simple = {
        "user": "Authorization",
        "cookie": "Cookie",
        "referer": "Referer",
        "range": "Range",
        "oauth2-bearer": "Authorization",
    }
    for name, header in simple.items():
        if name in given.values:
            value = given.values[name]
            encoded = "Basic " + base64.b64encode(value.encode()).decode() if name == "user" else value
            headers[header] = {"range": f"bytes={value}", "oauth2-bearer": f"Bearer {value}"}.get(name, encoded)
    for line in given.headers:
        name, _, value = line.partition(":")
        headers = {key: old for key, old in headers.items() if key.lower() != name.strip().lower()}
        if value.strip():
            headers[name.strip()] = value.strip()
    if body:
        headers["Content-Length"] = str(len(body))
    return given.values.get("request") or ("HEAD" if "head" in given.flags else method), headers, body


def _multipart(call: Call, forms: tuple[str, ...]) -> bytes:
    parts = []
    for item in forms:
        name, _, value = item.partition("=")
        head, content = f'Content-Disposition: form-data; name="{name}"', value.encode()
        if value.startswith(("@", "<")):
            path = value[1:].partition(";")[0]
            content = call.read(path)
            if value[0] == "@":
                head += f'; filename="{path.rpartition("/")[2]}"\r\nContent-Type: application/octet-stream'
        parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


# -- showing -----------------------------------------------------------------------------------------------------


def _show(call: Call, given: Options, state: Asked, took: float) -> int:
    """Print what came; the exit code."""
    answer, quiet = state.answer, "silent" in given.flags
    tells = not quiet or "show-error" in given.flags
    meter = not quiet and "no-progress-meter" not in given.flags and (not _terminal(call) or "output" in given.values)
    if meter:
        call.err("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n")
        call.err("                                 Dload  Upload   Total   Spent    Left  Speed\n")
        call.err("\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0")
    if "verbose" in given.flags:
        _verbose(call, given, state)
    if isinstance(answer, NetError):
        code, text = _problem(state.url, answer, took)
        if meter:
            call.err("\n")
        if tells:
            call.err(f"curl: ({code}) {text}\n")
        _write_out(call, given, state, took)
        return code
    if meter:
        size, speed = len(answer.body), int(len(answer.body) / max(took, 0.001))
        call.err(f"\r100 {size:5d}  100 {size:5d}    0     0 {speed:6d}      0 --:--:-- --:--:-- --:--:-- {speed:5d}\n")
    failing = answer.status >= 400 and bool(given.flags & {"fail", "fail-with-body"})
    if not failing or "fail-with-body" in given.flags:
        _body(call, given, state.url, answer)
    if failing and tells:
        call.err(f"curl: (22) The requested URL returned error: {answer.status}\n")
    _write_out(call, given, state, took)
    return 22 if failing else 0


def _terminal(call: Call) -> bool:
    fd = call.process.fds.get(1)
    session = call.machine.sessions.get(fd.id) if fd is not None and fd.kind == "out" else None
    return session is not None and session.tty


def _place(url: str) -> tuple[str, str]:
    """(host, port) of a URL."""
    place = (url.partition("://")[2] or url).partition("/")[0].partition("?")[0].rpartition("@")[2]
    name, _, port = place.partition(":")
    return name, port or ("443" if url.startswith("https://") else "80")


def _problem(url: str, error: NetError, took: float) -> tuple[int, str]:
    """curl's exit code and words for a request without an answer."""
    name, number = _place(url)
    millis = max(round(took * 1000), 0)
    if error.kind == "dns":
        return 6, f"Could not resolve host: {name}"
    if error.kind == "timeout" and error.message in ("max-time", "slow"):
        if error.message == "slow":
            return 28, f"Operation timed out after {millis} milliseconds with 0 bytes received"
        return 28, f"Connection timed out after {millis} milliseconds"
    if error.kind == "reset":
        return 52, "Empty reply from server"
    return (
        28 if error.kind == "timeout" else 7,
        f"Failed to connect to {name} port {number} after {millis} ms: Could not connect to server",
    )


def head_lines(answer: HttpResponse) -> str:
    """The head of an answer as it came over the wire."""
    first = f"HTTP/1.1 {answer.status} {answer.reason}"
    return (
        "".join(f"{line}\r\n" for line in (first, *(f"{name}: {value}" for name, value in answer.headers.items())))
        + "\r\n"
    )


def _verbose(call: Call, given: Options, state: Asked) -> None:
    name, port = _place(state.url)
    place, slash, path = (state.url.partition("://")[2]).partition("/")
    literal = name.replace(".", "").isdigit()
    found = (name,) if literal else call.machine.world.net.lookup(name)
    if isinstance(found, NetError):
        call.err(f"* Could not resolve host: {name}\n* shutting down connection #0\n")
        return
    if not literal:
        call.err(f"* Host {name}:{port} was resolved.\n* IPv6: (none)\n* IPv4: {', '.join(found)}\n")
    call.err(f"*   Trying {found[0]}:{port}...\n")
    if isinstance(state.answer, NetError):
        words = {"refused": "Connection refused", "timeout": "Operation timed out"}.get(
            state.answer.kind, "Host is unreachable"
        )
        call.err(
            f"* connect to {found[0]} port {port} from {call.machine.world.ip} port 40000 failed: {words}\n"
            "* closing connection #0\n"
        )
        return
    call.err(f"* Connected to {name} ({found[0]}) port {port}\n")
    method, headers, body = _request(call, given)
    if "get" in given.flags and given.data:
        path += "?" + "&".join(_encoded(call, *item) for item in given.data) if "?" not in path else ""
    call.err(f"> {method} {slash or '/'}{path} HTTP/1.1\r\n> Host: {headers.pop('Host', place)}\r\n")
    sent = f"* upload completely sent off: {len(body)} bytes\n" if body else "* Request completely sent off\n"
    call.err("".join(f"> {key}: {value}\r\n" for key, value in headers.items()) + "> \r\n" + sent)
    call.err("".join(f"< {line}\r\n" for line in head_lines(state.answer).split("\r\n")[:-1]))
    if state.answer.body and not _terminal(call) and method != "HEAD":
        call.err(f"{{ [{len(state.answer.body)} bytes data]\n")
    call.err(f"* Connection #0 to host {name} left intact\n")


def _body(call: Call, given: Options, url: str, answer: HttpResponse) -> None:
    data, dump = answer.body, given.values.get("dump-header", "")
    if dump == "-":
        data = head_lines(answer).encode() + data
    elif dump:
        call.machine.fs.write(join(call.process.cwd, dump), head_lines(answer).encode())
    if "include" in given.flags or "head" in given.flags:
        data = head_lines(answer).encode() + (b"" if "head" in given.flags else data)
    target = given.values.get("output", "")
    if "remote-name" in given.flags:
        target = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    if target and target not in ("-", "/dev/stdout"):
        call.machine.fs.write(join(call.process.cwd, target), data)
    else:
        call.out(data)


def _write_out(call: Call, given: Options, state: Asked, took: float) -> None:
    template = given.values.get("write-out", "")
    if not template:
        return
    answer = state.answer if isinstance(state.answer, HttpResponse) else None
    name, port = _place(state.url)
    found = call.machine.world.net.lookup(name) if "_ip}" in template else ()
    ip = found[0] if not isinstance(found, NetError) and found and answer is not None else ""
    code = f"{answer.status if answer else 0:03d}"
    values = {
        "http_code": code, "response_code": code, "time_total": f"{took:.6f}",
        "time_connect": f"{took / 4 if answer else 0:.6f}",
        "time_namelookup": f"{took / 8:.6f}", "time_starttransfer": f"{took if answer else 0:.6f}",
        "time_pretransfer": f"{took / 4:.6f}",
        "size_download": str(len(answer.body) if answer else 0), "content_type": answer.header("content-type") if
        answer else "",
        "remote_ip": ip, "remote_port": port if answer else "0", "local_ip": call.machine.world.ip if answer else "",
        "url_effective": state.url if "/" in state.url.partition("://")[2] else state.url + "/", "url": given.urls[state.which],
        "num_redirects": str(state.redirects), "http_version": "1.1" if answer else "0", "method": _request(call, given)[0],
        "scheme": state.url.partition("://")[0], "num_connects": "1" if answer else "0", "exitcode": str(0 if answer else 7),
        "redirect_url": answer.header("location") if answer else "", "speed_download": "0", "size_header": "0",
    }  # fmt: skip
    text = template.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    call.out(re.sub(r"%\{(\w+)\}", lambda match: values.get(match[1], ""), text).replace("%%", "%"))
