import pytest

from tests.jobs import sample


@pytest.fixture
def probe(transactional_db):
    sample.make_probe()
    return sample.marks
