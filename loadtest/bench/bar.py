"""A bar: what was measured against what was asked."""

from dataclasses import dataclass


@dataclass
class Bar:
    what: str
    bar: float
    aim: float
    measured: float | None = None
    unit: str = ""
    more_is_better: bool = False
    note: str = ""

    def holds(self, limit):
        return self.measured >= limit if self.more_is_better else self.measured <= limit

    @property
    def verdict(self):
        if self.measured is None:
            return "not measured"
        return "aim reached" if self.holds(self.aim) else "bar reached" if self.holds(self.bar) else "MISSED"

    def line(self):
        sign = "≥" if self.more_is_better else "≤"
        measured = "–" if self.measured is None else f"{self.measured:.4g}"
        note = f"   ({self.note})" if self.note else ""
        return (f"{self.what:58} {measured:>9} {self.unit:6} bar {sign} {self.bar:<8.4g} aim {sign} {self.aim:<8.4g} "
                f"{self.verdict}{note}")

    def cells(self):
        """Of a row of a table in Markdown."""
        sign = "≥" if self.more_is_better else "≤"
        unit = f" {self.unit}" if self.unit else ""
        measured = "–" if self.measured is None else f"**{figure(self.measured)}{unit}**"
        return [self.what, measured, f"{sign} {figure(self.bar)}{unit}", f"{sign} {figure(self.aim)}{unit}", self.verdict]


def figure(value):
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(bars):
    rows = [["what", "measured", "bar", "aim", ""], ["---"] * 5, *(bar.cells() for bar in bars)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
