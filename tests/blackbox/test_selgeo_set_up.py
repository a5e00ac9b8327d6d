"""What Selgeo's log-in answers where the operator has not set up what it needs."""

import pytest

from http_client import Client
from selgeo_api import check_error

PATHS = {
    "login": {"email": "jane@shop.example", "password": "any password"},
    "refresh": {"refresh_token": "rt_any"},
    "forgot-password": {"email": "jane@shop.example"},
}


@pytest.fixture(scope="module")
def bare_core(world):
    """Without secrets_key, and without a way to send mails."""
    core = world.stack.add_core("bare", FOOTFALL_CORE_MAIL_DIRECTORY="").start()
    yield core
    core.terminate()


@pytest.mark.parametrize("what", PATHS)
def test_SE_63_what_is_not_set_up_is_503_and_says_to_come_again_in_an_hour(bare_core, what):
    answer = Client(bare_core.port, "selgeo.localhost").post_json(f"/api/v1/auth/{what}", PATHS[what])
    check_error(answer, 503, "SERVICE_UNAVAILABLE", "Service Unavailable")
    assert answer.fields["retry-after"] == "3600"
