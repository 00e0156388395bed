"""Records what real shells print for the lines of `shell.lines`, into `shell.recorded`, which `test_lines.py` reads.

    python tests/runtime/record_lines.py

Needs bash, dash, busybox, mawk, jq and Debian's coreutils, grep, sed, findutils, diffutils, util-linux, tar and gzip: Debian
12's are what was recorded from. Every line runs in an empty directory with nothing but those tools on its PATH. Lines are
separated by `%%`, followed by the shells that are meant if those are not all: Debian's busybox is built without some of what
alpine's has.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
#: stands for a help text in what was recorded
USAGE = "(usage)\n"
SHELLS = ("ash", "dash", "bash")
_PACKAGES = ("coreutils", "grep", "sed", "findutils", "diffutils", "tar", "gzip", "debianutils", "dash", "bash", "jq")


def scripts(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """(script, the shells it is for)."""
    found: list[tuple[str, tuple[str, ...]]] = []
    shells, lines = SHELLS, list[str]()
    for line in [*path.read_text().splitlines(), "%%"]:
        if line == "%%" or line.startswith("%% "):
            if lines:
                found.append(("\n".join(lines), shells))
            shells, lines = tuple(line.split()[1:]) or SHELLS, []
        else:
            lines.append(line)
    return found


def tools(where: Path) -> dict[str, Path]:
    """The directories of tools, by shell."""
    busybox, debian = where / "busybox", where / "debian"
    busybox.mkdir()
    for name in subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split():
        (busybox / name).symlink_to("/bin/busybox")
    debian.mkdir()
    for package in _PACKAGES:
        listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=True).stdout.split()
        for name in listed:
            if Path(name).parent.name == "bin" and Path(name).is_file() and not (debian / Path(name).name).exists():
                (debian / Path(name).name).symlink_to(name)
    (debian / "rev").symlink_to("/usr/bin/rev")
    (debian / "which").symlink_to("/usr/bin/which.debianutils")
    (debian / "sh").unlink(missing_ok=True)
    (debian / "sh").symlink_to("/bin/dash")
    (debian / "awk").symlink_to("/usr/bin/mawk")
    return {"ash": busybox, "dash": debian, "bash": debian}


def record(script: str, shell: str, path: Path) -> list[object]:
    """[stdout, stderr, exit status] of one line."""
    name = "bash" if shell == "bash" else "sh"
    with tempfile.TemporaryDirectory() as work:
        done = subprocess.run(
            [name, "-c", script],
            executable=str(path / name),
            cwd=work,
            env={"PATH": f"{path}:/nowhere", "HOME": "/root", "PWD": work},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        out, err = (text.decode("utf-8", "replace").replace(work, "/w") for text in (done.stdout, done.stderr))
        # busybox prints its whole help behind an error: that is its authors' text
        err, cut, _ = err.replace(str(path), "/bin").partition("BusyBox v")
        return [out.replace(str(path), "/bin"), f"{err}{USAGE}" if cut else err, status]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        paths = tools(Path(directory))
        rows = []
        for script, shells in scripts(HERE / "shell.lines"):
            found = {shell: record(script, shell, paths[shell]) for shell in shells}
            rows.append(json.dumps([script, found], ensure_ascii=False))
    (HERE / "shell.recorded").write_text("\n".join(rows) + "\n")
    print(len(rows), "lines,", os.path.getsize(HERE / "shell.recorded"), "bytes")  # noqa: T201


if __name__ == "__main__":
    main()
