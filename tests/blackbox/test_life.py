"""Start, stop and configuration: each program starts with any of the others away, says so in readiness, and heals."""

import re
import subprocess

import pytest

from counts import check_counts
from http_client import Client
from servers import free_port, wait_until
from stack import BUILD, Stack, clean_environment
from world import World


@pytest.mark.parametrize("order", [("edge", "core", "redis", "postgres"), ("core", "edge", "postgres", "redis"),
                                   ("redis", "edge", "postgres", "core"), ("edge", "redis", "core", "postgres")])
def test_any_order_of_start(order):
    stack = Stack()
    try:
        parts = {"edge": stack.edge.launch, "core": stack.core.launch, "redis": stack.redis.start, "postgres": stack.postgres.start}
        for name in order:
            parts[name]()
            if name in ("edge", "core"):
                program = getattr(stack, name)
                wait_until(program.is_alive, what=f"{name} alive")
        for program in (stack.core, stack.edge):
            wait_until(lambda: program.readiness().status_code == 200, 60, f"{program.binary.name} healed")
        world = World(stack, only=("selgeo",))
        answer = stack.edge.client().get(f"/{world.selgeo.code}")
        assert answer.status == 302
    finally:
        stack.__exit__()


def test_readiness_names_what_is_missing():
    with Stack() as stack:
        World(stack, only=("selgeo",))
        stack.postgres.stop("immediate")
        wait_until(lambda: stack.core.readiness().status_code == 503, what="core not ready")
        assert "postgres" in stack.core.readiness().text.lower()
        assert stack.core.admin("/livez") == 200
        stack.postgres.start()
        wait_until(lambda: stack.core.readiness().status_code == 200, 60, "core healed")


@pytest.mark.parametrize("binary, prefix", [("footfall-edge", "FOOTFALL_EDGE_"), ("footfall-core", "FOOTFALL_CORE_")])
class TestConfiguration:
    def run(self, binary, *arguments, **settings):
        verbs = ["serve"] if binary == "footfall-core" else []
        return subprocess.run([BUILD / binary, *verbs, *map(str, arguments)], env=clean_environment(**settings), text=True,
                              capture_output=True, timeout=30, stdin=subprocess.DEVNULL)

    def test_check_config(self, binary, prefix):
        assert self.run(binary, "--check-config").returncode == 0

    def test_unknown_key_in_the_file(self, binary, prefix, tmp_path):
        file = tmp_path / "x.toml"
        file.write_text("http.prot = 1\n")
        done = self.run(binary, "--config", file, "--check-config")
        assert done.returncode != 0 and "http.prot" in done.stderr

    def test_unknown_key_in_the_environment(self, binary, prefix):
        done = self.run(binary, "--check-config", **{prefix + "HTTP_PROT": 1})
        assert done.returncode != 0 and "HTTP_PROT" in done.stderr

    def test_out_of_range(self, binary, prefix):
        done = self.run(binary, "--check-config", **{prefix + "HTTP_PORT": 70_000})
        assert done.returncode != 0 and prefix + "HTTP_PORT" in done.stderr and "65535" in done.stderr

    def test_every_key_is_described(self, binary, prefix):
        text = self.run(binary, "--print-config").stdout
        assert "http" in text and len(re.findall(r"^# ", text, re.M)) >= 20

    def test_a_busy_port_is_named(self, binary, prefix, world, tmp_path):
        busy = world.edge.port
        done = self.run(binary, **{prefix + "HTTP_PORT": busy, prefix + "HTTP_ADDRESS": "127.0.0.1", prefix + "ADMIN_PORT": free_port(),
                                   **({"FOOTFALL_EDGE_LOG_DIRECTORY": tmp_path} if "edge" in binary else
                                      {"FOOTFALL_CORE_POSTGRES_URL": world.stack.postgres.url, "FOOTFALL_CORE_REDIS_URL": world.stack.redis.url})})
        assert done.returncode != 0 and str(busy) in done.stderr


def test_metrics_follow_the_conventions(world):
    world.edge.client().get(f"/{world.selgeo.code}")
    for program in (world.edge, world.core):
        done = subprocess.run(["promtool", "check", "metrics"], input=program.metrics_text(), text=True, capture_output=True, timeout=30)
        assert done.returncode == 0 and not done.stdout.strip() and not done.stderr.strip(), (program.binary, done.stdout, done.stderr)


def test_equations_close_over_every_outcome(world):
    tracker = Client(world.edge.port, "selgeo.localhost")
    key = {"X-Public-Key": world.selgeo.public_key}
    limited = {"X-Public-Key": world.create_key(clicks_per_minute=1)}
    for body, fields in [({"ref": world.selgeo.code}, key), ({"ref": world.selgeo.code}, {}), ({"ref": "nobody"}, key), ({}, key),
                         ({"ref": world.selgeo.code}, limited), ({"ref": world.selgeo.code}, limited)]:
        tracker.post_json("/v1/clicks", body, fields)
    world.edge.client().get("/nobody")
    check_counts(world.stack)
    refused = world.edge.metrics()["footfall_edge_clicks_refused_total"]
    assert len([reason for reason, count in refused.items() if count > 0]) >= 4, refused


def test_admin_port_is_apart(world):
    """D-20."""
    assert world.edge.client("localhost").get("/metrics").status in (401, 404, 421)
    assert world.edge.admin("/metrics") == 200 and world.core.admin("/metrics") == 200
    assert world.edge.admin("/nothing") == 404
