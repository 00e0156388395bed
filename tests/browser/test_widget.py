"""The live view in real JupyterLab: shown, follows a command, answers a click, and is kept as a screenshot."""

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

CELLS = (
    "from k8snb import Cluster\n"
    "from k8snb.views.source import ClusterSource\n"
    "from k8snb.views.widget import ClusterView\n"
    "cluster = Cluster(nodes=3, seed=0)\n"
    "cluster.settle()\n"
    "source = ClusterSource(lambda: cluster)\n"
    "view = ClusterView(source, source.details)\n"
    "view",
    "cluster.kubectl('create deployment hello --image=zxcvbnius/docker-demo --replicas=3 --port=3000')\n"
    "cluster.kubectl('create service nodeport hello --tcp=80:3000')\n"
    "cluster.settle()\n"
    "view.refresh()",
    "port = cluster.client.get('services', 'hello', 'default').spec.ports[0].nodePort\n"
    "cluster.network.traffic.start('load', f'http://192.168.49.2:{port}/', rps=60)\n"
    "for _ in range(20):\n"
    "    cluster.advance(0.5)\n"
    "view.refresh()",
)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[lab.Lab, Path]]:
    folder = tmp_path_factory.mktemp("lab")
    with lab.server(folder, CELLS) as address, lab.browser() as page:
        yield lab.Lab(page, address), folder / "test.ipynb"


def test_the_view_lives_in_jupyterlab(notebook: tuple[lab.Lab, Path]) -> None:
    jupyter, path = notebook
    page: Any = jupyter.page

    jupyter.run(0)
    page.wait_for_selector('[id="node/minikube"]')
    assert page.locator(".k8snb-stage .pod").count() == 0

    jupyter.run(1)  # the view is in another cell's output and follows this one's command
    page.wait_for_function("() => document.querySelectorAll('.k8snb-stage .pod.ready').length === 3")
    assert page.locator('[id="service/default/hello"]').count() == 1
    page.wait_for_timeout(500)
    jupyter.shoot("view-topology")

    jupyter.run(2)
    page.wait_for_selector(".k8snb-dot", state="attached")
    page.wait_for_timeout(1500)
    jupyter.shoot("view-traffic")

    pod = page.locator(".k8snb-stage .pod").first
    name = pod.get_attribute("id").removeprefix("pod/default/")
    pod.click()
    page.wait_for_function("() => document.querySelector('.k8snb-details pre').textContent.includes('kind: Pod')")
    yaml = page.locator(".k8snb-details pre").inner_text()
    assert f"name: {name}" in yaml
    assert "image: zxcvbnius/docker-demo" in yaml
    page.get_by_role("tab", name="Events").click()
    assert "Scheduled" in page.locator(".k8snb-details pre").inner_text()
    page.wait_for_timeout(600)
    jupyter.shoot("view-details")

    page.get_by_role("tab", name="Ownership").click()
    page.wait_for_selector('[id="workload/Deployment/default/hello"]')
    page.wait_for_timeout(600)
    jupyter.shoot("view-ownership")

    page.keyboard.press("Control+S")
    page.wait_for_function("() => document.title.includes('test.ipynb')")
    page.wait_for_timeout(1500)
    saved = json.loads(path.read_text())
    output = next(o["data"] for o in saved["cells"][0]["outputs"] if "data" in o)
    assert "".join(output["image/svg+xml"]).startswith("<svg ")
    assert "".join(output["text/plain"]).startswith("3 nodes")
