"""JupyterLab for a test: a server on loopback with one notebook, and a page of system Chromium that shows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARTIFACTS = Path(__file__).parents[1] / "artifacts"


def notebook(cells: Sequence[str]) -> dict[str, Any]:
    """A notebook of code cells."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "id": f"cell-{i}",
                "cell_type": "code",
                "metadata": {},
                "source": s,
                "outputs": [],
                "execution_count": None,
            }
            for i, s in enumerate(cells)
        ],
    }


@contextmanager
def server(folder: Path, cells: Sequence[str]) -> Iterator[str]:
    """Run JupyterLab in `folder` on a notebook with these cells; its address."""
    (folder / "test.ipynb").write_text(json.dumps(notebook(cells)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    words += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    words += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    home = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "RUNTIME")}
    home["JUPYTERLAB_SETTINGS_DIR"] = str(_settings(folder))
    with (folder / "lab.log").open("w") as log:
        lab = subprocess.Popen(
            [sys.executable, *words], env={**os.environ, **home}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/api/status", lab, folder / "lab.log")
            yield f"{address}/lab/tree/test.ipynb?reset"
        finally:
            lab.terminate()
            lab.wait(timeout=20)


def _settings(folder: Path) -> Path:
    """Settings under which JupyterLab asks nothing."""
    settings = folder / "settings"
    place = settings / "@jupyterlab" / "apputils-extension"
    place.mkdir(parents=True)
    (place / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    return settings


def _wait(address: str, lab: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if lab.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


@contextmanager
def browser(width: int = 1400, height: int = 1000) -> Iterator[Any]:
    """A page of system Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield chromium.new_page(viewport={"width": width, "height": height})
        finally:
            chromium.close()


class Lab:
    """What a person does in JupyterLab with the notebook in front of them."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        # JupyterLab may ask something at any moment (which kernel, whether to reload): a person would say yes and go on.
        dialog = page.locator("dialog.jp-Dialog")
        page.add_locator_handler(dialog, lambda: dialog.locator(".jp-mod-accept").last.click())
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
        page.wait_for_function(
            "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'",
            timeout=120_000,
        )

    def run(self, index: int, timeout: int = 60_000) -> None:
        """Run a cell and wait until it is done."""
        cell = self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)
        before = self._prompt(index)
        for _ in range(5):
            cell.locator(".jp-InputArea-editor").click()
            self.page.keyboard.press("Control+Enter")
            for _ in range(20):  # a key pressed while the notebook is still settling is lost
                if self._prompt(index) != before:
                    break
                self.page.wait_for_timeout(100)
            else:
                continue
            break
        for _ in range(timeout // 100):
            if re.fullmatch(r"\[\d+\]:", self._prompt(index)):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"cell {index} has not ended: {self._prompt(index)}, see {self.shoot('stuck')}")

    def _prompt(self, index: int) -> str:
        """`[ ]:`, `[*]:` or `[3]:`."""
        script = "i => document.querySelectorAll('.jp-Notebook .jp-CodeCell')[i].querySelector('.jp-InputPrompt').textContent"
        return str(self.page.evaluate(script, index)).strip()

    def output(self, index: int) -> Any:
        """The output of a cell."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".jp-Cell-outputArea")

    def shoot(self, name: str) -> Path:
        """Keep a screenshot as a test artefact."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path
