"""A person with a browser that keeps cookies and follows redirects, without scripts; enough for the pages of affiliates."""

import html
import itertools
import re
from urllib.parse import urlencode, urlsplit

from http_client import Client
from mail_server import link_in

people = itertools.count(1)
PASSWORD = "correct horse battery"


class Person:
    """`address`: the one that the edge sees, for limits count by it."""

    def __init__(self, world, address=None, port=None):
        """`port`: of a core to ask past the edge."""
        number = next(people)
        self.mails = world.stack.mails
        self.client = Client(port or world.edge.port, "baclique.localhost")
        self.address = address or f"198.18.{number // 250}.{number % 250 + 1}"
        self.cookies = {}
        self.path = None

    def request(self, method, path, form=None, **fields):
        headers = {"X-Forwarded-For": self.address, **fields}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = self.client.request(method, path, body, headers)
        self._keep_cookies(answer)
        return answer

    def get(self, path, **fields):
        """Follows redirects, as a browser does."""
        answer = self.request("GET", path, **fields)
        for _ in range(5):
            if answer.status not in (302, 303):
                break
            path = answer.fields["location"]
            answer = self.request("GET", path)
        self.path = path
        return answer

    def send(self, path, page=None, **form):
        """Sends a form with the token that the page holds; of the page at `path` unless another is given."""
        token = self.token(page or self.get(path))
        answer = self.request("POST", path, {"form_token": token, **form})
        if answer.status == 303:
            return self.get(answer.fields["location"])
        return answer

    def ask_to_join(self, link, password=PASSWORD, name="Jane Doe", consent="yes", page=None):
        """Sends the form of an invitation."""
        target = urlsplit(link)
        page = page or self.get(f"{target.path}?{target.query}")
        assert page.status == 200, page.text
        return self.send(target.path, page, invite=target.query.split("=")[1], password=password, name=name, consent=consent)

    def accept(self, link, **form):
        """… and follows the link of the mail, if one is sent."""
        target = urlsplit(link)
        page = self.get(f"{target.path}?{target.query}")
        address = re.search(r'id="email" type="email" value="([^"]*)"', page.text)
        before = len(self.mails.to(html.unescape(address[1]))) if address else 0
        answer = self.ask_to_join(link, page=page, **form)
        if heading(answer) != "Check your mail":
            return answer
        link = link_in(self.mails.mail_to(html.unescape(address[1]), before + 1))
        return self.confirm(link, **{name: value for name, value in form.items() if name == "password"})

    def confirm(self, link, password=PASSWORD):
        """Sends the form of the page to which the mail's link leads."""
        page = self.get(link)
        assert page.status == 200, page.text
        return self.send("/portal/join", page, token=link.split("token=")[1], password=password)

    def log_in(self, email, password=PASSWORD):
        return self.send("/portal/log-in", email=email, password=password)

    @staticmethod
    def token(page):
        return re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)[1]

    def _keep_cookies(self, answer):
        for line in answer.fields.get("set-cookie", "").split("\n"):
            pair, _, rest = line.partition(";")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in rest:
                self.cookies.pop(name, None)
            elif name:
                self.cookies[name] = value


def heading(answer):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", answer.text)[1])


def own_link(answer):
    return html.unescape(re.search(r'id="url" value="([^"]*)"', answer.text)[1])
