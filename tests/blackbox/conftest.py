import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from affily_advertiser import Advertiser  # noqa: E402
from affspace_vendor import Vendor  # noqa: E402
from baclique_api import Creator  # noqa: E402
from receiver import Receiver  # noqa: E402
from selgeo_api import Api  # noqa: E402
from stack import Stack  # noqa: E402
from world import World  # noqa: E402


@pytest.fixture
def receiver():
    """Of webhooks; what it answers is the test's choice."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def world():
    """One stack with an account of each dialect, shared by the tests that leave it as they found it."""
    with Stack() as stack:
        yield World(stack)


@pytest.fixture(scope="session")
def api(world):
    return Api(world)


@pytest.fixture(scope="session")
def vendor(world):
    return Vendor(world)


@pytest.fixture(scope="session")
def advertiser(world):
    return Advertiser(world)


@pytest.fixture(autouse=True)
def the_ledger_proves_itself(request):
    """After every scenario of Affily's, on whatever installation it ran."""
    yield
    for value in request.node.funcargs.values():
        if isinstance(value, Advertiser):
            value.verify_ledger()


@pytest.fixture(scope="session")
def creator(world):
    return Creator(world)


def pytest_collection_modifyitems(items):
    """What looks back at the calls of all other tests comes last."""
    items.sort(key=lambda item: item.name == "test_every_route_that_a_test_names_was_answered_well")
