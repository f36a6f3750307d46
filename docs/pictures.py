"""Count the pictures that code should show, and look whether the built pages have them: `make docs`."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).parent
CELL = re.compile(r"^```(?:\{code-cell\} ipython3|python)\n((?::\w+:[^\n]*\n)*)(.*?)^```", re.MULTILINE | re.DOTALL)


def cells(text: str) -> list[str]:
    """Return the code of each cell of a page in Markdown."""
    return [code.strip() for _, code in CELL.findall(text)]


def cells_of(path: Path) -> list[str]:
    """Return the code of each cell of a page in Markdown, or of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return cells(text)
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def expected(code: str) -> int:
    """Return how many pictures a cell shows: one for each plot that is not given axes, and each figure opened.

    Examples
    --------
    >>> expected("plots.emissions(r); plots.waterfall(r, ax=axes); plt.subplots()")
    2
    """
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    plots = [call for call in calls if _called(call).startswith("plots.")]
    opened = [call for call in calls if _called(call) in ("plt.figure", "plt.subplots")]
    return sum(not any(word.arg == "ax" for word in call.keywords) for call in plots) + len(opened)


def _called(call: ast.Call) -> str:
    """Return what is called, as ``module.name``."""
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return ""


def shown(page: str) -> int:
    """Return how many pictures a built page has that running it made."""
    return len(re.findall(r'<img [^>]*src="[^"]*_images/', page))


def executed() -> list[Path]:
    """Return the pages that are run when the documentation is built."""
    pages = [path for path in DOCS.glob("**/*.md") if "file_format: mystnb" in path.read_text("utf-8")]
    return sorted([*pages, *DOCS.glob("**/*.ipynb")])


def lacking(built: Path) -> list[str]:
    """Say which of the pages that are run, if any, do not show as many pictures as their cells draw."""
    found = []
    for source in executed():
        wanted = sum(map(expected, cells_of(source)))
        page = built / source.relative_to(DOCS).with_suffix(".html")
        count = shown(page.read_text(encoding="utf-8")) if page.exists() else 0
        if count != wanted:
            found.append(f"{page}: its cells draw {wanted} pictures, and it shows {count}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(lacking(Path(sys.argv[1]))) or None)
