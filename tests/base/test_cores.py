"""How many cores a process takes."""

from jcm_calc.base import cores, workers


def test_processes_that_share_the_cores_take_one_each():
    alone = cores.count()
    with workers.pool(2) as pool:
        assert [found.result() for found in [pool.submit(cores.count) for _ in range(4)]] == [1, 1, 1, 1]
    assert cores.count() == alone
