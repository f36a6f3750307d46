"""Examples in documents and docstrings write their files into folders of their own, and all is in English."""

import os
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem

os.environ["JCM_LANG"] = "en"


@pytest.fixture(autouse=True)
def folder_of_an_example(request, tmp_path_factory, monkeypatch):
    """Run an example in a folder that holds nothing but the documents."""
    if isinstance(request.node, DoctestItem):
        folder = tmp_path_factory.mktemp("example")
        (folder / "docs").symlink_to(Path(__file__).parent / "docs")
        monkeypatch.chdir(folder)
