#!/usr/bin/env python3
"""The figures of loadtest/: the curve's medians, tables and picture, and the distribution of syncs, from made-up rounds."""

import contextlib
import io
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "loadtest"))

from bench import bar, curve, handshakes, limits, openloop, plot, plot_curve, syncs  # noqa: E402

TITLES = {name: name.upper() for name in curve.SUBJECTS}
SVG = "{http://www.w3.org/2000/svg}"


def figures(us, redis=None, kept_up=True, note=None):
    cpu = {"server": us} if redis is None else {"server": us, "redis": redis}
    return {"cpu_us": cpu, "per_s": 1e6 / us, "p99_ms": us / 10, "kept_up": kept_up, "note": note}


def made_round(nginx, redirect):
    """The same at every point, but that nginx with Lua cannot keep up with the highest rate."""
    found = {}
    for point in curve.POINTS:
        fails = point.rate == max(curve.RATES)
        found[point] = {"nginx": figures(nginx), "redirect": figures(redirect, 0.5), "post": figures(1.25 * redirect, 0.5),
                        "nginx-lua": figures(4 * nginx, 9.0, not fails, "answered 20,000/s of 30,000" if fails else None)}
    return found


def made_rows(rounds=((5, 6), (10, 9), (8, 8))):
    return curve.summarise([made_round(*each) for each in rounds], list(curve.SUBJECTS))


class Curve(unittest.TestCase):
    def test_a_ratio_is_the_median_of_the_rounds_own_ratios(self):
        redirect = made_rows()[0]["subjects"]["redirect"]
        self.assertEqual(redirect["server_us"], 8)
        self.assertAlmostEqual(redirect["ratio"], 1.0)  # of 1.2, 0.9 and 1.0
        self.assertEqual(redirect["redis_us"], 0.5)

    def test_who_does_not_keep_up_has_no_cost_at_that_rate(self):
        last = made_rows()[-1]["subjects"]["nginx-lua"]
        self.assertIsNone(last["server_us"])
        self.assertIsNone(last["ratio"])
        self.assertEqual(last["notes"], ["answered 20,000/s of 30,000"])

    def test_half_of_the_rounds_is_too_many_to_fall_behind_in(self):
        def costs(rounds, *behind):
            made = [made_round(5, us) for us in rounds]
            for number in behind:
                made[number][curve.POINTS[0]]["redirect"]["kept_up"] = False
            return curve.summarise(made, list(curve.SUBJECTS))[0]["subjects"]["redirect"]["server_us"]
        self.assertIsNone(costs((6, 6), 1))
        self.assertEqual(costs((6, 99, 6), 1), 6)
        self.assertIsNone(costs((6, 99, 99), 1, 2))

    def test_the_table_says_all_points_and_every_reservation(self):
        text = curve.table(made_rows(), TITLES)
        self.assertIn("| 4,000 connections | 8.0 | 8.0 + 0.5 (1.00) | 10.0 + 0.5 (1.25) | 32.0 + 9.0 (4.00) |", text)
        self.assertIn("| 30,000/s | 8.0 | 8.0 + 0.5 (1.00) | 10.0 + 0.5 (1.25) | – |", text)
        self.assertIn("- 30,000/s, NGINX-LUA: answered 20,000/s of 30,000", text)
        self.assertIn("| 16 connections | 0.80 | 0.80 | 1.00 | 3.20 |", text)


class Rates(unittest.TestCase):
    SUBJECT = SimpleNamespace(answers="302", title="Some server")
    POINT = curve.Point(64, 1_000)

    def judged(self, sent, answered, unanswered=0, unsent=0, late_ms=0.0):
        result = {"unanswered": unanswered, "unsent": unsent, "lateness": {"p99_ms": late_ms}, "cpu_us": {"server": 5.0},
                  "kinds": {"redirect": {"sent": sent, "statuses": {"302": answered}, "failed": 0, "answered_in_time": answered,
                                         "latency": {"p99_ms": 1.0}}}}
        return curve.judge_rate(result, "redirect", self.SUBJECT, self.POINT, 2)

    def test_who_has_a_backlog_at_the_end_did_not_keep_up(self):
        found = self.judged(sent=1_500, answered=1_436, unanswered=64, unsent=500)
        self.assertFalse(found["kept_up"])
        self.assertEqual(found["note"], "answered 718/s of 1,000")

    def test_an_answer_that_is_none_is_an_error(self):
        with self.assertRaises(RuntimeError):
            self.judged(sent=2_000, answered=1_999)

    def test_a_late_generator_is_named(self):
        self.assertIsNone(self.judged(sent=2_000, answered=2_000, late_ms=0.1)["note"])
        self.assertEqual(self.judged(sent=2_000, answered=2_000, late_ms=0.2)["note"], "the generator was late by 0.20 ms at p99")

    def test_who_lets_requests_wait_has_fallen_behind(self):
        def behind(answered):
            return openloop.fell_behind({"rate_per_s": 1_000, "seconds": 2, "kinds": {"redirect": {"answered_in_time": answered}}})
        self.assertEqual([behind(answered) for answered in (0, 1_959, 1_960, 2_000)], [True, True, False, False])

    def test_a_late_round_is_done_again_and_named_if_that_does_not_help(self):
        late = [0.3, 0.05, 0.2]
        made = iter({"lateness": {"p99_ms": each}} for each in late)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(openloop.run_in_time(lambda: next(made))["lateness"]["p99_ms"], 0.05)
            last = openloop.run_in_time(lambda: {"lateness": {"p99_ms": 0.4}})
        self.assertTrue(openloop.was_late(last))
        self.assertEqual(openloop.late_note([last, {"lateness": {"p99_ms": 0.0}}]), "GENERATOR LATE in 1 of 2 rounds")
        self.assertEqual(openloop.late_note([{"lateness": {"p99_ms": 0.0}}]), "")


class Handshakes(unittest.TestCase):
    def test_resumed_ones_are_counted_apart(self):
        ends = "\n\n3 connections in 0.10s; 68.00 connections/user sec, bytes read 1290\n"
        self.assertEqual(handshakes.count_marks("Collecting connection statistics for 1 seconds\n***" + ends), (3, 0))
        self.assertEqual(handshakes.count_marks("\n\nNow timing with session id reuse.\nstarting\nr*r" + ends), (3, 2))
        self.assertEqual(handshakes.count_marks("no connection"), (0, 0))


class Limits(unittest.TestCase):
    def test_the_readme_shows_those_that_are_measured_by(self):
        text = (Path(bar.__file__).parents[1] / "README.md").read_text()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("| what | measured | has to be | aim |\n")[1].split("\n\n")[0].splitlines()[1:]]
        self.assertEqual([[what, *cells] for what, _, *cells in rows],
                         [[what, *bar.limit_cells(limit)] for what, limit in limits.LIMITS.items()])

    def test_a_bar_is_judged_by_its_limits(self):
        self.assertEqual([bar.Bar("conversions at 1,500/s: p99", ms).verdict for ms in (12, 25, 26, None)],
                         ["aim reached", "bar reached", "MISSED", "not measured"])
        self.assertEqual([bar.Bar("overload 10×: goodput against peak", share).verdict for share in (0.98, 0.95, 0.94)],
                         ["aim reached", "bar reached", "MISSED"])
        self.assertRaises(KeyError, bar.Bar, "something that was never asked")


class Picture(unittest.TestCase):
    def shape(self, rows):
        text = plot_curve.picture(rows)
        return text, ElementTree.fromstring(text)

    def lines(self, root, subject):
        return [each.get("d") for each in root.iter(SVG + "path") if each.get("class") == subject]

    def test_every_subject_is_drawn_and_named(self):
        text, root = self.shape(made_rows())
        for subject in ("redirect", "post"):
            self.assertEqual(len(self.lines(root, subject)), 4, "two panels, costs and ratios")
        self.assertEqual(len(self.lines(root, "nginx")), 2)
        words = [each.text for each in root.iter(SVG + "text")]
        for name in plot_curve.LINES.values():
            self.assertIn(name, words)
        self.assertIn("prefers-color-scheme: dark", text)

    def test_a_line_ends_where_its_values_do(self):
        _, root = self.shape(made_rows())
        at_saturation, at_rates = self.lines(root, "nginx-lua")
        self.assertEqual(at_saturation.count("L"), len(curve.CONNECTIONS) - 1)
        self.assertEqual(at_rates.count("L"), len(curve.RATES) - 2)

    def test_all_is_inside_and_no_two_texts_overlap(self):
        for rounds in (((5, 6),), ((5, 5),), ((8, 7.9),), ((5, 15),)):
            _, root = self.shape(made_rows(rounds))
            boxes = []
            for each in root.iter(SVG + "text"):
                size = {"title": 18, "quiet": 13}.get(each.get("class"), 14)
                width = 0.6 * size * len(each.text)
                anchor = each.get("text-anchor", "start")
                left = float(each.get("x")) - {"start": 0, "middle": width / 2, "end": width}[anchor]
                boxes.append((each.text, left, left + width, float(each.get("y")) - 0.7 * size, float(each.get("y"))))
            for number, (words, left, right, top, bottom) in enumerate(boxes):
                self.assertTrue(0 <= left and right <= plot_curve.WIDTH and 0 <= top and bottom <= plot_curve.HEIGHT, words)
                for other, begin, end, above, below in boxes[:number]:
                    self.assertFalse(left < end and begin < right and top < below and above < bottom, f"{words!r} and {other!r} with {rounds}")

    def test_labels_move_apart_and_no_further_than_needed(self):
        self.assertEqual(plot_curve.spread([10, 100], 18), [10, 100])
        self.assertEqual(plot_curve.spread([50, 50], 18), [41, 59])
        self.assertEqual(plot_curve.spread([60, 50, 55], 20), [75, 35, 55])

    def test_costs_are_one_bar_a_subject(self):
        rows = {name: {"title": f"Footfall {name}", "cpu_us": {"server": 7.0, "redis": 1.0}} for name in ("redirect", "post")}
        with tempfile.NamedTemporaryFile(suffix=".svg") as file:
            plot.write_costs(file.name, rows, True)
            root = ElementTree.parse(file.name).getroot()
        self.assertEqual(len([each for each in root.iter(SVG + "rect") if each.get("height") == str(plot.BAR)]), 4)


class Syncs(unittest.TestCase):
    BEFORE = [(1e-4, 10), (1e-3, 12), (1e-2, 12), (float("inf"), 12)]

    def test_buckets_are_read_from_the_metrics(self):
        text = ('footfall_log_sync_seconds_bucket{le="0.0001"} 3\nfootfall_log_sync_seconds_bucket{le="+Inf"} 4\n'
                "footfall_log_sync_seconds_sum 0.5\n")
        self.assertEqual(syncs.read_buckets(text), [(1e-4, 3), (float("inf"), 4)])

    def test_only_what_came_in_between_counts(self):
        after = [(1e-4, 1009), (1e-3, 1011), (1e-2, 1012), (float("inf"), 1012)]
        found = syncs.distribution(self.BEFORE, after, 10)
        self.assertEqual(found["count"], 1000)
        self.assertAlmostEqual(found["p50_ms"], 0.1 * 500 / 999)
        self.assertAlmostEqual(found["p99.9_ms"], 0.1)
        self.assertEqual((found["max_above_ms"], found["max_ms"]), (1, 10))

    def test_time_in_slow_syncs_counts_their_lower_ends(self):
        before = [(2e-3, 0), (1e-2, 0), (float("inf"), 0)]
        found = syncs.distribution(before, [(2e-3, 90), (1e-2, 100), (float("inf"), 101)], 10)
        self.assertAlmostEqual(found["slow_share"], (10 * 2e-3 + 1e-2) / 10)

    def test_nothing_synced(self):
        self.assertIsNone(syncs.distribution(self.BEFORE, self.BEFORE, 1))
        self.assertEqual(syncs.note(None), "no sync")


if __name__ == "__main__":
    unittest.main()
