"""The words of curl: version and help, response heads as they come over the wire, and the variables of `-w`.

Source: curl(1), 8.14.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urljoin

from k8snb.network.trace import Trace
from k8snb.network.url import Url
from k8snb.runtime.net import HttpResponse

VERSION = (
    "curl 8.14.1 (x86_64-alpine-linux-musl) libcurl/8.14.1\n"
    "Protocols: http https\nFeatures: simulated by k8snb: HTTP/1.1 over the cluster's own network\n"
)
HELP = (
    "Usage: curl [options...] <url>\n"
    " -d, --data <data>           HTTP POST data\n"
    " -f, --fail                  Fail fast with no output on HTTP errors\n"
    " -h, --help <subject>        Get help for commands\n"
    " -o, --output <file>         Write to file instead of stdout\n"
    " -O, --remote-name           Write output to file named as remote file\n"
    " -i, --show-headers          Show response headers in output\n"
    " -s, --silent                Silent mode\n"
    " -u, --user <user:password>  Server user and password\n"
    " -A, --user-agent <name>     Send User-Agent <name> to server\n"
    " -v, --verbose               Make the operation more talkative\n"
    " -V, --version               Show version number and quit\n"
)
UNVERIFIED = (
    "SSL certificate problem: unable to get local issuer certificate\n"
    "More details here: https://curl.se/docs/sslcerts.html\n\n"
    "curl failed to verify the legitimacy of the server and therefore could not\n"
    "establish a secure connection to it. To learn more about this situation and\n"
    "how to fix it, please visit the webpage mentioned above."
)


def facts(
    trace: Trace | None, url: Url | None, method: str, redirects: int, spent: float, error: str, code: int
) -> dict[str, str]:
    """The variables of -w. `spent` are the seconds of all requests of a chain of redirects."""
    response = trace.response if trace else None
    size = len(response.body) if response else 0
    location = response.header("Location") if response else ""
    connected = trace.connect_seconds if trace and response else 0.0
    status = f"{response.status if response else 0:03d}"
    return {
        "http_code": status,
        "response_code": status,
        "time_total": f"{spent:.6f}",
        "time_namelookup": f"{trace.lookup_seconds if trace else 0:.6f}",
        "time_connect": f"{connected:.6f}",
        "time_appconnect": "0.000000",
        "time_pretransfer": f"{connected:.6f}",
        "time_starttransfer": f"{trace.seconds if trace and response else 0:.6f}",
        "time_redirect": f"{spent - trace.seconds if trace else 0:.6f}",
        "size_download": str(size),
        "speed_download": str(int(size / spent) if spent else 0),
        "num_redirects": str(redirects),
        "num_connects": str(redirects + 1 if response else 0),
        "remote_ip": trace.address if trace and response else "",
        "remote_port": str(url.port) if url and response else "0",
        "url": str(url or ""),
        "url_effective": str(url or ""),
        "method": method,
        "scheme": url.scheme if url else "",
        "http_version": "1.1" if response else "0",
        "content_type": response.header("Content-Type") if response else "",
        "redirect_url": urljoin(str(url), location) if location else "",
        "errormsg": error,
        "exitcode": str(code),
    }


def head(response: HttpResponse) -> bytes:
    """Status line and headers as they came over the wire."""
    lines = [
        f"HTTP/1.1 {response.status} {_reason(response)}",
        *(f"{n}: {v}" for n, v in response.headers.items()),
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _reason(response: HttpResponse) -> str:
    if response.reason != "Unknown":
        return response.reason
    try:
        return HTTPStatus(response.status).phrase
    except ValueError:
        return ""


def formatted(text: str, facts: Mapping[str, str]) -> str:
    """A -w format: variables and backslash escapes; an unknown variable becomes nothing, as curl warns."""
    for escape, char in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r")):
        text = text.replace(escape, char)
    out, rest = "", text.replace("%%", "\0")
    while "%{" in rest:
        before, _, rest = rest.partition("%{")
        name, _, rest = rest.partition("}")
        out += before + facts.get(name, "")
    return (out + rest).replace("\0", "%")


def seconds_text(delay: float) -> str:
    """`1 second`, `2 seconds`."""
    return f"{delay:g} second{'' if delay == 1 else 's'}"


def retries_text(count: int) -> str:
    """`1 retry`, `2 retries`."""
    return f"{count} {'retry' if count == 1 else 'retries'}"
