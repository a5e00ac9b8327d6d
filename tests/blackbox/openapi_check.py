"""Holds every answer of an API's host against that API's OpenAPI document. Nothing that the document does not name may
stand in an answer: a field, a status, a media type, a path that answers well.

`footfall-core routes --openapi DIALECT` prints the documents. Clients call check() for each exchange (http_client.py)."""

import functools
import json
import re
import subprocess
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jsonschema

DIALECTS = {f"{name}.localhost": name for name in ("baclique", "selgeo", "affspace", "affily")}
CALLED = set()   # "affily GET /v1/offers" of every call that was answered well, in this process
BESIDE_THE_APIS = re.compile(r"/c/|/portal\b|/v1/(footfall|selgeo)-[0-9a-f]+\.js")   # pages, and versions of the snippet
UNNAMED = {404, 405, 408, 411, 413, 414, 417, 431, 501}   # of paths and methods that no document has, and the HTTP guard's


@functools.cache
def document(dialect):
    from stack import BUILD   # which imports the client that calls this module
    command = [BUILD / "footfall-core", "routes", "--openapi", dialect]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def closed(schema):
    """The same where objects have the fields that they name, and no others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        schema.setdefault("additionalProperties", False)
    return schema


@functools.cache
def schemas(dialect, strict):
    known = document(dialect)["components"]["schemas"]
    return closed(known) if strict else known


@functools.cache
def operations(dialect):
    """Method, pattern, what matches it, operation; literal paths first."""
    found = []
    for path, methods in document(dialect)["paths"].items():
        matcher = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
        found += [(method.upper(), path, matcher, operation) for method, operation in methods.items()]
    return sorted(found, key=lambda one: one[1].count("{"))


def find(dialect, method, path):
    path = re.sub("/+", "/", path.split("?")[0].split("#")[0])
    path = path.rstrip("/") or "/"
    for known, pattern, matcher, operation in operations(dialect):
        if known == method and matcher.fullmatch(path):
            return pattern, operation
    return None, None


@functools.cache
def validator(dialect, schema_text, strict):
    schema = json.loads(schema_text)
    schema = closed(schema) if strict else schema
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jsonschema.Draft202012Validator({**schema, "components": {"schemas": schemas(dialect, strict)}})


def faults(dialect, schema, value, strict):
    found = validator(dialect, json.dumps(schema, sort_keys=True), strict).iter_errors(value)
    return [f"{error.json_path}: {error.message[:300]}" for error in found]


def named_answer(dialect, operation, status):
    """What the document says of the status there, or None."""
    answer = operation["responses"].get(str(status))
    if answer and "$ref" in answer:
        return document(dialect)["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    return answer


def header_faults(dialect, operation, status, fields):
    answer = named_answer(dialect, operation, status) or {}
    return [f"no {name}" for name in answer.get("headers", {}) if name.lower() not in fields]


def answer_faults(dialect, operation, status, content_type, body):
    answer = named_answer(dialect, operation, status)
    if answer is None:
        return [] if status in UNNAMED else [f"status {status} is not documented"]
    media_type = content_type.split(";")[0]
    content = answer.get("content", {})
    if not body:
        return [] if not content else [f"no body, but {list(content)} documented"]
    if media_type not in content:
        return [f"a body of {media_type}, but {list(content)} documented"]
    return faults(dialect, content[media_type]["schema"], json.loads(body), True) if media_type == "application/json" else []


def request_faults(dialect, operation, content_type, body):
    """Of a request that was answered well: its fields are as the document says."""
    media = operation.get("requestBody", {}).get("content", {}).get(content_type.split(";")[0].lower())
    if media is None or "json" not in content_type or not body:
        return []
    return faults(dialect, media["schema"], json.loads(body), False)


def exchange_faults(host, method, path, sent_type, sent, answer):
    dialect = DIALECTS.get(host)
    if dialect is None or method not in ("GET", "POST", "PATCH", "PUT", "DELETE") or BESIDE_THE_APIS.match(path):
        return []
    status, content_type, body = answer.status, answer.fields.get("content-type", ""), answer.body
    pattern, operation = find(dialect, method, path)
    if operation is None:
        return [] if status >= 400 else [f"status {status} of a path that is not documented"]
    if status < 400:
        CALLED.add(f"{dialect} {method} {pattern}")
    found = answer_faults(dialect, operation, status, content_type, body) + header_faults(dialect, operation, status, answer.fields)
    if status < 300:
        found += request_faults(dialect, operation, sent_type, sent)
    return found


def event_faults(body):
    """Of a webhook's body; of anything else that a receiver gets, none."""
    try:
        event = json.loads(body)
    except ValueError:
        return []
    if not isinstance(event, dict) or not {"id", "type", "data"} <= event.keys():
        return []
    dialect = "selgeo" if "api_version" in event else "baclique"
    webhook = document(dialect)["webhooks"].get(event["type"])
    if webhook is None:
        return [f"the event {event['type']} is not documented"]
    return faults(dialect, webhook["post"]["requestBody"]["content"]["application/json"]["schema"], event, True)


def check(host, method, path, sent_type, sent, answer):
    found = exchange_faults(host, method, path, sent_type or "", sent, answer)
    assert not found, f"{host} {method} {path} answered {answer.status}, which its OpenAPI document does not allow: {found}"
