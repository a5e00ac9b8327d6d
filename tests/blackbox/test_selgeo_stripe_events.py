"""Selgeo: whole events in the shapes of two versions of Stripe's API, in order, in any other order, and again (SE-71 to
SE-76)."""

from itertools import permutations

import pytest

from stripe_shop import StripeShop, world  # noqa: F401: fixture
from stripe_story import FIRST, VERSIONS, Story

OWED = ("4.90", "0.00")
HALF = ("4.90", "2.45")


@pytest.fixture(scope="module", params=VERSIONS)
def begin(world, request):
    """Begins a story of the version."""
    shop = StripeShop(world)
    return lambda: Story(shop, request.param)


def purchase(*commission, status="pending"):
    return "purchase", "49.00", status, *commission


def renewal(*commission, status="pending"):
    return "renewal", "49.00", status, *commission


@pytest.mark.parametrize("in_metadata", [False, True])
def test_SE_72_75_a_sale_is_booked_and_given_back(begin, in_metadata):
    story = begin()
    assert story.tell(story.session("payment", in_metadata)) == "booked"
    assert story.booked() == {"pi_Payment": purchase(*OWED)}
    assert story.tell(story.refund_of_sale(2450)) == "reversed"
    assert story.booked() == {"pi_Payment": purchase(*HALF)}
    assert story.tell(story.refund_of_sale(4900)) == "reversed"
    assert story.booked() == {"pi_Payment": purchase("4.90", "4.90", status="reversed")}


def test_SE_72_money_that_comes_later_books_later(begin):
    story = begin()
    assert story.tell(story.session("payment", payment_status="unpaid")) == "ignored"
    assert story.tell(story.session("payment", kind="checkout.session.async_payment_succeeded")) == "booked"
    assert story.booked() == {"pi_Payment": purchase(*OWED)}


def test_SE_74_75_a_subscription_is_booked_and_a_renewal_given_back(begin):
    story = begin()
    session, first, again, *links, refund = story.subscription()
    assert [story.tell(event) for event in (session, first, again)] == ["booked", "repeated_payment", "booked"]
    assert story.booked() == {"in_First": purchase(*OWED), "in_Renewal": renewal(*OWED)}
    assert {story.tell(event) for event in links} <= {"linked"}
    assert story.tell(refund) == "reversed"
    assert story.booked() == {"in_First": purchase(*OWED), "in_Renewal": renewal(*HALF)}


def test_SE_75_76_the_first_payment_of_a_subscription_is_given_back(begin):
    story = begin()
    assert [story.tell(event) for event in (story.session("subscription"), story.first_invoice())] == ["booked", "repeated_payment"]
    refund, links = story.event("charge.refunded", FIRST), story.links(FIRST)
    assert story.tell(refund) == ("waiting" if links else "reversed")
    assert {story.tell(event) for event in links} <= {"linked"}
    assert story.booked() == {"in_First": purchase(*HALF)}


def test_SE_74_after_a_trial_the_first_paid_invoice_is_the_sale(begin):
    story = begin()
    nothing = {"total": 0, "subtotal": 0, "amount_due": 0, "amount_paid": 0}
    trial = story.session("subscription", amount_total=0, amount_subtotal=0, payment_status="no_payment_required")
    assert story.tell(story.event("invoice.paid")) == "waiting"
    assert [story.tell(event) for event in (trial, story.first_invoice(**nothing))] == ["nothing_paid", "nothing_paid"]
    assert story.booked() == {"in_Renewal": purchase(*OWED)}


@pytest.mark.parametrize("tale, booked", [
    (Story.sale, {"pi_Payment": purchase(*HALF)}),
    (Story.subscription, {"in_First": purchase(*OWED), "in_Renewal": renewal(*HALF)}),
])
def test_SE_73_76_any_order_ends_the_same_however_often_it_is_told(begin, tale, booked):
    """Each event twice, and all of them once more in the end. Of many orders each fifth."""
    orders = list(permutations(range(len(tale(begin())))))
    for order in orders[::max(1, len(orders) // 24)]:
        story = begin()
        events = tale(story)
        for number in order:
            first, second = story.tell(events[number]), story.tell(events[number])
            assert second == ("waiting" if first == "waiting" else "repeated"), order
        assert story.booked() == booked, order
        assert [story.tell(events[number]) for number in order] == ["repeated"] * len(order)
        assert story.booked() == booked, order


def test_SE_71_an_invoice_as_long_as_stripe_sends_it(begin):
    """An event holds the first ten lines of an invoice."""
    story = begin()
    assert story.tell(story.session("subscription")) == "booked"
    event = story.event("invoice.paid")
    lines = event["data"]["object"]["lines"]
    lines |= {"data": lines["data"] * 10, "total_count": 12, "has_more": True}
    assert story.tell(event) == "booked"
    event["data"]["object"]["metadata"] = {f"note{n}": "x" * 500 for n in range(50)}
    lines["data"][0]["metadata"] = event["data"]["object"]["metadata"]   # the ten are one
    assert story.shop.tell(story.as_sent(event)).status == 413
