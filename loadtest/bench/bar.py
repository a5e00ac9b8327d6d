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
