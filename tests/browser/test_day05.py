"""Day 5 in real JupyterLab: the lesson is opened and run to its first picture, which then follows the cluster."""

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
    "%kubectl run hello --image=zxcvbnius/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/hello",
    "%kubectl delete pod hello --now",
    "%kubectl run again --image=zxcvbnius/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/again",
)


def copy_of_the_lesson() -> tuple[dict[str, Any], int]:
    """The lesson without its outputs, three steps put behind its first picture; and which code cell that picture is."""
    lesson: dict[str, Any] = json.loads(LESSON.read_text(encoding="utf-8"))
    cells = lesson["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    place = next(i for i, cell in enumerate(cells) if "".join(cell["source"]).startswith("%view"))
    before = sum(cell["cell_type"] == "code" for cell in cells[:place])
    cells[place + 1 : place + 1] = lab.notebook(STEPS)["cells"]
    return lesson, before


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """JupyterLab with a copy of the lesson."""
    folder = tmp_path_factory.mktemp("day05")
    with lab.server(folder, []) as address, lab.browser(height=1300) as page:
        (folder / "test.ipynb").write_text(json.dumps(copy_of_the_lesson()[0]), encoding="utf-8")
        yield lab.Lab(page, address)


def test_the_picture_of_day_5_lives_and_answers_a_click(jupyter: lab.Lab) -> None:
    page: Any = jupyter.page
    page.set_default_timeout(90_000)  # a busy machine is slow, not wrong
    shown = copy_of_the_lesson()[1]
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
    view.evaluate("shown => shown.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(600)
    assert jupyter.shoot("day05").stat().st_size > 20_000
