"""Affily: commissions are reserved from the advertiser's deposit. One test per row, named by its id; the books are proven
after each scenario."""

import threading

from affily_advertiser import Advertiser, check_error, fresh
from http_client import Client, patiently
from servers import wait_until


def books(advertiser):
    rows = advertiser.world.stack.query(
        "select book, sum(amount_minor)::bigint from ledger_entries where account_id = (select id from accounts where public_id = %s) "
        "group by 1 having sum(amount_minor) <> 0", (advertiser.account,))
    return {("affiliate" + book.split(":")[2] if book.startswith("affiliate") else book.split(":")[-1]): int(sum_) for book, sum_ in rows}


def test_AFY_08_AY_5_without_a_deposit_nothing_is_booked(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    order, click = fresh(), other.click()
    details = check_error(other.convert(order_id=order, click_id=click), 402, "insufficient_deposit")
    assert details == {"commission": "25.00", "currency": "PLN"}
    assert other.listed() == [] and books(other) == {} and other.balance() == 0
    assert other.world.stack.value("select count(*) from conversion_claims where value = %s", (order,)) == 0
    other.pay_in("24.99")
    check_error(other.convert(order_id=order, click_id=click), 402, "insufficient_deposit")
    other.pay_in("0.01")
    assert other.convert(order_id=order, click_id=click).status == 201   # the order was not used up by the refusals
    assert other.balance() == 0


def test_AY_5_reserved_released_captured_and_given_back(advertiser):
    other = Advertiser(advertiser.world, "100.00")
    rejected, approved = other.booked(), other.booked()
    assert books(other) == {"outside": -10_000, "deposit": 5_000, "reserved": 5_000, "commissions": -5_000, "affiliatepending": 5_000}
    other.decide(rejected, "rejected", "returned")
    assert other.balance() == 75
    other.decide(approved, "approved")
    assert books(other) == {"outside": -10_000, "deposit": 7_500, "affiliatepayable": 2_500}
    other.decide(approved, "rejected", "chargeback")
    assert other.balance() == 100 and books(other) == {"outside": -10_000, "deposit": 10_000}
    reversed_ = other.booked()
    other.core.run("conversion", "reverse", reversed_, "--amount", "5.00")
    assert other.balance() == 80


def test_AY_5_captured_after_the_hold_paid_out_and_taken_back(advertiser):
    other = Advertiser(advertiser.world, "100.00")
    conversion = other.booked(offer_id=other.new_offer("10%", "--hold", "1s"))
    wait_until(lambda: other.shown(conversion)["status"] == "approved", 60, "the hold over")
    assert books(other) == {"outside": -10_000, "deposit": 7_500, "affiliatepayable": 2_500}
    other.core.run("conversion", "pay", conversion)
    assert books(other) == {"outside": -10_000, "deposit": 7_500, "affiliatepaid": 2_500}
    other.core.run("conversion", "reverse", conversion, "--amount", "5.00")
    assert books(other) == {"outside": -10_000, "deposit": 8_000, "affiliatepaid": 2_500, "affiliatepayable": -500}
    assert other.balance() == 80


def test_AY_5_a_rejected_one_is_restored_only_if_the_deposit_covers_it(advertiser):
    other = Advertiser(advertiser.world, "25.00")
    first = other.booked()
    other.decide(first, "rejected", "other")
    other.booked()
    refused = other.core.run("conversion", "restore", first, check=False)
    assert refused.returncode == 1 and "deposit" in refused.stderr
    assert other.shown(first)["status"] == "rejected"
    other.pay_in("25.00")
    other.core.run("conversion", "restore", first)


def test_AY_26_an_operator_may_let_an_account_work_without_a_deposit(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    other.core.run("account", "set", other.account, "--policy", "deposit=none")
    other.decide(other.booked(), "approved")
    assert books(other) == {"commissions": -2_500, "affiliatepayable": 2_500}
    other.core.run("account", "set", other.account, "--policy", "deposit=required")
    check_error(other.convert(), 402, "insufficient_deposit")


def test_FC_6_currencies_never_mix(advertiser):
    other = Advertiser(advertiser.world, "1000.00")
    euros = other.new_offer("10%", "--currency", "EUR")
    details = check_error(other.convert(offer_id=euros, currency="EUR"), 402, "insufficient_deposit")
    assert details["currency"] == "EUR"
    assert other.balance() == 1000


def test_AY_22_test_conversions_move_no_money(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    key = other.new_key(mode="test")
    made = other.core.json("campaign", "create", "--account", other.account, "--name", "Test offer", "--target",
                           "https://sklep.example/", "--commission", "10%", "--mode", "test")
    _, link = other.world.join(made["id"])
    other.world.wait_live(link)
    other.links[made["id"]] = link
    assert other.convert(offer_id=made["id"], key=key).status == 201
    assert books(other) == {}


def test_AY_5_a_thousand_at_once_never_overdraw(advertiser):
    """1,000 in parallel against a deposit for 500: exactly 500 pass, the others get 402, and nothing else changes."""
    other = Advertiser(advertiser.world, "12500.00")
    click = other.click()
    assert other.convert(click_id=click, amount=0.01).status == 201   # its commission is rounded to nothing
    answers, start = [], threading.Barrier(1_000)

    def work():
        client = Client(other.world.edge.port, "affily.localhost", timeout_s=60)
        body = {"click_id": click, "offer_id": other.offer, "order_id": fresh("PARALLEL"), "amount": 250, "currency": "PLN"}
        start.wait()
        answers.append(patiently(lambda: client.post_json("/v1/conversions", body, {"Authorization": f"Bearer {other.key}"}), 120))

    threads = [threading.Thread(target=work) for _ in range(1_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [answer.status for answer in answers]
    # A 409 is one whose first try was committed and then answered 503.
    assert statuses.count(201) + statuses.count(409) == 500 and statuses.count(402) == 500, statuses
    assert other.balance() == 0
    assert books(other) == {"outside": -1_250_000, "reserved": 1_250_000, "commissions": -1_250_000, "affiliatepending": 1_250_000}
    stack = other.world.stack
    account = "(select id from accounts where public_id = %s)"
    assert stack.value(f"select count(*) from conversions where account_id = {account}", (other.account,)) == 501
    assert stack.value(f"select count(*) from conversion_claims where account_id = {account}", (other.account,)) == 501
    assert stack.value(f"select sum(total) from conversion_rollups where account_id = {account}", (other.account,)) == 501


def test_AY_19_27_deposits_at_the_command_line(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    core = other.core
    made = core.json("deposit", "create", "--account", other.account, "--amount", "1000", "--method", "proforma")
    assert (made["status"], made["amount"], made["currency"], made["method"]) == ("pending_payment", "1000.00", "PLN", "proforma")
    assert other.balance() == 0
    wrong = core.run("deposit", "confirm", made["id"], "--amount", "999.99", check=False)
    assert wrong.returncode == 1 and "1000.00 PLN" in wrong.stderr
    for _ in range(2):   # confirming twice pays once
        assert core.json("deposit", "confirm", made["id"], "--amount", "1000", "--reason", "bank statement")["status"] == "paid"
    assert other.balance() == 1000
    assert core.json("deposit", "show", made["id"])["paid_at"] is not None
    assert [row["id"] for row in core.json("deposit", "list", "--account", other.account, "--status", "paid")["deposits"]] == [made["id"]]
    other.booked(amount=8000)   # reserves 800.00
    refused = core.run("deposit", "refund", made["id"], check=False)
    assert refused.returncode == 1 and "not free to spend" in refused.stderr
    assert core.json("deposit", "refund", made["id"], "--amount", "150.00")["refunded"] == "150.00"
    assert other.balance() == 50
    trail = core.json("audit", "list", "--account", other.account)["audit"]
    assert [step["action"] for step in trail if step["action"].startswith("deposit.")] == [
        "deposit.refund", "deposit.confirm", "deposit.create"]
    for amount in ("0", "-5", "1.001", "abc", "1e12"):
        assert core.run("deposit", "create", "--account", other.account, f"--amount={amount}", check=False).returncode != 0
