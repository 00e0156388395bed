"""The tools that images come with: busybox's applets as on alpine, and Debian's coreutils, as trees of files.

A tool is a file whose `program` names what runs; what a userland does not list is really missing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from k8snb.runtime.filesystem import Directory, Entry, File, Link, merge, tree

#: applets that busybox has on alpine, by directory
_BUSYBOX = {
    "bin": "ash base64 cat chgrp chmod chown cp date dd df dmesg echo egrep false fgrep grep gunzip gzip hostname kill link ln "
    "ls mkdir mknod mktemp more mount mv netstat nice pidof ping printenv ps pwd rev rm rmdir sed sh sleep stat stty su sync "
    "tar touch true umount uname usleep watch zcat arch",
    "sbin": "arp ifconfig ip route sysctl",
    "usr/bin": "[ awk basename clear cmp comm cut diff dirname dos2unix du env expand expr find fold free groups head hexdump "
    "hostid id install killall less logger md5sum nc nl nohup nproc nslookup od paste pgrep pkill printf readlink realpath "
    "seq sha1sum sha256sum sha512sum shuf sort strings tac tail tee test time timeout top tr traceroute tree truncate tty "
    "unexpand uniq unzip uptime vi wc wget which who whoami xargs xxd yes",
}
_DEBIAN = {
    "bin": "bash cat chmod chown cp date dd df echo egrep false fgrep grep gunzip gzip hostname kill ln ls mkdir mktemp mount "
    "more mv ps pwd readlink rm rmdir sed sh sleep stty sync tar touch true uname zcat",
    "usr/bin": "[ awk base64 basename clear cmp comm cut diff dirname dmesg du env expand expr find fold free getent groups "
    "head id join md5sum nice nl nohup nproc od paste pgrep pkill printenv pidof printf realpath rev sha1sum sha256sum "
    "sha512sum shuf seq sort stat su tac tail tee test timeout top tr truncate tty unexpand uniq uptime wc which whoami "
    "xargs yes apt apt-get column arch",
}
_SAME = {"ash": "sh", "chgrp": "chown", "ss": "ss"}

_PASSWD = (
    "root:x:0:0:root:/root:{shell}\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n"
    "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
)
_GROUP = "root:x:0:\ndaemon:x:1:\nbin:x:2:\nwww-data:x:33:\nnogroup:x:65534:\n"


def executable(program: str, size: int = 100_000) -> File:
    """A binary."""
    return File(b"\x7fELF", 0o755, program=program, size=size)


def _binaries(table: Mapping[str, str]) -> dict[str, str | bytes | Entry]:
    from k8snb.runtime.programs import PROGRAMS

    found: dict[str, str | bytes | Entry] = {}
    for directory, names in table.items():
        for name in names.split():
            program = _SAME.get(name, name)
            if program in PROGRAMS:
                found[f"/{directory}/{name}"] = executable(program)
    return found


def _skeleton(shell: str, dirs: Iterable[str], users: str = "", groups: str = "") -> Directory:
    files: dict[str, str | bytes | Entry] = {f"/{name}/": "" for name in dirs}
    files |= {
        "/etc/passwd": _PASSWD.format(shell=shell) + users,
        "/etc/group": _GROUP + groups,
        "/etc/shells": f"/bin/sh\n{shell}\n",
        "/etc/nsswitch.conf": "hosts: files dns\n",
        "/tmp/": "",
        "/root": Directory(mode=0o700),
        "/dev/": "",
        "/proc/": "",
        "/sys/": "",
    }
    root = tree(files)
    return merge(root, Directory({"tmp": Directory(mode=0o1777), "var": Directory({"tmp": Directory(mode=0o1777)})}))


@cache
def busybox() -> Directory:
    """busybox alone, as in the image of that name: everything in /bin."""
    names = " ".join(name for names in _BUSYBOX.values() for name in names.split())
    files = _binaries({"bin": names + " httpd telnet"})
    skeleton = _skeleton("/bin/sh", ("home", "usr/sbin", "var/www", "lib"))
    return merge(skeleton, tree({**files, "/usr/bin/env": Link("../../bin/env")}))


@cache
def alpine() -> Directory:
    """Alpine Linux: busybox's applets over three directories, and apk."""
    files = _binaries(_BUSYBOX)
    files |= {
        "/sbin/apk": executable("apk", 70_000),
        "/usr/bin/getent": executable("getent"),
        "/etc/alpine-release": "3.22.2\n",
        "/etc/os-release": _OS_ALPINE,
        "/etc/apk/repositories": "".join(
            f"https://dl-cdn.alpinelinux.org/alpine/v3.22/{name}\n" for name in ("main", "community")
        ),
        "/etc/motd": "Welcome to Alpine!\n",
    }
    dirs = ("home", "lib", "media", "mnt", "opt", "run", "srv", "usr/local/bin", "usr/sbin", "var/cache", "var/log")
    return merge(_skeleton("/bin/sh", dirs), tree(files))


@cache
def debian(version: str = "12 (bookworm)", users: str = "", groups: str = "") -> Directory:
    """Debian's slim base: bash and coreutils, no network tools."""
    files = _binaries(_DEBIAN)
    files |= {
        "/etc/debian_version": version.partition(" ")[0] + ".12\n",
        "/etc/os-release": f'PRETTY_NAME="Debian GNU/Linux {version}"\nVERSION="{version}"\nID=debian\n',
    }
    dirs = ("boot", "home", "lib", "lib64", "media", "mnt", "opt", "run", "sbin", "srv", "usr/local/bin", "usr/sbin")
    return merge(_skeleton("/bin/bash", (*dirs, "var/lib", "var/log", "var/cache"), users, groups), tree(files))


def with_users(root: Directory, users: str, groups: str) -> Directory:
    """A userland with more users."""
    etc = root.entries["etc"]
    assert isinstance(etc, Directory)
    more = {"passwd": users, "group": groups}
    files = {
        f"/etc/{name}": known.content + more[name].encode()
        for name in more
        if isinstance(known := etc.entries[name], File)
    }
    return merge(root, tree(dict(files)))


_OS_ALPINE = (
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\n'
    'HOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n'
)


def distroless(files: Mapping[str, str | bytes | Entry]) -> Directory:
    """An image with nothing but its own files: no shell, no tools."""
    return merge(_skeleton("/sbin/nologin", ("home",)), tree(files))
