"""Every program that files of an image can be: one row each, `name: module:function`, imported when it first runs.

A file's `program` is a key of this table, or `image:<module>:<Class>` for what an image's own class does. To add one: write a
function of a `Call` (see `program.py`), add its row, and give the file to the userlands that have it (`userland.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from k8snb.runtime.programs.program import Call, Outcome, Server

PROGRAMS: dict[str, str] = {
    **dict.fromkeys(("sh", "bash"), "shells:shell"),
    **{name: f"listing:{name}" for name in ("ls", "stat", "du", "df", "tree")},
    **{name: f"files:{name}" for name in ("mkdir", "rmdir", "touch", "rm", "cp", "mv", "ln", "chmod", "chown")},
    **{name: f"files:{name}" for name in ("readlink", "realpath", "mktemp")},
    **{name: f"blocks:{name}" for name in ("dd", "truncate")},
    **{name: f"slicing:{name}" for name in ("cat", "head", "tail", "wc", "cut", "fold")},
    **{name: f"ordering:{name}" for name in ("sort", "uniq", "shuf")},
    **{name: f"comparing:{name}" for name in ("tee", "paste", "diff", "cmp")},
    **{name: f"characters:{name}" for name in ("tr", "rev", "tac", "nl", "seq", "base64", "yes", "od", "strings")},
    **{name: f"characters:{name}" for name in ("expand", "unexpand", "hexdump", "xxd")},
    **dict.fromkeys((f"{name}sum" for name in ("md5", "sha1", "sha256", "sha512")), "characters:checksum"),
    **dict.fromkeys(("grep", "egrep", "fgrep"), "grep:grep"),
    "find": "find:find",
    "xargs": "find:xargs",
    "echo": "printing:echo",
    "printf": "printing:printf",
    "test": "conditions:test",
    "[": "conditions:test",
    **{name: f"basic:{name}" for name in ("basename", "dirname", "env", "pwd", "sleep", "date", "which")},
    **{name: f"basic:{name}" for name in ("timeout", "time", "nohup", "watch")},
    "expr": "expr:expr",
    "true": "basic:true",
    "false": "basic:false",
    "printenv": "basic:printenv",
    "clear": "basic:true",
    "sync": "basic:true",
    **{name: f"system:{name}" for name in ("id", "whoami", "hostname", "uname", "ps", "kill", "top", "mount", "free")},
    **{name: f"system:{name}" for name in ("uptime", "nproc", "pgrep", "pkill", "arch", "tty", "killall", "stty")},
    "groups": "system:id",
    **{name: f"network:{name}" for name in ("nslookup", "getent", "traceroute")},
    **{name: f"resolving:{name}" for name in ("dig", "host")},
    **{name: f"interfaces:{name}" for name in ("ip", "ifconfig", "netstat", "ss")},
    **{name: f"sockets:{name}" for name in ("nc", "telnet")},
    "ping": "ping:ping",
    "curl": "curl:curl",
    "wget": "wget:wget",
    "httpd": "network:busybox_httpd",
    **{name: f"applets:{name}" for name in ("pidof", "usleep", "nice", "less", "logger", "dmesg", "vi", "su")},
    **{name: f"applets:{name}" for name in ("route", "arp", "dos2unix")},
    "more": "applets:less",
    "awk": "awk:awk",
    **dict.fromkeys(("gzip", "gunzip", "zcat"), "gzipping:gzip"),
    "tar": "tar:tar",
    "node": "node:NODE",
    "npm": "npm:npm",
    "redis-cli": "rediscli:redis_cli",
    **{name: f"mysqlclient:{name}" for name in ("mysql", "mysqladmin", "mysqldump")},
    "apk": "packages:apk",
    "apt-get": "packages:apt_get",
    "apt": "packages:apt_get",
    "sed": "sed:sed",
    "jq": "jq:jq",
    **dict.fromkeys(("join", "comm", "column"), "borrowed:run"),
}


@cache
def find_program(key: str) -> Callable[[Call], Outcome] | Server:
    """The function or server behind a file's `program`."""
    if key.startswith("image:"):
        from k8snb.runtime.images import behaviour

        return behaviour(key.removeprefix("image:"))
    module, _, name = PROGRAMS[key].partition(":")
    program: Callable[[Call], Outcome] | Server = getattr(import_module(f"k8snb.runtime.programs.{module}"), name)
    return program
