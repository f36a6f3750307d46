"""Examples in documents and docstrings write their files into folders of their own."""

import pytest
from _pytest.doctest import DoctestItem


@pytest.fixture(autouse=True)
def folder_of_an_example(request, tmp_path_factory, monkeypatch):
    """Run an example in an empty folder."""
    if isinstance(request.node, DoctestItem):
        monkeypatch.chdir(tmp_path_factory.mktemp("example"))
