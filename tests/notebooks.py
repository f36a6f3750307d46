"""Run cells in a real kernel, and say what each of them shows."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute()
nbformat.write(notebook, sys.argv[1])
"""


def run(cells, python=sys.executable):
    """Run cells one after the other in a new kernel of a Python, in an empty folder; return the outputs of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notebook.ipynb"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbformat.write(notebook, path)
        keep = {} if python != sys.executable else {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        # of the settings of whoever runs the tests, a kernel has none
        hidden = ("PYTHONPATH", "MPLBACKEND", "JUPYTER", "IPYTHON", "PYTHONWARNINGS", "PYTEST")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environment |= {name: str(Path(folder) / "of_jupyter") for name in ("JUPYTER_DATA_DIR", "IPYTHONDIR")}
        environment |= {"JUPYTER_PREFER_ENV_PATH": "1", **keep}
        done = subprocess.run(
            [python, "-c", RUN, path], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


def pictures(outputs):
    """Count the pictures among the outputs of a cell."""
    return sum("image/png" in one.get("data", {}) for one in outputs)


def errors(outputs):
    """Return what went wrong in a cell: exceptions, and warnings other than those that are meant."""
    return [f"{one.ename}: {one.evalue}" for one in outputs if one.output_type == "error"]


def text(outputs):
    """Return the plain text that a cell shows."""
    return "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs).strip()
