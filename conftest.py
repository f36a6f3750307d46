"""Examples in documents and docstrings write their files into folders of their own, and all is in English."""

import os
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem
from hypothesis import settings

# projects of their own, which tests/authoring/test_authoring.py installs elsewhere
collect_ignore = ["docs/examples/rule_book", "docs/examples/land_use_rules"]


@pytest.fixture(autouse=True, scope="session")
def no_evidence_of_the_user(tmp_path_factory):
    """Keep evidence files of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


os.environ["JCM_LANG"] = "en"
settings.register_profile("no deadline", settings(), deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def folder_of_an_example(request, tmp_path_factory, monkeypatch):
    """Run an example in a folder that holds nothing but the documents."""
    if isinstance(request.node, DoctestItem):
        folder = tmp_path_factory.mktemp("example")
        (folder / "docs").symlink_to(Path(__file__).parent / "docs")
        monkeypatch.chdir(folder)
