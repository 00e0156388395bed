"""`--raw`: a path of the API called as it stands, the answer printed as it comes.

Source: `k8s.io/kubectl/pkg/rawhttp/raw.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from k8snb.api import jsontext
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, quoted


def check_raw(invocation: Invocation, exclusive: Sequence[str]) -> None:
    """CommandError for flags that do not go with --raw, or a path that is none."""
    names = invocation.flag("filename")
    words = {"selector": "--selector (-l)"}
    if "edit" in exclusive and invocation.flag("edit"):
        raise CommandError("--raw and --edit are mutually exclusive")
    if len(names) != 1:
        raise CommandError("--raw can only use a single local file or stdin")
    if names[0].startswith(("http://", "https://")):
        raise CommandError("--raw cannot read from a url")
    for flag in exclusive:
        if flag != "edit" and invocation.flag(flag):
            raise CommandError(f"--raw and {words.get(flag, f'--{flag}')} are mutually exclusive")
    check_path(invocation.flag("raw"))


def check_path(path: str) -> None:
    """CommandError for something that is no URL path."""
    if not path.startswith("/") and "://" not in path:
        raise CommandError(f"--raw must be a valid URL path: parse {quoted(path)}: invalid URI for request")


def get_raw(invocation: Invocation, path: str) -> None:
    """`get --raw`."""
    _answer(invocation, "GET", path, None)


def send_raw(invocation: Invocation, method: str) -> None:
    """`create`, `replace` and `delete --raw`: the body is the file of -f, if there is one."""
    body = None
    names = invocation.flag("filename")
    if names:
        text = invocation.stdin
        if names[0] != "-":
            path = Path(invocation.session.cwd, names[0])
            if not path.is_file():
                raise CommandError(f"open {names[0]}: no such file or directory")
            text = path.read_text(encoding="utf-8")
        body = text.encode()
    _answer(invocation, method, invocation.flag("raw"), body)


def _answer(invocation: Invocation, method: str, raw: str, body: Any) -> None:
    parts = urlsplit(raw)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    answer = invocation.api.call(method, parts.path, query, body)
    if isinstance(answer.body, str):
        invocation.out(answer.body)
    elif hasattr(answer.body, "poll"):
        for event in invocation.api.events(answer.body):
            invocation.line(jsontext.dumps(event))
    else:
        invocation.line(jsontext.dumps(answer.body, sort_keys=False))
