"""What only a lab has: requests and their ways, time, snapshots, components, pictures, port-forwards."""

from __future__ import annotations

import pytest

from .conftest import Notebook


@pytest.fixture(autouse=True)
def fresh(notebook: Notebook) -> None:
    notebook.lab.start()


@pytest.fixture
def web(notebook: Notebook) -> str:
    """A Pod and its Service; the address of the Service."""
    notebook.good(
        "%kubectl run web --image=zxcvbnius/docker-demo --port=3000\n"
        "%kubectl wait --for=condition=Ready pod/web\n"
        "%kubectl expose pod web --port=80 --target-port=3000 --type=NodePort --name=shop"
    )
    return (
        f"http://192.168.49.2:{notebook.lab.cluster.client.get('services', 'shop', 'default').spec.ports[0].nodePort}"
    )


def test_curl_from_the_machine_and_from_a_pod(notebook: Notebook, web: str) -> None:
    assert notebook.good(f"%curl {web}") == "Hello World!\n"
    assert notebook.good("%curl http://shop --from pod/web") == "Hello World!\n"
    assert "curl: (6) Could not resolve host: shop" in notebook.bad("%curl http://shop")
    printed = notebook.good("r = %curl http://shop\nprint(r.exit_code)\n%curl --expect-error http://shop")
    assert printed.startswith("6\ncurl: (6)")


def test_trace_shows_the_way(notebook: Notebook, web: str) -> None:
    printed = notebook.good(f"%trace {web}")
    ip = notebook.lab.cluster.client.get("pods", "web", "default").status.podIP
    assert "is a nodePort of service/default/shop" in printed
    assert f"{ip}:3000" in printed
    assert "200 OK from pod/default/web" in printed
    assert "usage: %trace URL" in notebook.bad("%trace a b")


def test_the_clock_jumps(notebook: Notebook) -> None:
    before = notebook.lab.cluster.now
    assert notebook.good("%clock +5m").endswith(", jump)\n")
    assert notebook.lab.cluster.now == before + 300
    assert 'invalid duration "x"' in notebook.bad("%clock +x")
    assert "unknown argument 'tomorrow'" in notebook.bad("%clock tomorrow")
    assert notebook.lab.cluster.now == before + 300


def test_a_snapshot_brings_everything_back(notebook: Notebook) -> None:
    notebook.good("%kubectl create configmap keep --from-literal=k=v\n%cluster snapshot before")
    revision, now = notebook.lab.cluster.store.revision, notebook.lab.cluster.now
    notebook.good("%kubectl delete configmap keep\n%clock +1h")
    assert notebook.good("%cluster restore before") == "back at snapshot before\n"
    assert (notebook.lab.cluster.store.revision, notebook.lab.cluster.now) == (revision, now)
    assert notebook.good("%kubectl get configmap keep -o name") == "configmap/keep\n"
    assert "before" in notebook.good("%cluster snapshots")


def test_a_component_that_is_off_does_nothing(notebook: Notebook) -> None:
    printed = notebook.good(
        "%cluster stop scheduler\n%kubectl run late --image=nginx\n%clock +1m\n%cluster status\n%kubectl get pods late"
    )
    assert "switched off: default-scheduler" in printed
    assert "Pending" in printed
    printed = notebook.good("%cluster start scheduler\n%clock +1m\n%cluster status\n%kubectl get pods late")
    assert "switched off" not in printed
    assert "Running" in printed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("restore nowhere", "error: there is no snapshot 'nowhere'"),
        ("stop nonsense", "error: there is no component 'nonsense'"),
        ("start nonsense", "error: there is no component 'nonsense'"),
        ("snapshot", "error: an argument is missing"),
        ("unforward 8000", "error: nothing is forwarded from port 8000"),
        ("dance", "error: unknown argument 'dance'"),
    ],
)
def test_cluster_says_what_is_wrong(notebook: Notebook, line: str, said: str) -> None:
    printed = notebook.bad(f"%cluster {line}")
    assert said in printed
    assert "usage: %cluster" in printed


def test_the_view_is_a_picture_with_text(notebook: Notebook, web: str) -> None:
    notebook.good("%clock settle")
    ran = notebook("%view")
    assert ran.ok
    shown, _ = notebook.shell.display_formatter.format(ran.value)
    assert shown["text/plain"].startswith("1 node, 1 Pod, 1 Service")
    assert "Pod default/web: Running, 1/1 ready" in shown["text/plain"]
    assert shown["image/svg+xml"].startswith("<svg")
    assert ">web<" in shown["image/svg+xml"]
    assert "1 node, 1 Pod, 1 Service" in notebook.good("%view --text")
    assert "unknown view 'nonsense'" in notebook.bad("%view nonsense")


def test_the_view_follows_the_next_command(notebook: Notebook, web: str) -> None:
    view = notebook("%view").value
    assert "default/web: Running" in view.text()
    notebook.good("%kubectl delete pod web --now")
    assert "default/web: Running" not in view.text()


def test_a_forward_is_open_until_it_is_closed(notebook: Notebook, web: str) -> None:
    ran = notebook("%kubectl port-forward web 8000:3000")
    assert ran.ok
    assert ran.out == "Forwarding from 127.0.0.1:8000 -> 3000\nForwarding from [::1]:8000 -> 3000\n"
    assert "%cluster unforward 8000" in ran.err
    assert notebook.good("%curl http://localhost:8000") == "Hello World!\n"
    assert notebook.good("%cluster forwards") == "127.0.0.1:8000 -> pod/web -n default:3000\n"
    assert notebook.good("%cluster unforward 8000\n%cluster forwards") == "127.0.0.1:8000 closed\n"
    assert "curl: (7) Failed to connect to localhost port 8000" in notebook.bad("%curl http://localhost:8000")
