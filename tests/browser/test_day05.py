"""Day 5 in real JupyterLab: the lesson is opened and run to its first picture, which then follows what is done to the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

import lab

pytestmark = [pytest.mark.browser, pytest.mark.skipif(lab.CHROMIUM is None, reason="Chromium is not installed")]

LESSON = Path(__file__).parents[2] / "lessons" / "en" / "05-pod.ipynb"
STEPS = (
    "%kubectl run hello --image=zxcvbnius/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/hello --timeout=120s",
    "%kubectl delete pod hello --now",
    "%kubectl run again --image=zxcvbnius/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/again --timeout=120s",
)


def cells_to_the_first_view() -> list[str]:
    """The lesson's code cells, the last of them the first picture."""
    lesson = json.loads(LESSON.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in lesson["cells"] if cell["cell_type"] == "code"]
    return cells[: next(i for i, cell in enumerate(cells) if cell.startswith("%view")) + 1]


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """JupyterLab with a copy of the lesson, from its first cell to its first picture, and three steps more."""
    folder = tmp_path_factory.mktemp("day05")
    with (
        lab.server(folder, [*cells_to_the_first_view(), *STEPS]) as address,
        lab.browser(height=1300) as page,
    ):
        yield lab.Lab(page, address)


def test_the_picture_of_day_5_lives_and_answers_a_click(jupyter: lab.Lab) -> None:
    page: Any = jupyter.page
    shown = len(cells_to_the_first_view()) - 1
    for index in range(shown + 1):
        jupyter.run(index, timeout=120_000)
    started = jupyter.output(0).inner_text()
    assert "Done! kubectl is now configured" in started
    assert "apiserver: Running" in started

    view = jupyter.output(shown)
    view.locator('[id="node/minikube"]').wait_for()
    assert view.locator(".k8snb-stage .pod").count() == 0

    jupyter.run(shown + 1)
    assert "pod/hello condition met" in jupyter.output(shown + 1).inner_text()
    view.locator('[id="pod/default/hello"].ready').wait_for()

    jupyter.run(shown + 2)
    assert 'pod "hello" deleted' in jupyter.output(shown + 2).inner_text()
    view.locator('[id="pod/default/hello"]').wait_for(state="detached")
    page.wait_for_function("() => document.querySelectorAll('.k8snb-stage .pod').length === 0")  # when it has faded

    jupyter.run(shown + 3)
    pod = view.locator('[id="pod/default/again"].ready')
    pod.wait_for()
    pod.click()
    page.wait_for_function("() => document.querySelector('.k8snb-details pre')?.textContent.includes('kind: Pod')")
    details = view.locator(".k8snb-details pre").inner_text()
    assert "name: again" in details
    assert "image: zxcvbnius/docker-demo" in details
    page.get_by_role("tab", name="Events").click()
    assert "Scheduled" in view.locator(".k8snb-details pre").inner_text()
    view.scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    assert jupyter.shoot("day05").stat().st_size > 20_000
