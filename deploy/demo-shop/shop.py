#!/usr/bin/env python3
"""A merchant's shop, as small as one can be: it sells one map, and shows how Footfall sees the sale.

The page carries the snippet as any merchant would paste it. The snippet fills the order form's field click_id, and this
server reports the sale with that id and the secret key, which no browser ever sees. The order's page then shows the
answer, and what `footfall-core click show` knows of the click.

Orders live in memory, the last hundred of them. Only on this machine: it listens on 127.0.0.1.
"""

import argparse
import html
import http.client
import json
import re
import secrets
import subprocess
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
PRICE_CENTS = 4900
CURRENCY = "EUR"
ORDERS_MAX = 100
FORM_BYTES_MAX = 4096
STATIC = {"/style.css": "text/css", "/shop.js": "text/javascript", "/map.svg": "image/svg+xml"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Footfall:
    """What a merchant's server does with Footfall: report a conversion; and what an operator sees of a click."""

    def __init__(self, options):
        self.port = options.edge_port
        self.secret = Path(options.secret_file).read_text().strip()
        self.cli = [options.core, "--config", options.core_config]

    def report(self, order):
        """The API's answer (status, body), after a few tries; (None, why) if it cannot be reached. A sale that is sent
        twice is booked once, because the order's number goes with it."""
        body = {"event_type": "purchase", "external_transaction_id": order["number"], "amount_cents": PRICE_CENTS,
                "currency": CURRENCY}
        if order["click_id"]:
            body["click_id"] = order["click_id"]
        for attempt in range(3):
            try:
                # The name is given as a header: not every machine resolves names below localhost.
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("POST", "/api/v1/conversions", json.dumps(body), {
                    "Host": "selgeo.localhost", "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.secret}"})
                answer = connection.getresponse()
                status, content = answer.status, json.loads(answer.read())
                if status < 500 and status != 429:
                    return status, content
                why = content.get("message", str(status))
            except (OSError, ValueError, http.client.HTTPException) as problem:
                why = str(problem)
            time.sleep(0.5 * (attempt + 1))
        return None, {"message": f"Footfall cannot be reached: {why}"}

    def click(self, click_id):
        """All that is known of a click, or None."""
        done = subprocess.run([*self.cli, "click", "show", click_id, "--json"], text=True, capture_output=True,
                              timeout=20, stdin=subprocess.DEVNULL)
        return json.loads(done.stdout) if done.returncode == 0 else None


class Orders:
    def __init__(self):
        self._lock = threading.Lock()
        self._orders = OrderedDict()

    def add(self, click_id):
        order = {"number": f"order-{secrets.token_hex(6)}", "click_id": click_id}
        with self._lock:
            self._orders[order["number"]] = order
            while len(self._orders) > ORDERS_MAX:
                self._orders.popitem(last=False)
        return order

    def get(self, number):
        with self._lock:
            return self._orders.get(number)


def table(**pairs):
    rows = ((name.replace("_", " "), str(value)) for name, value in pairs.items() if value)
    return f"<dl>{''.join(f'<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>' for name, value in rows)}</dl>"


def money(cents, currency):
    return f"{cents / 100:.2f} {currency}"


def click_card(click):
    if click is None:
        return "<p>The visitor was not referred, so there is no click.</p>"
    verdict = (", ".join(click["verdict"]) or "human") + (": it counts" if click["counts"] else ": it does not count")
    return table(Verdict=verdict, Visitor="new within the hour" if click["unique"] else "seen within the hour",
                 Link=click["link"]["code"], Affiliate=click["affiliate"]["email"], Received=click["received_at"],
                 Landing_page=click["landing"], Click_id=click["id"])


def conversion_card(answer):
    attribution = answer.get("attribution")
    if not attribution:
        return (f'<p>{html.escape(answer.get("message", ""))}</p>'
                f'<p><code>{html.escape(answer.get("code", ""))}</code></p>')
    return table(Credited="by its " + attribution["method"] if answer["attributed"] else "to nobody",
                 Why=attribution["explanation"], Reason=attribution["reason"], Conversion_id=answer["id"])


def commission_card(answer):
    commission = answer.get("commission")
    if not commission:
        return '<p class="sum">0.00 EUR</p><p>Nothing is owed to anybody.</p>'
    amount = money(commission["amount_cents"], commission["currency"])
    return f'<p class="sum">{amount}</p>' + table(State=commission["status"], Of=money(PRICE_CENTS, CURRENCY),
                                                  Held_until=(commission.get("hold_until") or "")[:10])


def make_handler(options, footfall, orders):
    snippet_host = f"http://selgeo.localhost:{options.edge_port}"
    # As strict as a merchant's may be: the snippet needs its host for the script and for the click, and nothing else.
    policy = (f"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self' {snippet_host}; "
              f"connect-src {snippet_host}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    names = {"snippet_host": snippet_host, "public_key": options.public_key, "price": money(PRICE_CENTS, CURRENCY)}

    class Shop(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self):
            path = urlsplit(self.path).path
            if path == "/":
                return self.page(200, "shop.html")
            if path in STATIC:
                return self.answer(200, STATIC[path], (HERE / path[1:]).read_bytes())
            order = orders.get(path.removeprefix("/orders/"))
            if order is None:
                return self.page(404, "gone.html")
            return self.show(order)

        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if urlsplit(self.path).path != "/orders" or not length.isdigit() or int(length) > FORM_BYTES_MAX:
                return self.page(404, "gone.html")
            form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
            click_id = form.get("click_id", [""])[0]
            order = orders.add(click_id if UUID.fullmatch(click_id) else None)
            order["status"], order["answer"] = footfall.report(order)
            self.answer(303, "text/plain", b"", Location=f"/orders/{order['number']}")

        def show(self, order):
            if order["status"] is None:  # Footfall was away: the order's page tries again
                order["status"], order["answer"] = footfall.report(order)
            click = footfall.click(order["click_id"]) if order["click_id"] else None
            raw = json.dumps({"conversion": order["answer"], "click": click}, indent=2)
            self.page(200, "order.html", number=order["number"], click=click_card(click),
                      conversion=conversion_card(order["answer"]), commission=commission_card(order["answer"]),
                      raw=html.escape(raw))

        def page(self, status, template, **values):
            text = Template((HERE / template).read_text()).substitute(names, **values)
            self.answer(status, "text/html", text.encode())

        def answer(self, status, content_type, body, **more):
            self.send_response(status)
            fields = {"Content-Type": f"{content_type}; charset=utf-8", "Content-Length": str(len(body)),
                      "Cache-Control": "no-cache", "Content-Security-Policy": policy,
                      "X-Content-Type-Options": "nosniff", **more}
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Shop


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--edge-port", type=int, required=True)
    parser.add_argument("--public-key", required=True)
    parser.add_argument("--secret-file", required=True)
    parser.add_argument("--core", required=True, help="the program footfall-core")
    parser.add_argument("--core-config", required=True)
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), make_handler(options, Footfall(options), Orders()))
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
