"""`%%manifest --name` keeps any text as a file of the notebook, with or without its last newline."""

from __future__ import annotations

import pytest

from tests.magics.conftest import Notebook


@pytest.mark.parametrize(("option", "size"), [("", 5), (" --no-newline", 4)])
def test_the_last_newline(notebook: Notebook, option: str, size: int) -> None:
    notebook.good("%kubectl delete secret login --ignore-not-found")
    assert notebook.good(f"%%manifest --name username.txt{option}\nroot") == "username.txt saved\n"
    notebook.good("%kubectl create secret generic login --from-file=./username.txt")
    assert f"username.txt:  {size} bytes\n" in notebook.good("%kubectl describe secret login")
