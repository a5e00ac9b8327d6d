"""A bar: what was measured against what was asked (limits.py)."""

from dataclasses import asdict, dataclass

from bench.limits import LIMITS


@dataclass
class Bar:
    what: str  # a key of LIMITS
    measured: float | None = None
    note: str = ""

    def __post_init__(self):
        self.limit = LIMITS[self.what]

    def holds(self, limit):
        return self.measured >= limit if self.limit.more_is_better else self.measured <= limit

    @property
    def verdict(self):
        if self.measured is None:
            return "not measured"
        return "aim reached" if self.holds(self.limit.aim) else "bar reached" if self.holds(self.limit.bar) else "MISSED"

    def line(self):
        limit = self.limit
        sign = "≥" if limit.more_is_better else "≤"
        measured = "–" if self.measured is None else f"{self.measured:.4g}"
        note = f"   ({self.note})" if self.note else ""
        return (f"{self.what:70} {measured:>9} {limit.unit:6} bar {sign} {limit.bar:<8.4g} aim {sign} {limit.aim:<8.4g} "
                f"{self.verdict}{note}")

    def cells(self):
        """Of a row of a table in Markdown."""
        unit = spaced(self.limit.unit)
        measured = "–" if self.measured is None else f"**{figure(self.measured)}{unit}**"
        return [self.what, measured, *limit_cells(self.limit), self.verdict]

    def as_json(self):
        return {"what": self.what, "measured": self.measured, "note": self.note, **asdict(self.limit), "verdict": self.verdict}


def limit_cells(limit):
    sign = "≥" if limit.more_is_better else "≤"
    return [f"{sign} {figure(each)}{spaced(limit.unit)}" for each in (limit.bar, limit.aim)]


def spaced(unit):
    return unit if unit in ("", "/s") else f" {unit}"


def figure(value):
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(bars):
    rows = [["what", "measured", "bar", "aim", ""], ["---"] * 5, *(bar.cells() for bar in bars)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
