"""Every route of every API is exercised by some black-box test, and no test names a route that does not exist.

`footfall-core routes` prints the tables. A test module names what it exercises in a list of its own:

    ROUTES = ["selgeo POST /api/v1/conversions"]
"""

import ast
import json
import pathlib
import subprocess

from stack import BUILD

HERE = pathlib.Path(__file__).parent


def served_routes():
    printed = subprocess.run([BUILD / "footfall-core", "routes"], check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in printed.splitlines()]
    assert rows
    return [f"{row['dialect']} {row['method']} {row['path']}" for row in rows]


def named_routes():
    named = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and [t.id for t in node.targets if isinstance(t, ast.Name)] == ["ROUTES"]:
                for route in ast.literal_eval(node.value):
                    start = route.split()[2].split("{")[0]
                    assert path.read_text().count(start) > 1, f"{path.name} names {route} and never calls {start}"
                    named.setdefault(route, path.name)
    return named


def test_every_route_is_named_by_a_test():
    served = served_routes()
    assert len(served) == len(set(served)), "a row stands twice"
    missing = sorted(set(served) - set(named_routes()))
    assert not missing, f"add a black-box test and name these in its ROUTES: {missing}"


def test_no_test_names_a_route_that_is_not_served():
    unknown = {route: where for route, where in named_routes().items() if route not in served_routes()}
    assert not unknown, unknown
