"""The time of a sale against the time of its report (FC-2, SE-38)."""

from datetime import datetime, timedelta, timezone

import pytest

from selgeo_api import check_error
from servers import wait_until


def moment(**ago):
    return (datetime.now(timezone.utc) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_FC_2_a_sale_inside_the_window_counts_however_late_it_is_reported(api):
    program = api.campaign("--window", "1s")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    click = api.click(code=code)
    sale = moment()
    wait_until(lambda: api.booked(click_id=click)["attribution"]["reason"] == "click_expired", what="the window over")
    booked = api.booked(click_id=click, occurred_at=sale)
    assert booked["attributed"] is True and booked["occurred_at"] == sale[:-4] + "Z"


@pytest.mark.parametrize("ago", [{"minutes": 6}, {"hours": 1}, {"days": 365}])
def test_FC_2_a_sale_before_its_click_is_not_credited(api, ago):
    booked = api.booked(click_id=api.click(), occurred_at=moment(**ago))
    assert booked["attributed"] is False and booked["commission"] is None
    assert booked["attribution"]["reason"] == "click_after_sale"
    assert "after the sale" in booked["attribution"]["explanation"]


def test_FC_2_the_clocks_of_edge_and_merchant_may_differ(api):
    assert api.booked(click_id=api.click(), occurred_at=moment(seconds=60))["attributed"] is True
    assert api.booked(click_id=api.click(), occurred_at=moment(seconds=-60))["attributed"] is True


@pytest.mark.parametrize("time", [
    "0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", {"days": 732}, {"minutes": -11}])
def test_SE_38_FC_2_times_far_from_now_are_refused(api, time):
    answer = api.report(click_id=api.click(), occurred_at=moment(**time) if isinstance(time, dict) else time)
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    assert [problem["field"] for problem in answer.json["details"]] == ["occurred_at"]


def test_SE_38_hold_and_statistics_count_from_the_report(api):
    program = api.campaign("--hold", "1d")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    booked = api.booked(click_id=api.click(code=code), occurred_at=moment(seconds=200))
    shown = api.core.json("conversion", "show", booked["id"])
    created = datetime.fromisoformat(shown["created_at"].replace("Z", "+00:00"))
    held = datetime.fromisoformat(shown["hold_until"].replace("Z", "+00:00"))
    assert held - created == timedelta(days=1)
    assert datetime.fromisoformat(shown["occurred_at"].replace("Z", "+00:00")) < created - timedelta(seconds=150)
