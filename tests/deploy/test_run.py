"""./deploy/run as README tells it: what it prints works when pasted; it stops, starts again and resets."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import npm
from conftest import ROOT, Deployment
from servers import wait_until

UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def test_printed_redirect(deployment):
    (command,) = [each for each in deployment.commands() if "c.localhost" in each and "affily" not in each]
    answer = deployment.paste(command)
    assert answer.startswith("HTTP/1.1 302") and re.search(rf"(?i)^location: \S+click_id={UUID7}", answer, re.M), answer


def test_printed_click_is_stored(deployment):
    click, show = [each for each in deployment.commands() if "affily" not in each and "click" in each and "c.localhost" not in each][:2]
    answer = deployment.paste(f"{click}; {show}")
    assert "Demo" in answer or "demo" in answer, answer
    assert re.search(UUID7, answer)


def test_printed_conversion_is_credited_and_explained(deployment):
    click, show, convert, explain = [each for each in deployment.commands() if "c.localhost" not in each and "affily" not in each]
    answer = deployment.paste(f"{click}; {show}; {convert}; {explain}")
    assert re.search(r"conv_[0-9a-z]{26}", answer) and "click_in_window" in answer and "4.90" in answer, answer


def test_printed_deposit_covers_the_printed_sale(deployment):
    (sale,) = [each for each in deployment.commands() if "affily" in each]
    assert '"insufficient_deposit"' in deployment.paste(sale)
    page = re.search(r"http://affily\.localhost:\d+/v1/deposits/dep_\w+/checkout", deployment.output)[0]
    assert "Pay 100.00" in deployment.paste(f"curl -fsS '{page}'")
    assert "is free to spend" in deployment.paste(f"curl -fsSL -d action=pay '{page}' > /dev/null; curl -fsS '{page}'")
    answer = json.loads(deployment.paste(sale))
    assert answer["status"] == "pending" and answer["commission"] == 4.9, answer


def test_printed_invitation(deployment):
    link = re.search(r"http://baclique\.localhost:\d+/c/\S+\?invite=\w+", deployment.output)[0]
    page = deployment.paste(f"curl -fsS '{link}'")
    assert "Join and get my link" in page and "affiliate@demo.example" in page


def test_the_demos_affiliate_logs_in(deployment, tmp_path):
    url, email, password = re.search(r"(http://baclique\.localhost:\d+/portal/log-in) \(e-mail (\S+), password (\w+)\)", deployment.output).groups()
    jar = tmp_path / "cookies"
    page = deployment.paste(f"curl -fsS -c {jar} {url}")
    token = re.search(r'name="form_token" value="(\w+)"', page)[1]
    portal = deployment.paste(f"curl -fsSL -b {jar} -c {jar} {url} -d form_token={token} --data-urlencode email={email} -d password={password}")
    assert "Hello, Demo affiliate" in portal and "Demo campaign" in portal


def test_printed_metrics(deployment):
    urls = re.findall(r"http://\S+/metrics", deployment.output)
    assert len(urls) == 2
    for url in urls:
        assert "# TYPE footfall_" in deployment.paste(f"curl -fsS {url}")


def test_status_and_a_second_start(deployment):
    status = deployment.run("--status").stdout
    for name in ("shop: running", "edge: running", "core: running", "redis: running", "postgres: running", "edge: ready", "core: ready"):
        assert name in status
    again = deployment.run("--detach")
    assert "already running" in again.stdout


def session_weight(process):
    """What the kernel says of the weight of the process's session; nothing of one that has ended, or where it weighs none."""
    try:
        return Path(f"/proc/{process}/autogroup").read_text()
    except OSError:
        return ""


def test_visitors_go_first_where_processors_are_few(deployment):
    """core and PostgreSQL leave the processor to the edge: by niceness, and by the weight of their sessions."""
    def pid(name):
        return int((deployment.var / "run" / f"{name}.pid").read_text().split()[0])
    postmaster = int((deployment.var / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    for name, process, nice in (("edge", pid("edge"), 0), ("core", pid("core"), 10), ("postgres", postmaster, 10)):
        threads = {int((task / "stat").read_text().rsplit(")", 1)[1].split()[16]) for task in Path(f"/proc/{process}/task").iterdir()}
        assert threads == {nice}, name
        group = Path(f"/proc/{process}/autogroup")
        if group.exists() and (weight := re.search(r"nice (-?\d+)", group.read_text())):
            assert int(weight[1]) == nice, name
    def weighed():
        backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return sum("nice 10" in session_weight(each) for each in backends)
    if session_weight("self"):
        wait_until(lambda: weighed() > 10, timeout_s=60, what="core's roles, and the server's own processes, to give way")


def test_who_connects_later_gives_way_too(deployment):
    """Also after `--detach` has returned."""
    postmaster = int((deployment.var / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
    if not session_weight("self"):
        pytest.skip("this kernel does not weigh sessions")
    port = (deployment.var / "postgres" / "postmaster.pid").read_text().splitlines()[3]
    secret = (deployment.var / "run" / "postgres.secret").read_text()
    before = set(children.read_text().split())
    with subprocess.Popen(["psql", f"postgresql://footfall@127.0.0.1:{port}/postgres", "-Xqc", "select pg_sleep(60)"],
                          env={**os.environ, "PGPASSWORD": secret}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as client:
        try:
            def newcomers():
                return [weight for each in set(children.read_text().split()) - before if (weight := session_weight(each))]
            wait_until(newcomers, what="a server process for the newcomer")
            wait_until(lambda: (groups := newcomers()) and all("nice 10" in each for each in groups), timeout_s=90, what="the newcomer to give way")
        finally:
            client.terminate()


def test_what_is_written_is_its_owners_alone(deployment):
    """Configurations, keys, Redis' copy of its password, the edge's directory with its keys: all of it."""
    secrets = [file.read_bytes() for file in deployment.var.rglob("*.secret")]
    assert len(secrets) >= 3
    postgres = (deployment.var / "postgres").resolve()
    assert postgres.stat().st_mode & 0o077 == 0
    holders = []
    for file in deployment.var.rglob("*"):
        if not file.is_file() or postgres in file.resolve().parents:
            continue
        try:
            with file.open("rb") as opened:
                mode, content = os.fstat(opened.fileno()).st_mode, opened.read()
        except FileNotFoundError:
            continue  # The edge renames a prepared segment when it begins to write it, so a listed name may be gone.
        assert mode & 0o077 == 0, f"{file} is readable by others: {mode:o}"
        if any(secret in content for secret in secrets):
            holders.append(file.relative_to(deployment.var).as_posix())
    assert {"core.toml", "edge.toml", "run/redis.conf"} <= set(holders)


def in_a_real_chromium(deployment, file):
    """Runs one file of tests/browser against what the deployment printed."""
    folder = ROOT / "tests" / "browser"
    npm.install(folder)
    addresses = {"FOOTFALL_SHORT_LINK": re.search(r"In a browser: (\S+)", deployment.output)[1],
                 "FOOTFALL_TARGET": re.search(r"leads to (\S+)\)", deployment.output)[1],
                 "FOOTFALL_SHOP": re.search(r"http://shop\.localhost:\d+/\?ref=demo", deployment.output)[0]}
    done = subprocess.run(["node", "--test", file], cwd=folder, text=True, capture_output=True, timeout=300, env=os.environ | addresses)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_real_chromium_opens_the_printed_link(deployment):
    in_a_real_chromium(deployment, "redirect.test.mjs")


def test_the_demo_shop_shows_click_verdict_and_commission(deployment):
    in_a_real_chromium(deployment, "shop.test.mjs")


def test_a_busy_port_is_named(deployment):
    other = Deployment()
    other.base = deployment.base
    done = other.run("--detach", "--port-base", str(deployment.base), check=False)
    other.reset()
    assert done.returncode != 0 and f"port {deployment.base} (public) is in use" in done.stdout, done.stdout


def test_stop_and_start_keep_everything_and_take_seconds():
    it = Deployment()
    try:
        it.start()
        click, show = [each for each in it.commands() if "affily" not in each and "click" in each and "c.localhost" not in each][:2]
        click_id = re.search(UUID7, it.paste(f"{click}; echo $click"))[0]
        stopped = it.run("--stop").stdout
        assert [line.split()[1] for line in stopped.splitlines() if line.startswith("stopping")] == ["shop", "edge", "core", "redis", "postgres"]
        assert it.run("--status", check=False).returncode != 0
        it.start()
        assert "FOOTFALL_BIN" in os.environ or "no work to do" in it.output, "a second start needs no build"
        assert click_id in it.paste(f"click={click_id}; {show}")
    finally:
        it.reset()
    assert not it.var.exists()


def interruptible():
    """A shell in the background starts its children deaf to Ctrl-C, and a shell that is deaf from birth stays so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_stops_in_order_and_loses_nothing():
    it = Deployment()
    process = subprocess.Popen([ROOT / "deploy" / "run", "--port-base", str(it.base)], env=it.environment, text=True, cwd=ROOT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=interruptible)
    try:
        for line in process.stdout:
            it.output += line
            if "Ctrl-C stops" in line:
                break
        click, show = [each for each in it.commands() if "affily" not in each and "click" in each and "c.localhost" not in each][:2]
        ids = [re.search(UUID7, it.paste(f"{click}; echo $click"))[0] for _ in range(3)]
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=300)[0]
        assert process.returncode == 0, rest
        assert re.findall(r"stopping (\w+)", rest) == ["shop", "edge", "core", "redis", "postgres"], rest
        it.start()
        for click_id in ids:
            assert click_id in it.paste(f"click={click_id}; {show}")
    finally:
        if process.poll() is None:
            process.kill()
        it.reset()


@pytest.mark.skipif(os.geteuid() != 0, reason="already an ordinary user")
def test_as_an_ordinary_user():
    if subprocess.run(["runuser", "-u", "nobody", "--", "test", "-x", ROOT / "deploy" / "run"]).returncode:
        pytest.skip("the checkout is closed to other users")
    it = Deployment(as_user="nobody", FOOTFALL_BIN=os.environ.get("FOOTFALL_BIN", str(ROOT / "build" / "release")))
    try:
        it.start()
        (command,) = [each for each in it.commands() if "c.localhost" in each and "affily" not in each]
        assert it.paste(command).startswith("HTTP/1.1 302")
    finally:
        it.reset()


def test_readmes_commands_are_the_printed_ones(deployment):
    """The block of README under "Try it", over this deployment's ports and folder."""
    block = re.search(r"## Try it.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    commands = [line for line in block.splitlines() if line and not line.startswith("#")]
    printed = [each.replace(str(deployment.base), "8080").replace(str(deployment.var), "var").replace(f"{ROOT}/", "")
               .replace(os.environ.get("FOOTFALL_BIN", "build/release"), "build/release")
               for each in deployment.commands()]
    assert [each for each in commands if not each.startswith("./")] == printed


UNITS = ROOT / "deploy" / "systemd"


def weights(file):
    return tuple(int(re.search(rf"^{kind}Weight=(\d+)$", (UNITS / file).read_text(), re.M)[1]) for kind in ("CPU", "IO"))


class TestFiles:
    def test_units_weigh_visitors_most(self):
        """By what the runbook says; 100 is what other units have."""
        assert weights("footfall-edge.service") == (500, 500)
        assert weights("footfall-core.service") == weights("system-postgresql.slice.d/footfall.conf") == (50, 50)

    def test_sockets_go_to_the_edge_by_name(self):
        """The names that edge/listening_sockets.h gives; the ports are the defaults of the configuration."""
        expected = {"footfall-edge.socket": ("http", "8080"), "footfall-edge-tls.socket": ("tls", "8443")}
        for file, (name, port) in expected.items():
            text = (UNITS / file).read_text()
            assert f"\nFileDescriptorName={name}\n" in text and re.findall(r"^ListenStream=(.+)$", text, re.M) == [port]
        assert "\nService=footfall-edge.service\n" in (UNITS / "footfall-edge-tls.socket").read_text()

    def test_prometheus_configuration_and_rules(self):
        for what, file in [("config", "prometheus.yml"), ("rules", "alerts.yml")]:
            done = subprocess.run(["promtool", "check", what, ROOT / "deploy" / "prometheus" / file], text=True, capture_output=True)
            assert done.returncode == 0, done.stdout + done.stderr

    def test_when_alerts_fire(self):
        done = subprocess.run(["promtool", "test", "rules", ROOT / "tests" / "deploy" / "alerts_test.yml"], text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_every_alert_has_its_page_in_the_runbook(self):
        alerts = re.findall(r"alert: (\w+)", (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())
        runbook = (ROOT / "deploy" / "RUNBOOK.md").read_text()
        assert alerts and not [name for name in alerts if f"## {name}" not in runbook]

    def test_dashboard_is_json(self):
        assert json.loads((ROOT / "deploy" / "grafana" / "footfall.json").read_text())["panels"]

    def test_units(self):
        if not shutil.which("systemd-analyze"):
            pytest.skip("no systemd here")
        units = sorted(file for file in UNITS.iterdir() if file.is_file())
        done = subprocess.run(["systemd-analyze", "verify", *units], text=True, capture_output=True)
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if "is not executable" not in line]
        assert not complaints


def test_documents_name_what_exists():
    """Links, and paths in back quotes, of every page."""
    missing = []
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    for page in tracked:
        text = (ROOT / page).read_text()
        paths = re.findall(r"\]\((?!http|#)([^)#]+)", text)
        for path in paths:
            if not (ROOT / page).parent.joinpath(path).exists():
                missing.append((page, path))
        for path in re.findall(r"`((?:proto|edge|core|deploy|tests|loadtest)/[\w./-]+)`", text):
            if not (ROOT / path).exists():
                missing.append((page, path))
    assert not missing
