"""A Selgeo merchant's dashboard user: a client that is logged in, for one mode (core/api/selgeo/CONTRACT.md)."""

import itertools
import json
from urllib.parse import urlencode

from http_client import Client, numbered_address

addresses = itertools.count(1)


class Dashboard:
    """Every instance comes from an address of its own, because the API counts addresses."""

    def __init__(self, stack, account, mode="live"):
        self.core, self.account, self.mode = stack.core, account, mode
        self.client = Client(stack.edge.port, "selgeo.localhost", source=numbered_address(7, next(addresses)))
        number = next(addresses)
        self.user = self.core.json("user", "create", "--account", account, "--email", f"user{number}@shop.example", "--name", "Jane")
        self.tokens = self.log_in(mode=mode).json

    def log_in(self, password=None, email=None, **more):
        body = {"email": email or self.user["email"], "password": password or self.user["password"], **more}
        return self.client.post_json("/api/v1/auth/login", body)

    def call(self, method, path, body=None, token=None, **query):
        bearer = {"Authorization": f"Bearer {token or self.tokens['access_token']}"}
        if query:
            path += "?" + urlencode(query)
        if body is None:
            return self.client.request(method, path, fields=bearer)
        return self.client.request(method, path, json.dumps(body).encode(), {**bearer, "Content-Type": "application/json"})

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def post(self, path, body=None):
        return self.call("POST", path, {} if body is None else body)
