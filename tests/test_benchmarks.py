"""Each benchmark compares things that are equal, also in a small size: a key that was renamed would stop it."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks are not in a distribution")


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)  # for what one of them takes from another

    def module(name):
        spec = importlib.util.spec_from_file_location(f"benchmark_of_{name}", FOLDER / f"{name}.py")
        found = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, found)
        spec.loader.exec_module(found)
        return found

    return module


def test_verified_workbooks(benchmark, monkeypatch, tmp_path):
    module = benchmark("verification")
    monkeypatch.setattr(module, "WORKBOOKS", 2)
    module.verify(module.write(tmp_path))


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_fleets(benchmark, monkeypatch):
    module = benchmark("fleet")
    monkeypatch.setattr(module, "UNITS", 1000)
    given = module.inputs()
    module.check(given)
    for tasks in (module.refrigerators, module.solar_systems):
        ours, by_hand = tasks(given)
        np.testing.assert_allclose(ours(), by_hand(), rtol=1e-9)
    ours, _ = module.refrigerators(given)
    for peer in module.peers(given).values():
        np.testing.assert_allclose(peer(), ours(), rtol=1e-9)


def test_tables(benchmark):
    module = benchmark("tables")
    for carrier in module.CARRIERS:
        module.tasks(20, carrier)


def test_draws(benchmark, monkeypatch):
    module = benchmark("draws")
    monkeypatch.setattr(module, "DRAWS", 1000)
    for tasks in (module.of_one_unit, module.of_many_units):
        ours, by_hand = tasks()
        for name, found in by_hand().items():
            np.testing.assert_allclose(np.squeeze(ours()[name]), found, rtol=1e-9, atol=1e-6)


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_projects(benchmark):
    module = benchmark("projects")
    frame = module.table(100)
    module.check(frame)


def test_small(benchmark):
    assert next(benchmark("small").project()) > 0
