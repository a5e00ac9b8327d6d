#!/usr/bin/env python3
"""The figures of loadtest/: the curve's medians, tables and picture, and the distribution of syncs, from made-up rounds."""

import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "loadtest"))

from bench import curve, plot, plot_curve, syncs  # noqa: E402

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
