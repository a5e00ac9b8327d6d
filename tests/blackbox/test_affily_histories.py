"""Affily: random histories of deposits, conversions, decisions and refunds by the API, Stripe's calls and the operator, while core is killed again and
again. Whoever gets no answer does it again, as clients do; afterwards the ledger proves itself and the balance is what the rows say."""

import random
import subprocess
import threading

import pytest

from affily_advertiser import Advertiser, fresh
from http_client import Client
from servers import wait_until
from stack import Stack, clean_environment
from stripe_double import StripeDouble
from world import World

SEEDS = (1, 2, 3)
STEPS = 40   # of each actor; more until core has been killed often enough
KILLS = 3
ACTORS = 4


@pytest.fixture(scope="module")
def stripe():
    double = StripeDouble()
    yield double
    double.close()


@pytest.fixture(scope="module")
def shop(stripe):
    with Stack(core_settings=stripe.settings()) as stack:
        stripe.edge_port = stack.edge.port
        yield Advertiser(World(stack, only=()), deposit=None)


class Actor:
    """Acts for the advertiser until its steps are done. Every step is one that may be repeated."""

    def __init__(self, shop, stripe, seed):
        self.shop, self.stripe, self.random = shop, stripe, random.Random(seed)
        self.client = Client(shop.world.edge.port, "affily.localhost", timeout_s=30)
        self.deposits, self.conversions, self.disputes = [], [], {}

    def call(self, method, path, body):
        """An answer that is none of the proxy's or of a core that just starts."""
        def settled():
            answer = self.client.request(method, path, body, {"Authorization": f"Bearer {self.shop.key}", "Content-Type": "application/json"})
            return answer if answer.status < 500 else None
        return wait_until(settled, 120, f"an answer to {method} {path}", every_s=0.1)

    def operator(self, *arguments):
        core = self.shop.core
        done = subprocess.run([core.binary, *arguments], env=clean_environment(**core.settings), cwd=core.folder, text=True,
                              capture_output=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr   # 1: refused, as a refund of what is not free

    def tell(self, event):
        def settled():
            answer = self.stripe.tell(event)
            return answer if answer.status < 500 else None
        return wait_until(settled, 120, "an answer to Stripe", every_s=0.1)

    def ask_for_deposit(self):
        answer = self.call("POST", "/v1/deposits", b'{"amount":%d.25,"method":"stripe"}' % self.random.randint(5, 60))
        if answer.status == 201:
            self.deposits.append(answer.json["id"])

    def pay_deposit(self):
        if self.deposits:
            session = {**self.stripe.session_for(self.random.choice(self.deposits)), "payment_status": "paid"}
            assert self.tell(self.stripe.event("checkout.session.completed", session)).status == 200

    def refund(self):
        if self.deposits:
            deposit = self.random.choice(self.deposits)
            if self.random.random() < 0.5:
                return self.operator("deposit", "refund", deposit, "--amount", "3.10")
            assert self.tell(self.stripe.event("charge.refunded", self.stripe.charge(deposit, self.random.randint(1, 500)))).status in (200, 409)

    def dispute_payment(self):
        """One dispute of each deposit's payment, told of at any stage, in any order and more than once."""
        if self.deposits:
            deposit = self.random.choice(self.deposits)
            dispute = self.disputes.setdefault(deposit, self.stripe.dispute(deposit, self.random.randint(100, 4_000)))
            kind, status = self.random.choice((("created", "needs_response"), ("closed", "won"), ("closed", "lost")))
            assert self.tell(self.stripe.event(f"charge.dispute.{kind}", {**dispute, "status": status})).status in (200, 409)

    def convert(self):
        body = ('{"click_id":"%s","offer_id":"%s","order_id":"%s","amount":%d.50}'
                % (self.shop.a_click, self.shop.offer, fresh("H"), self.random.randint(20, 400))).encode()
        answer = self.call("POST", "/v1/conversions", body)
        assert answer.status in (201, 402, 409), answer.text   # 409: booked by a try whose answer was lost
        if answer.status == 201:
            self.conversions.append(answer.json["id"])

    def decide(self):
        if self.conversions:
            body = self.random.choice((b'{"status":"approved"}', b'{"status":"rejected","rejection_reason":"returned"}'))
            assert self.call("PATCH", f"/v1/conversions/{self.random.choice(self.conversions)}", body).status in (200, 409, 422)   # 409: disputed

    def intervene(self):
        if self.conversions:
            step = self.random.choice((["dispute"], ["dispute", "--resolve"], ["reverse", "--amount", "0.50"], ["restore"], ["pay"]))
            self.operator("conversion", step[0], self.random.choice(self.conversions), *step[1:])

    def run(self, was_killed_enough):
        steps = [self.ask_for_deposit, self.pay_deposit, self.refund, self.dispute_payment, self.decide, self.intervene] + [self.convert] * 3 + [self.decide]
        done = 0
        while done < STEPS or not was_killed_enough.is_set():
            self.random.choice(steps)()
            done += 1


@pytest.mark.parametrize("seed", SEEDS)
def test_AY_5_32_the_books_are_right_though_core_is_killed(shop, stripe, seed):
    core = shop.world.stack.core
    shop.pay_in("500.00")
    shop.a_click = shop.click()
    shop.booked(click_id=shop.a_click)   # it is stored before the first kill
    actors, failures, was_killed_enough = [Actor(shop, stripe, 100 * seed + number) for number in range(ACTORS)], [], threading.Event()

    def act(actor):
        try:
            actor.run(was_killed_enough)
        except BaseException as failure:   # of a thread: told below
            failures.append(failure)
    threads = [threading.Thread(target=act, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    chance, kills, pause = random.Random(seed), 0, threading.Event()
    try:
        while any(thread.is_alive() for thread in threads):
            pause.wait(chance.uniform(0.3, 1.5))
            core.kill()
            core.start(60)
            kills += 1
            if kills >= KILLS:
                was_killed_enough.set()
    finally:
        was_killed_enough.set()
        for thread in threads:
            thread.join(300)
    assert not failures, failures[0]
    assert kills >= KILLS
    shop.verify_ledger()
    account = (shop.account,)
    paid_in = shop.world.stack.value(
        "select coalesce(sum(d.amount_minor - d.refunded_minor), 0)::bigint from deposits d join accounts a on a.id = d.account_id "
        "where a.public_id = %s and d.status <> 'pending_payment'", account)
    held = shop.world.stack.value(
        "select coalesce(sum(c.commission_minor - c.reversed_minor), 0)::bigint from conversions c join accounts a on a.id = c.account_id "
        "where a.public_id = %s and c.from_deposit and c.status <> 'rejected'", account)
    assert round(shop.balance() * 100) == paid_in - held
    assert sum(len(actor.conversions) for actor in actors) > 5 and sum(len(actor.deposits) for actor in actors) > 3
