"""What mybinder.org does with `binder/`, without Docker: repo2docker's steps in an environment of their own, then Day 5.

A copy of the repository, the Python that `runtime.txt` asks for (or this one), `pip install -r binder/requirements.txt` in the
repository, `binder/postBuild`, JupyterLab, the index, a kernel. Takes minutes and the package index: K8SNB_SLOW=1.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
BINDER = REPOSITORY / "binder"
PARTS = ("k8snb", "lessons", "binder", "pyproject.toml", "requirements.lock", "README.md", "LICENSE")
MIB = 2**20


def test_the_image_is_light_and_what_it_names_is_there() -> None:
    wanted = (BINDER / "requirements.txt").read_text(encoding="utf-8").split("\n")
    assert "-c ../requirements.lock" in wanted
    assert ".[lab]" in wanted
    build = (BINDER / "postBuild").read_text(encoding="utf-8")
    assert os.access(BINDER / "postBuild", os.X_OK)
    assert "lessons/en/index.ipynb" in build
    assert (REPOSITORY / "lessons/en/index.ipynb").exists()
    assert (BINDER / "runtime.txt").read_text(encoding="utf-8").startswith("python-3.1")


def run(*words: object, cwd: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "K8SNB", "VIRTUAL"))}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode and any(word in done.stderr for word in ("Connection", "Temporary failure", "No matching dist")):
        pytest.skip("the package index cannot be reached")
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def python() -> str:
    """The interpreter that runtime.txt asks for, if this machine has it."""
    wanted = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().replace("-", "")
    for found in (
        shutil.which(wanted),
        *(str(path) for path in sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python"))),
    ):
        works = (
            found is not None and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0
        )
        if found is not None and works:
            return found
    return sys.executable


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """(the repository, the environment) as Binder has them when a reader comes."""
    if os.environ.get("K8SNB_SLOW") != "1":
        pytest.skip("takes minutes: K8SNB_SLOW=1")
    folder = tmp_path_factory.mktemp("binder")
    repository, environment = folder / "jovyan", folder / "srv"
    repository.mkdir()
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, repository / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repository / part)
    run(python(), "-m", "venv", environment, cwd=folder)
    run(
        environment / "bin/python",
        "-m",
        "pip",
        "install",
        "-q",
        "--no-cache-dir",
        "-r",
        "binder/requirements.txt",
        cwd=repository,
    )
    run("binder/postBuild", cwd=repository, PATH=f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}")
    yield repository, environment
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.binder
def test_the_python_part_is_light(image: tuple[Path, Path]) -> None:
    _, environment = image
    size = sum(path.lstat().st_size for path in environment.rglob("*") if not path.is_dir()) / MIB
    print(f"\nPython part: {size:.0f} MiB")  # noqa: T201 - a number to report
    assert size <= 400


@pytest.mark.binder
def test_jupyterlab_opens_the_index(image: tuple[Path, Path]) -> None:
    repository, environment = image
    port = "18888"
    kept = {**os.environ, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(repository)}
    words = [
        environment / "bin/jupyter-lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=t",
    ]
    with subprocess.Popen([*map(str, words)], cwd=repository, env=kept, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            found = json.loads(_fetched(f"{base}/api/contents/lessons/en/index.ipynb?token=t"))
            assert found["type"] == "notebook"
            with urllib.request.urlopen(f"{base}/?token=t") as opened:
                assert opened.url.partition("?")[0].endswith("/lab/tree/lessons/en/index.ipynb")
                assert b"jupyter-config-data" in opened.read()
        finally:
            server.terminate()


def _fetched(url: str) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@pytest.mark.binder
def test_day_five_runs_in_two_gigabytes_and_begins_at_once(image: tuple[Path, Path]) -> None:
    repository, environment = image
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    where = repository / "lessons/en"
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run(environment / "bin/python", "-c", _FIRST, cwd=where, PATH=path, HOME=str(repository))
    first, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    run(
        environment / "bin/jupyter-execute",
        "05-pod.ipynb",
        "--output=/dev/null",
        cwd=where,
        PATH=path,
        HOME=str(repository),
    )
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nfirst command after {first:.1f} s ({computed:.1f} s of CPU); largest process {largest:.0f} MiB")  # noqa: T201 - numbers to report
    assert largest <= 2048
    assert computed <= 10  # the machine may be shared, so not the seconds on the wall


_FIRST = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel()
client.execute_interactive("%load_ext k8snb\\n%kubectl get nodes", timeout=60)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""
