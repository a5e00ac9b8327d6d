"""A double of Stripe's Checkout as its documentation describes it, and of nothing of ours: POST /v1/checkout/sessions with
a form, an idempotency key and a bearer key; a page that takes the money; webhooks that the openssl command signs. GET /late/{session} lets the
money come of a payment by bank. `trouble` makes it fail: "down" (answers 500), "closed" (hangs up), "lost" (hangs up once, after its work), "slow" (never answers), "key" (401), "small" (the amount), "nonsense"."""

import json
import re
import select
import socket
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from http_client import Client
from receiver import hmac_by_openssl

SECRET_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
WEBHOOK_SECRET = "whsec_5f0d1b9c2a"

PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Checkout</title>
<body><h1>Pay {amount} {currency}</h1><form method="post"><button name="do" value="pay">Pay</button>
<button name="do" value="late">Pay by bank</button></form><a href="{cancel}">Back</a></body></html>"""


def wait_for_hang_up(connection, release):
    """Until the other side is tired of waiting, or the test is over."""
    while not release.is_set():
        try:
            if select.select([connection], [], [], 0.1)[0] and not connection.recv(1, socket.MSG_PEEK):
                return
        except OSError:
            return


class StripeDouble:
    def __init__(self):
        self.requests, self.sessions, self.by_key = [], {}, {}
        self.trouble, self.edge_port, self.release = None, None, threading.Event()
        self.slow_now, self.slow_most, self.lock = 0, 0, threading.Lock()   # requests that are not answered, and the most at once
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/v1/checkout/sessions":
                    double.create(self, body)
                else:
                    double.pay(self, self.path.rsplit("/", 1)[1], dict(parse_qsl(body))["do"])

            def do_GET(self):
                if self.path.startswith("/shop"):   # where the payer comes from
                    return self.answer(200, b"<!doctype html><html lang=en><title>Shop</title><h1>Back in the shop</h1>", "text/html")
                if self.path.startswith("/late/"):
                    double.tell_paid(double.sessions[self.path.rsplit("/", 1)[1]]["client_reference_id"])
                    return self.answer(200, b"")
                session = double.sessions.get(self.path.rsplit("/", 1)[1])
                if not session:   # a browser asks for an icon
                    return self.answer(404, b"")
                page = PAGE.format(amount=session["amount_total"] / 100, currency=session["currency"].upper(), cancel=session["cancel_url"])
                self.answer(200, page.encode(), "text/html")

            def answer(self, status, body, kind="application/json", **fields):
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def settings(self):
        return {"FOOTFALL_CORE_PAYMENTS_STRIPE_SECRET_KEY": SECRET_KEY, "FOOTFALL_CORE_PAYMENTS_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "FOOTFALL_CORE_PAYMENTS_STRIPE_URL": self.url, "FOOTFALL_CORE_PAYMENTS_TIMEOUT_MS": "2000"}

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def create(self, handler, body):
        self.requests.append((dict(handler.headers), body))
        trouble = self.trouble
        if trouble == "slow":
            with self.lock:
                self.slow_now += 1
                self.slow_most = max(self.slow_most, self.slow_now)
            wait_for_hang_up(handler.connection, self.release)
            with self.lock:
                self.slow_now -= 1
        if trouble in ("slow", "closed"):
            handler.close_connection = True
            return
        refusals = {"down": (500, "api_error", ""), "key": (401, "invalid_request_error", ""),
                    "small": (400, "invalid_request_error", "amount_too_small")}
        if trouble in refusals:
            status, kind, code = refusals[trouble]
            error = {"type": kind, "code": code, "message": f"Invalid API Key provided: {SECRET_KEY}"}
            return handler.answer(status, json.dumps({"error": error}).encode())
        if trouble == "nonsense":
            return handler.answer(200, b'{"id":"cs_1","url":"javascript:alert(1)"}')
        assert handler.headers["Authorization"] == f"Bearer {SECRET_KEY}"
        assert handler.headers["Content-Type"] == "application/x-www-form-urlencoded"
        key, sent = handler.headers["Idempotency-Key"], dict(parse_qsl(body, strict_parsing=True))
        if key not in self.by_key:
            self.by_key[key] = self.session_of(sent)
        if trouble == "lost":   # the session is made, and its answer does not arrive
            self.trouble = None
            handler.close_connection = True
            return
        handler.answer(200, json.dumps(self.by_key[key]).encode())

    def session_of(self, sent):
        assert sent["mode"] == "payment" and sent["line_items[0][quantity]"] == "1"
        assert sent["line_items[0][price_data][product_data][name]"]
        assert re.fullmatch(r"https?://.*", sent["success_url"]) and re.fullmatch(r"https?://.*", sent["cancel_url"])
        assert time.time() + 1800 <= int(sent["expires_at"]) <= time.time() + 86_400, "from 30 minutes to 24 hours"
        name = f"cs_test_{uuid.uuid4().hex}"
        self.sessions[name] = {
            "id": name, "object": "checkout.session", "url": f"{self.url}/c/pay/{name}", "status": "open", "payment_status": "unpaid",
            "amount_total": int(sent["line_items[0][price_data][unit_amount]"]), "currency": sent["line_items[0][price_data][currency]"],
            "client_reference_id": sent["client_reference_id"], "success_url": sent["success_url"], "cancel_url": sent["cancel_url"],
            "livemode": False, "payment_intent": f"pi_{uuid.uuid4().hex}",
            "metadata": {}, "payment_intent_metadata": {"deposit_id": sent["payment_intent_data[metadata][deposit_id]"]}}
        return self.sessions[name]

    def session_for(self, deposit):
        return next(one for one in self.sessions.values() if one["client_reference_id"] == deposit)

    def pay(self, handler, name, how):
        """A payer presses a button of the page; `late`: the money comes, but not yet."""
        session = self.sessions[name]
        if how == "pay":
            self.tell(self.event("checkout.session.completed", {**session, "status": "complete", "payment_status": "paid"}))
        handler.answer(303, b"", Location=session["success_url"])

    @staticmethod
    def event(kind, thing, **more):
        return {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind, "livemode": False, "data": {"object": thing}, **more}

    def charge(self, deposit, amount_refunded):
        session = self.session_for(deposit)
        return {"id": f"ch_{uuid.uuid4().hex}", "object": "charge", "amount": session["amount_total"], "amount_refunded": amount_refunded,
                "currency": session["currency"], "payment_intent": session["payment_intent"],
                "metadata": session["payment_intent_metadata"]}

    def dispute(self, deposit, amount, status="needs_response"):
        """Of the deposit's payment. It knows no session and no metadata of ours."""
        session = self.session_for(deposit)
        return {"id": f"dp_{uuid.uuid4().hex}", "object": "dispute", "amount": amount, "currency": session["currency"], "charge": "ch_1",
                "payment_intent": session["payment_intent"], "metadata": {}, "reason": "fraudulent", "status": status}

    def tell(self, event, age_s=0, secret=WEBHOOK_SECRET, spoil=False, port=None):
        """Sends a webhook; answers what we answered. `port`: of another program than the edge."""
        body = json.dumps(event).encode()
        signed_s = int(time.time()) - age_s
        signature = hmac_by_openssl(secret.encode().hex(), f"{signed_s}.".encode() + body)
        fields = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": f"t={signed_s},v1={signature},v0=00"}
        return Client(port or self.edge_port, "affily.localhost", timeout_s=30).request("POST", "/hooks/stripe", body + b" " * spoil, fields, "Stripe/1.0")

    def tell_paid(self, deposit, **changed):
        session = {**self.session_for(deposit), "status": "complete", "payment_status": "paid", **changed}
        event = self.event("checkout.session.completed", session)
        return event, self.tell(event)
