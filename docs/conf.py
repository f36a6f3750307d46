"""How Sphinx builds the documentation: `make docs`."""

from __future__ import annotations

import runpy
from importlib.metadata import version as installed
from pathlib import Path
from pydoc import locate
from typing import Any

from latex2mathml.converter import convert

TECHNIQUES = runpy.run_path(str(Path(__file__).with_name("pages.py")))["TECHNIQUES"]
TECHNIQUE = {number: technique for technique, numbers in TECHNIQUES.items() for number in numbers.split()}

project = "jcm_calc"
author = copyright = "jcm_calc developers"
version = release = installed("jcm-calc")

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx_design"]
exclude_patterns = ["_build", "examples"]
templates_path: list[str] = []
nitpicky = False

html_theme = "furo"
html_title = f"jcm_calc {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_math_renderer = "mathml"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# the tutorials are run each time; one that fails, fails the build
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_mime_priority_overrides = [("html", "text/html", 0)]

autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(convert(node.astext()))
    _skip()


def _block(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    _skip()


def _skip() -> None:
    from docutils.nodes import SkipNode

    raise SkipNode


def _leave_room(app: Any, doctree: Any) -> None:
    """Leave out the contents next to the page where wide tables need the room; in the sidebar, name the technique."""
    from docutils.nodes import Text, reference

    name = app.env.docname
    if name.startswith("methodologies/"):
        app.env.metadata[name]["hide-toc"] = True
        for place, version in enumerate(app.env.tocs[name]):
            heading = next(version.findall(reference))
            number, _, rest = heading.astext().partition(":")[0].partition(" ")
            words = rest if place else TECHNIQUE.get(number, rest)
            heading.children = [Text(f"{number} {words}".strip())]


def _typed(app: Any, what: str, name: str, item: Any, options: Any, lines: list[str]) -> None:
    """Name the type of a field that has its text next to it in the class."""
    owner, _, field = name.rpartition(".")
    annotation = getattr(locate(owner), "__annotations__", {}).get(field) if what == "attribute" else None
    if annotation is not None:
        lines[:0] = [f"``{annotation}``", ""]


def setup(app: Any) -> None:
    """Set mathematics as MathML, which browsers show without a script and without the network."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("autodoc-process-docstring", _typed)
    # after Sphinx has taken the headings
    app.connect("doctree-read", _leave_room, priority=900)
