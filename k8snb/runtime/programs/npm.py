"""`npm`: installs the packages that this laboratory has, and runs a package's scripts.

`npm install` reads package.json and brings `node_modules`; a package that is not there fails as an unknown one does. Wording is
npm 10's, or npm 3's in images of Node 6. Source: docs.npmjs.com.
"""

from __future__ import annotations

import json
import re
from typing import Any

from k8snb.runtime.filesystem import File, FileError
from k8snb.runtime.programs.node import version_of
from k8snb.runtime.programs.program import Call, Outcome, Pause, Run

#: bytes of an average package; what it brings with it is not there to be read
_WEIGHT = 32_000
#: package -> (version, how many packages it brings in all)
PACKAGES = {"express": ("4.21.2", 65)}
_NPM = {"v6": "3.9.5", "v18": "10.8.2", "v20": "10.8.2", "v22": "10.9.3", "v24": "11.6.1"}


def npm(call: Call) -> Outcome:
    """`npm install`, `ci`, `start`, `test`, `run NAME`, `init -y`."""
    words = [word for word in call.args if not word.startswith("-")]
    command, names = (words[0] if words else ""), words[1:]
    major = version_of(call).partition(".")[0]
    version = _NPM.get(major, "10.8.2")
    if call.args[:1] in (["-v"], ["--version"]):
        call.out(f"{version}\n")
        return 0
    old = version.startswith("3")
    if command in ("install", "i", "ci", "add"):
        return _install(call, names, old)
    if command == "init":
        return _init(call)
    if command in ("start", "test", "t", "stop", "run", "run-script"):
        return _script(call, command, names, old, version)
    call.out("npm <command>\n\nUsage:\n\nnpm install        install all the dependencies in your project\n"
             "npm start          run this project's start script\nnpm run <foo>      run the script named <foo>\n")  # fmt: skip
    return 1


def _package(call: Call) -> dict[str, Any] | None:
    """The content of package.json; None if there is none, or it makes no sense, which has been said then."""
    path = call.path("package.json")
    try:
        text = call.machine.fs.read(path).decode("utf-8", "replace")
    except FileError:
        call.err(
            "npm error code ENOENT\nnpm error syscall open\n"
            f"npm error path {path}\nnpm error errno -2\n"
            f"npm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '{path}'\n"
            "npm error enoent This is related to npm not being able to find a file.\n"
        )
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        call.err(
            f"npm error code EJSONPARSE\nnpm error path {path}\nnpm error JSON.parse {error} while parsing '{text[:20]}'\n"
        )
        return None
    return found if isinstance(found, dict) else {}


def _install(call: Call, names: list[str], old: bool) -> Outcome:
    wanted = {
        name.rpartition("@")[0] or name: name.rpartition("@")[2] if "@" in name[1:] else "latest" for name in names
    }
    found = _package(call) if not names or call.machine.fs.exists(call.path("package.json")) else {}
    if found is None:
        return 254
    package = dict(found)
    every = {**package.get("dependencies", {}), **wanted}
    if "--production" not in call.args and "--omit=dev" not in call.args:
        every = {**package.get("devDependencies", {}), **every}
    if call.state is None:
        return Pause(1.2 + 0.8 * len(every), True)
    unknown = next((name for name in every if name not in PACKAGES), "")
    if unknown:
        url = f"https://registry.npmjs.org/{unknown.replace('/', '%2f')}"
        lead = "npm ERR!" if old else "npm error"
        call.err(
            f"{lead} code E404\n{lead} 404 Not Found - GET {url} - Not found\n{lead} 404\n"
            f"{lead} 404  '{unknown}@{every[unknown]}' is not in this registry.\n"
            f"# k8snb: the laboratory's npm has only {', '.join(PACKAGES)}; your own modules work with require('./name')\n"
        )
        return 1
    _write(call, every)
    if wanted:
        package["dependencies"] = {
            **package.get("dependencies", {}),
            **{name: f"^{PACKAGES[name][0]}" for name in wanted},
        }
        call.machine.fs.write(call.path("package.json"), (json.dumps(package, indent=2) + "\n").encode())
    if old:
        _tell_tree(call, package, list(every))
        return 0
    count = sum(PACKAGES[name][1] for name in every)
    what = (
        f"added {count} packages, and audited {count + 1} packages in 2s"
        if count
        else "up to date, audited 1 package in 1s"
    )
    call.out(f"\n{what}\n\nfound 0 vulnerabilities\n")
    return 0


def _tell_tree(call: Call, package: dict[str, Any], names: list[str]) -> None:
    """What npm 3 prints of an installation."""
    title = f"{package.get('name', 'app')}@{package.get('version', '')}"
    rows = [f"{'└──' if name == names[-1] else '├──'} {name}@{PACKAGES[name][0]} \n" for name in names]
    call.out(f"{title} {call.process.cwd}\n{''.join(rows)}\n")
    if not package.get("description"):
        call.err(f"npm WARN {title} No description\n")


def _write(call: Call, names: dict[str, Any]) -> None:
    fs = call.machine.fs
    for name in names:
        folder = call.path(f"node_modules/{name}")
        fs.mkdir(folder, parents=True)
        text = json.dumps({"name": name, "version": PACKAGES[name][0], "main": "index.js"}, indent=2)
        fs.write(f"{folder}/package.json", f"{text}\n".encode())
        fs.write(f"{folder}/index.js", b"// part of this laboratory\n")
        fs.put(f"{folder}/bundle.js", File(size=_WEIGHT * PACKAGES[name][1]))


def _init(call: Call) -> int:
    name = re.sub(r"[^a-z0-9-]", "", call.process.cwd.rpartition("/")[2].lower()) or "app"
    content = {
        "name": name,
        "version": "1.0.0",
        "main": "index.js",
        "scripts": {"test": 'echo "Error: no test specified" && exit 1'},
    }
    text = json.dumps(content, indent=2)
    call.machine.fs.write(call.path("package.json"), f"{text}\n".encode())
    call.out(f"Wrote to {call.path('package.json')}:\n\n{text}\n\n\n")
    return 0


def _script(call: Call, command: str, names: list[str], old: bool, version: str) -> Outcome:
    """Run a script of package.json through the shell; npm stays in front of it."""
    if call.state is not None:
        status = call.child_status
        if status and old:
            call.err(f"npm ERR! code ELIFECYCLE\nnpm ERR! errno {status}\n")
        return status
    package = _package(call)
    if package is None:
        return 254
    name = names[0] if command in ("run", "run-script") and names else "test" if command == "t" else command
    scripts = package.get("scripts", {})
    script = scripts.get(name)
    if script is None and name == "start" and call.machine.fs.exists(call.path("server.js")):
        script = "node server.js"
    if script is None:
        lead = "npm ERR!" if old else "npm error"
        text = f"missing script: {name}" if old else f'Missing script: "{name}"'
        call.err(
            f"{lead} {text}\n" + ("" if old else f"{lead}\n{lead} To see a list of scripts, run:\n{lead}   npm run\n")
        )
        return 1
    title = f"{package.get('name', '')}@{package.get('version', '')}"
    if call.env.get("NPM_CONFIG_LOGLEVEL") == "info" and old:
        lines = ("it worked if it ends with ok", f"using npm@{version}", f"using node@{version_of(call)}",
                 f"lifecycle {title}~pre{name}: {title}", f"lifecycle {title}~{name}: {title}")  # fmt: skip
        call.err("".join(f"npm info {line}\n" for line in lines))
    rest = " ".join(names[1:] if command in ("run", "run-script") else names)
    where = f" {call.process.cwd}" if old else ""
    call.out(f"\n> {title} {name}{where}\n> {script}{' ' + rest if rest else ''}\n\n")
    return Run(("sh", "-c", f"exec {script} {rest}".strip() if _simple(script) else f"{script} {rest}".strip()), True)


def _simple(script: str) -> bool:
    """One command without shell syntax: sh -c gives its place to it."""
    return re.fullmatch(r"[\w@%+:,./ -]+", script) is not None
