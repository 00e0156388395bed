"""kubectl in real JupyterLab: a pasted block, an object edited in a cell, Tab, Shift+Tab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

import lab

pytestmark = [pytest.mark.browser, pytest.mark.skipif(lab.CHROMIUM is None, reason="Chromium is not installed")]

CELLS = (
    "%load_ext k8snb\nr = %kubectl get nodes\nr.table()",
    """cat <<EOF | kubectl apply -f -
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx}
EOF
kubectl rollout status deploy/web
kubectl get pods -o json | jq -r '.items[].status.phase' | sort | uniq -c""",
    "%kubectl edit deploy/web",
    "%kubectl get pods -n kube-s",
    "%%manifest\napiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  restartPolicy: Always\n  containers:\n  - im",
    "text = get_ipython()._k8snb_lab.editor._shown['edit', 'deploy/web']\n"
    "get_ipython().set_next_input('%%kubectl edit deploy/web\\n' + text.replace('replicas: 2', 'replicas: -2', 1))",
)


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    with lab.server(tmp_path_factory.mktemp("kubectl"), CELLS) as address, lab.browser() as page:
        opened = lab.Lab(page, address)
        page.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        opened.run(0)
        yield opened


def editor(jupyter: lab.Lab, index: int) -> Any:
    return jupyter.page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".cm-content")


def at_end(jupyter: lab.Lab, index: int) -> None:
    """Put the cursor behind the last letter of a cell."""
    editor(jupyter, index).click()
    jupyter.page.keyboard.press("Control+End")


def test_a_result_and_a_pasted_block(jupyter: lab.Lab) -> None:
    assert "control-plane" in jupyter.output(0).inner_text()
    jupyter.run(1)
    printed = jupyter.output(1).inner_text()
    assert 'deployment "web" successfully rolled out' in printed
    assert "2 Running" in printed


def test_tab_and_shift_tab(jupyter: lab.Lab) -> None:
    page = jupyter.page
    at_end(jupyter, 3)
    page.keyboard.press("Tab")
    box = page.locator(".jp-Completer")
    box.wait_for()
    assert "kube-system" in box.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.jp-CodeCell')[3].textContent.includes('kube-system')")
    at_end(jupyter, 4)
    page.keyboard.press("Tab")
    box.wait_for()
    assert "imagePullPolicy" in box.inner_text()
    page.keyboard.press("Escape")
    editor(jupyter, 4).locator(".cm-line").nth(6).click()
    page.keyboard.press("Shift+Tab")
    tip = page.locator(".jp-Tooltip")
    tip.wait_for()
    assert "FIELD: restartPolicy <string>" in tip.inner_text()
    page.keyboard.press("Escape")


def test_an_object_is_edited_in_a_cell(jupyter: lab.Lab) -> None:
    page = jupyter.page
    jupyter.run(2)
    assert "the object is in the next cell" in jupyter.output(2).inner_text()
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(len(CELLS)).wait_for()
    assert editor(jupyter, 3).inner_text().startswith("%%kubectl edit deploy/web\n# Please edit the object below.")
    jupyter.run(3)
    assert jupyter.output(3).inner_text().strip() == "Edit cancelled, no changes made."
    # A cell shows no more of a long text than fits the screen, so the change is typed by the kernel.
    jupyter.run(len(CELLS))
    cells.nth(len(CELLS) + 1).wait_for()
    jupyter.run(len(CELLS) + 1)
    assert 'error: deployments.apps "web" is invalid' in jupyter.output(len(CELLS) + 1).inner_text()
    shown = editor(jupyter, len(CELLS) + 1).inner_text()
    assert '# deployments.apps "web" was not valid:' in shown
    assert "# * spec.replicas: Invalid value: -2" in shown
