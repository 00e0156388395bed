"""apk and apt-get: package managers that make known tools appear in the container's files.

What the repositories hold is a table here; a package outside it fails as an unknown package does. Fetching takes virtual time
and needs a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.limits import MARK
from k8snb.runtime.net import NetError
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause


class Package(NamedTuple):
    """A package: version, what it needs, the files it brings (path -> program), its size."""

    version: str
    needs: tuple[str, ...] = ()
    files: Mapping[str, str] = {}
    kib: int = 300


_CURL_NEEDS = (
    "brotli-libs", "c-ares", "libunistring", "libidn2", "nghttp2-libs", "libpsl", "zstd-libs", "libcurl",
)  # fmt: skip
ALPINE: Mapping[str, Package] = {
    "brotli-libs": Package("1.1.0-r2"),
    "c-ares": Package("1.34.5-r0"),
    "libunistring": Package("1.3-r0", kib=1500),
    "libidn2": Package("2.3.7-r0"),
    "nghttp2-libs": Package("1.65.0-r0"),
    "libpsl": Package("0.21.5-r3"),
    "zstd-libs": Package("1.5.7-r0", kib=600),
    "libcurl": Package("8.14.1-r2", kib=700),
    "ca-certificates": Package("20250911-r0"),
    "curl": Package("8.14.1-r2", _CURL_NEEDS, {"/usr/bin/curl": "curl"}),
    "libncursesw": Package("6.5_p20250503-r0"),
    "readline": Package("8.2.13-r1"),
    "bash": Package("5.2.37-r0", ("libncursesw", "readline"), {"/bin/bash": "bash"}, 1200),
    "bind-libs": Package("9.20.13-r0", kib=4000),
    "bind-tools": Package("9.20.13-r0", ("bind-libs",), {"/usr/bin/dig": "dig", "/usr/bin/host": "host"}),
    "iproute2": Package("6.15.0-r0", (), {"/sbin/ip": "ip", "/sbin/ss": "ss"}),
    "iputils": Package("20250605-r0", (), {"/bin/ping": "ping"}),
    "oniguruma": Package("6.9.10-r0"),
    "jq": Package("1.8.0-r0", ("oniguruma",), {"/usr/bin/jq": "jq"}),
    "netcat-openbsd": Package("1.229.1-r0", (), {"/usr/bin/nc": "nc"}),
    "procps": Package("4.0.4-r3", (), {"/bin/ps": "ps", "/usr/bin/top": "top"}),
    "wget": Package("1.25.0-r1", (), {"/usr/bin/wget": "wget"}),
    "tree": Package("2.2.1-r0", (), {"/usr/bin/tree": "tree"}),
    "busybox-extras": Package("1.37.0-r19", (), {"/usr/bin/telnet": "telnet"}),
    "nodejs": Package("22.16.0-r2", ("ca-certificates",), {"/usr/bin/node": "node"}, 60_000),
    "npm": Package("11.3.0-r1", ("nodejs",), {"/usr/bin/npm": "npm"}, 9_000),
    "redis": Package("8.0.3-r0", (), {"/usr/bin/redis-cli": "redis-cli"}, 6_000),
    "mariadb-client": Package(
        "11.4.8-r0", (), {f"/usr/bin/{name}": name for name in ("mysql", "mysqladmin", "mysqldump")}, 30_000
    ),
    "mysql-client": Package("11.4.8-r0", ("mariadb-client",)),
}
DEBIAN: Mapping[str, Package] = {
    "curl": Package("7.88.1-10+deb12u14", (), {"/usr/bin/curl": "curl"}),
    "wget": Package("1.21.3-1+deb12u1", (), {"/usr/bin/wget": "wget"}),
    "dnsutils": Package("1:9.18.33-1", (), {f"/usr/bin/{name}": name for name in ("dig", "host", "nslookup")}),
    "iputils-ping": Package("3:20221126-1", (), {"/usr/bin/ping": "ping"}),
    "net-tools": Package("2.10-0.1", (), {"/usr/bin/netstat": "netstat", "/sbin/ifconfig": "ifconfig"}),
    "iproute2": Package("6.1.0-3", (), {"/usr/sbin/ip": "ip", "/usr/bin/ss": "ss"}),
    "netcat-openbsd": Package("1.219-1", (), {"/usr/bin/nc": "nc"}),
    "procps": Package("2:4.0.2-3", (), {f"/usr/bin/{name}": name for name in ("ps", "top", "free", "pgrep", "pkill")}),
    "jq": Package("1.6-2.1+deb12u1", (), {"/usr/bin/jq": "jq"}),
    "tree": Package("2.1.0-1", (), {"/usr/bin/tree": "tree"}),
    "telnet": Package("0.17+2.4-2", (), {"/usr/bin/telnet": "telnet"}),
    "inetutils-telnet": Package("2:2.4-2", (), {"/usr/bin/telnet": "telnet"}),
    "bind9-host": Package("1:9.18.33-1", (), {"/usr/bin/host": "host"}),
    "bind9-dnsutils": Package("1:9.18.33-1", (), {f"/usr/bin/{name}": name for name in ("dig", "nslookup")}),
    "inetutils-ping": Package("2:2.4-2", (), {"/usr/bin/ping": "ping"}),
    "traceroute": Package("1:2.1.2-1", (), {"/usr/bin/traceroute": "traceroute"}),
    "netcat-traditional": Package("1.10-47", (), {"/usr/bin/nc": "nc"}),
    "redis-tools": Package("5:7.0.15-1", (), {"/usr/bin/redis-cli": "redis-cli"}),
    "default-mysql-client": Package(
        "1.1.0", (), {f"/usr/bin/{name}": name for name in ("mysql", "mysqladmin", "mysqldump")}
    ),
    "mariadb-client": Package(
        "1:10.11.14", (), {f"/usr/bin/{name}": name for name in ("mysql", "mysqladmin", "mysqldump")}
    ),
    "ca-certificates": Package("20230311"),
    "less": Package("590-2.1~deb12u2", (), {"/usr/bin/less": "less"}),
}
#: packages that exist, of programs that are not simulated: told, so that nobody takes them for misspelt
UNSIMULATED = frozenset(
    [
        "git",
        "vim",
        "nano",
        "openssl",
        "python3",
        "py3-pip",
        "python3-pip",
        "postgresql-client",
        "nmap",
        "iperf3",
        "tcpdump",
        "strace",
        "htop",
        "gcc",
        "g++",
        "make",
        "build-base",
        "build-essential",
        "openssh",
        "openssh-client",
        "sudo",
        "php",
        "ruby",
        "go",
        "golang",
        "rust",
        "cargo",
        "stress",
        "stress-ng",
        "socat",
        "mtr",
        "apache2-utils",
        "hey",
        "ansible",
        "gnupg",
        "unzip",
        "zip",
        "rsync",
        "wireguard-tools",
        "ethtool",
        "nginx",
        "apache2",
        "httpd",
        "postgresql",
        "mongodb",
        "lsof",
        "man-db",
    ]
)
_INDEX = "https://dl-cdn.alpinelinux.org/alpine/v3.22"
_BASE_PACKAGES, _BASE_MIB = 16, 7
_INSTALLED = "/lib/apk/db/installed"


def _online(call: Call, url: str) -> str:
    """Nothing if the repository can be reached, else why not."""
    host = url.split("/")[2]
    found = call.machine.world.net.lookup(host)
    return "" if not isinstance(found, NetError) else "DNS lookup error"


def _installed(call: Call) -> list[str]:
    try:
        return call.machine.fs.read(_INSTALLED).decode().split()
    except FileError:
        return []


def apk(call: Call) -> Outcome:
    """`apk update`, `apk add`, `apk del`, `apk info`."""
    words = [word for word in call.args if not word.startswith("-")]
    command, names = (words[0], words[1:]) if words else ("", [])
    if "--virtual" in call.args or "-t" in call.args:
        names = names[1:]
    if call.process.uid and command in ("add", "del", "update"):
        call.err(
            "ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n"
        )
        return 99
    if command == "info":
        call.out(
            "".join(f"{name}\n" for name in ["alpine-baselayout", "apk-tools", "busybox", "musl", *_installed(call)])
        )
        return 0
    if command == "del":
        return _delete(call, names)
    if command not in ("add", "update", "upgrade"):
        call.out("apk-tools 2.14.9, compiled for x86_64.\n")
        return 0 if not command else 1
    if call.state is None:
        return Pause(1.2 + 0.3 * len(names), True)
    fresh = command != "add" or "--no-cache" in call.args or "--update" in call.args or "-U" in call.args
    problem = _fetch(call) if fresh else ""
    if command != "add":
        if not problem:
            call.out(f"v3.22.2-215-g1f1ee6e0b0d [{_INDEX}/main]\nv3.22.2-214-g3d8ccd3e5e1 [{_INDEX}/community]\n")
            call.machine.fs.write("/var/cache/apk-index", b"")
            call.out("OK: 26326 distinct packages available\n")
        return 4 if problem else 0
    indexed = (fresh and not problem) or call.machine.fs.exists("/var/cache/apk-index")
    return _add(call, names, indexed)


def _fetch(call: Call) -> str:
    """Fetch the two indexes; the reason if they cannot be had."""
    problem = _online(call, _INDEX)
    for name in ("main", "community"):
        call.out(f"fetch {_INDEX}/{name}/x86_64/APKINDEX.tar.gz\n")
        if problem:
            call.err(f"WARNING: fetching {_INDEX}/{name}: {problem}\n")
    return problem


def _add(call: Call, names: list[str], indexed: bool) -> int:
    installed = _installed(call)
    plain = [name.partition("=")[0].partition("~")[0] for name in names]
    unknown = [name for name in plain if not indexed or name not in ALPINE]
    unknown = [name for name in unknown if name not in installed]
    if unknown:
        call.err("ERROR: unable to select packages:\n")
        for name in unknown:
            call.err(f"  {name} (no such package):\n    required by: world[{name}]\n")
        _tell(call, unknown if indexed else [])
        return len(unknown)
    new: list[str] = []
    for name in plain:
        new += [needed for needed in (*ALPINE[name].needs, name) if needed not in installed and needed not in new]
    for index, name in enumerate(new, 1):
        call.out(f"({index}/{len(new)}) Installing {name} ({ALPINE[name].version})\n")
        for path, program in ALPINE[name].files.items():
            _install(call, path, program)
    if new:
        call.out("Executing busybox-1.37.0-r19.trigger\n")
        call.machine.fs.mkdir("/lib/apk/db", parents=True)
        call.machine.fs.write(_INSTALLED, "\n".join(installed + new).encode())
    count = _BASE_PACKAGES + len(installed) + len(new)
    size = _BASE_MIB + sum(ALPINE[name].kib for name in installed + new) // 1024
    call.out(f"OK: {size} MiB in {count} packages\n")
    return 0


def _tell(call: Call, names: list[str]) -> None:
    """Which of these packages the real repository has."""
    real = [name for name in names if name in UNSIMULATED]
    if real:
        call.err(f"{MARK}the real repository has {', '.join(real)}: not simulated here\n")


def _install(call: Call, path: str, program: str) -> None:
    from k8snb.runtime.userland import executable

    call.machine.fs.mkdir(path.rpartition("/")[0], parents=True)
    call.machine.fs.put(path, executable(program))


def _delete(call: Call, names: list[str]) -> int:
    installed = _installed(call)
    gone = [name for name in names if name in installed]
    for index, name in enumerate(gone, 1):
        call.out(f"({index}/{len(gone)}) Purging {name} ({ALPINE[name].version})\n")
        for path in ALPINE[name].files:
            if call.machine.fs.exists(path):
                call.machine.fs.remove(path)
    left = [name for name in installed if name not in gone]
    if gone:
        call.machine.fs.write(_INSTALLED, "\n".join(left).encode())
    size = _BASE_MIB + sum(ALPINE[name].kib for name in left) // 1024
    call.out(f"OK: {size} MiB in {_BASE_PACKAGES + len(left)} packages\n")
    return 0


def apt_get(call: Call) -> Outcome:
    """`apt-get update`, `apt-get install`."""
    words = [word for word in call.args if not word.startswith("-")]
    command, names = (words[0], words[1:]) if words else ("", [])
    if call.process.uid:
        call.err("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n")
        call.err("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n")
        return 100
    if command not in ("update", "install", "upgrade", "remove", "clean", "autoremove"):
        raise Failure(f"E: Invalid operation {command}", 100)
    if command in ("update", "install") and call.state is None:
        return Pause(2.5 + 0.8 * len(names), True)
    if command == "update":
        return _apt_update(call)
    if command == "install":
        return _apt_install(call, names)
    call.out("Reading package lists...\nBuilding dependency tree...\nReading state information...\n")
    return 0


def _apt_update(call: Call) -> int:
    if problem := _online(call, "http://deb.debian.org/debian"):
        call.out("Ign:1 http://deb.debian.org/debian bookworm InRelease\n")
        call.err(f"W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  {problem}\n")
        return 0
    call.out("Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\n")
    call.out("Get:2 http://deb.debian.org/debian bookworm/main amd64 Packages [8792 kB]\n")
    call.out("Fetched 8943 kB in 2s (4472 kB/s)\nReading package lists...\n")
    call.machine.fs.mkdir("/var/lib/apt/lists", parents=True)
    call.machine.fs.write("/var/lib/apt/lists/index", b"")
    return 0


def _apt_install(call: Call, names: list[str]) -> int:
    call.out("Reading package lists...\nBuilding dependency tree...\nReading state information...\n")
    known = DEBIAN if call.machine.fs.exists("/var/lib/apt/lists/index") else {}
    missing = [name for name in names if name not in known]
    if missing:
        call.err("".join(f"E: Unable to locate package {name}\n" for name in missing))
        _tell(call, missing if known else [])
        return 100
    if "-y" not in call.args and "--yes" not in call.args and "-qy" not in call.args and "-yq" not in call.args:
        call.out("Do you want to continue? [Y/n] Abort.\n")
        return 1
    call.out(f"The following NEW packages will be installed:\n  {' '.join(sorted(names))}\n")
    call.out(f"0 upgraded, {len(names)} newly installed, 0 to remove and 0 not upgraded.\n")
    for name in names:
        package = known[name]
        call.out(f"Selecting previously unselected package {name}.\nUnpacking {name} ({package.version}) ...\n")
        call.out(f"Setting up {name} ({package.version}) ...\n")
        for path, program in package.files.items():
            _install(call, path, program)
    return 0
