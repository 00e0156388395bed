"""wget: busybox's, and GNU's where that is installed (Debian's package): the flags that people use.

A request is made at one instant; the program then pauses for as long as the answer took, or for the patience it was given.
"""

from __future__ import annotations

from k8snb.runtime.net import HttpResponse, NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.curl import PATIENCE, head_lines, seconds_of
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause

_REDIRECTS = 10


def wget(call: Call) -> Outcome:
    """state is (the answer that is on its way, when it was asked)."""
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
        patience = seconds_of(values.get("T") or values.get("timeout")) or 900.0
        seconds = answer.seconds
        if isinstance(answer, NetError) and answer.kind == "timeout":
            seconds = seconds or PATIENCE
        if seconds > patience:
            answer, seconds = NetError("timeout", message="slow"), patience
        return Pause(max(seconds, 0.001), (answer, call.now))
    answer, _ = call.state
    if not call.busybox:
        return _gnu(call, flags, values, url, answer)
    place = url.partition("://")[2].partition("/")[0]
    name = place.partition(":")[0]
    if isinstance(answer, NetError) and answer.kind == "dns":
        raise Failure(f"bad address '{place}'")
    target = answer.address if isinstance(answer, NetError) and answer.address else name
    port = place.partition(":")[2] or "80"
    if not quiet:
        shown = target if ":" in target else f"{_ip(call, target)}:{port}"
        call.err(f"Connecting to {place if ':' in place else place + ':80'} ({shown})\n")
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
        call.err("".join(f"  {line}\n" for line in head_lines(answer).split("\r\n") if line))
    if answer.status >= 400:
        raise Failure(f"server returned error: HTTP/1.1 {answer.status} {answer.reason}")
    return _saved(call, values, url, answer, quiet, "spider" in flags)


def _ip(call: Call, name: str) -> str:
    found = call.machine.world.net.lookup(name)
    return name if isinstance(found, NetError) else found[0]


def _gnu(call: Call, flags: set[str], values: dict[str, str], url: str, answer: HttpResponse | NetError) -> int:
    """GNU wget's way of telling it."""
    quiet = "q" in flags or "quiet" in flags
    rest = url.partition("://")[2]
    name, _, port = rest.partition("/")[0].partition(":")
    port = port or "80"
    say = (lambda text: None) if quiet else call.err
    say(f"--{format_date('%Y-%m-%d %H:%M:%S', call.now)}--  {url if '/' in rest else url + '/'}\n")
    if isinstance(answer, NetError) and answer.kind == "dns":
        say(
            f"Resolving {name} ({name})... failed: Name or service not known.\nwget: unable to resolve host address ‘{name}’\n"
        )
        return 4
    ip = _ip(call, name)
    if ip != name:
        say(f"Resolving {name} ({name})... {ip}\n")
    where = f"Connecting to {name} ({name})|{ip}|:{port}... " if ip != name else f"Connecting to {name}:{port}... "
    if isinstance(answer, NetError):
        words = {"refused": "Connection refused", "timeout": "Connection timed out"}.get(
            answer.kind, "No route to host"
        )
        say(f"{where}failed: {words}.\n")
        return 4
    say(f"{where}connected.\nHTTP request sent, awaiting response... ")
    if "S" in flags:
        say("\n" + "".join(f"  {line}\n" for line in head_lines(answer).split("\r\n") if line))
    else:
        say(f"{answer.status} {answer.reason}\n")
    if answer.status >= 400:
        say(f"{format_date('%Y-%m-%d %H:%M:%S', call.now)} ERROR {answer.status}: {answer.reason}.\n\n")
        return 8
    kind = answer.header("content-type").partition(";")[0] or "application/octet-stream"
    size = len(answer.body)
    if "spider" in flags:
        say(f"Length: {size} [{kind}]\nRemote file exists.\n\n")
        return 0
    target = (
        values.get("O")
        or url.partition("?")[0].partition("://")[2].partition("/")[2].rpartition("/")[2]
        or "index.html"
    )
    shown = "STDOUT" if target == "-" else target
    say(f"Length: {size} [{kind}]\nSaving to: ‘{shown}’\n\n")
    if target == "-":
        call.out(answer.body)
    else:
        call.machine.fs.write(call.path(target), answer.body)
    bar = f"{shown[:20]:<20}100%[{'=' * 19}>] {size:>7}  --.-KB/s    in 0s      \n\n"
    stamp = format_date("%Y-%m-%d %H:%M:%S", call.now)
    done = f"written to stdout [{size}/{size}]" if target == "-" else f"‘{target}’ saved [{size}/{size}]"
    say(f"{bar}{stamp} ({size / 1024:.1f} KB/s) - {done}\n\n")
    return 0


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
