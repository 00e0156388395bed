"""The site: `make docs`. Two trees of pages, `en` and `zh-TW`, of the same names; the references are made from the code."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import k8snb  # noqa: E402

project = "k8snb"
author = "The k8snb authors"
project_copyright = author
version = release = k8snb.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "reference"]
exclude_patterns = ["_build", "_ext", "_generated/*", "fidelity.md"]
html_theme = "furo"
html_title = f"k8snb {release}"
html_static_path: list[str] = []
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
# docstrings are plain text with `code` in it
default_role = "code"
nitpicky = False
