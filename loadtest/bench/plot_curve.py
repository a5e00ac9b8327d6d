"""The curve as SVG. Above, what a request costs, on a logarithmic scale, so that equal distances are equal ratios; below,
Footfall against nginx' static redirect, enlarged. On the left over connections at saturation, on the right over rates."""

import math

from bench.picture import THEME, frame, text

LINES = {"nginx": "nginx, static", "nginx-lua": "nginx + Lua + Redis", "post": "Footfall POST", "redirect": "Footfall redirect"}
OURS = ("redirect", "post")
WIDTH, LEFT, STEP, GAP = 880, 66, 88, 72   # STEP: from one point to the next, as they are a factor apart and no scale
UPPER, UPPER_HEIGHT = 92, 220              # y and height of the row of costs
LOWER, LOWER_HEIGHT = 416, 190             # of the row of ratios
HEIGHT = LOWER + LOWER_HEIGHT + 62
LABEL_HEIGHT = 18
STYLE = THEME + """
  path { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .nginx { stroke: #59636e } .nginx-lua { stroke: #c9824a } .redirect { stroke: #1f6fb2 } .post { stroke: #8250c4 }
  text.nginx, text.nginx-lua, text.redirect, text.post { stroke: none }
  text.nginx-lua { fill: #a1612c } text.redirect { fill: #1f6fb2 } text.post { fill: #8250c4 }
  .one { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .dot { fill: #ffffff; stroke-width: 2 }
  .heading { font-weight: 600 }
  text.value { font-size: 12.5px; stroke: #ffffff; stroke-width: 4; paint-order: stroke }
  @media (prefers-color-scheme: dark) {
    .nginx { stroke: #9198a1 } .nginx-lua { stroke: #d9955f } .redirect { stroke: #4a9ee8 } .post { stroke: #b48ef0 }
    text.nginx-lua { fill: #d9955f } text.redirect { fill: #6cb2f2 } text.post { fill: #c3a3f5 }
    .one { stroke: #9198a1 }
    .dot { fill: #151b23 }
    text.value { stroke: #151b23 }
  }
"""


class Scale:
    """Of one row: value → y, and the values that get a line."""

    def __init__(self, top, height, values, candidates, margin, logarithmic):
        self.of = math.log if logarithmic else float
        low, high = min(values), max(values)
        margin = margin * (self.of(high) - self.of(low)) or 0.1
        self.low, self.high = self.of(low) - margin, self.of(high) + margin
        self.top, self.height = top, height
        self.ticks = [each for each in candidates if self.low <= self.of(each) <= self.high]

    def y(self, value):
        return self.top + self.height * (1 - (self.of(value) - self.low) / (self.high - self.low))


def panels(rows):
    """Left and right: x of the first point, its rows, what their ticks say, and what that means."""
    at_saturation = [row for row in rows if not row["rate"]]
    at_rates = [row for row in rows if row["rate"]]
    right = LEFT + STEP * (len(at_saturation) - 1) + GAP
    return [(LEFT, at_saturation, [f"{row['connections']:,}" for row in at_saturation], "connections, at saturation"),
            (right, at_rates, [f"{row['rate']:,}" for row in at_rates],
             f"requests a second, over {at_rates[0]['connections']} connections")]


def spread(wanted, distance=LABEL_HEIGHT):
    """Positions near `wanted`, in its order, at least `distance` apart: neighbours that are too near share the shift."""
    groups = []  # [sum of what each member wants the first to be at, number of members, first index]
    for index, y in sorted(enumerate(wanted), key=lambda pair: pair[1]):
        groups.append([y, 1, [index]])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] + groups[-2][1] * distance > groups[-1][0] / groups[-1][1]:
            total, count, members = groups.pop()
            before = groups[-1]
            before[0] += total - count * before[1] * distance
            before[1] += count
            before[2] += members
    found = [0.0] * len(wanted)
    for total, count, members in groups:
        for place, index in enumerate(members):
            found[index] = total / count + place * distance
    return found


def runs(x, rows, subject, key):
    """The points of a line, in pieces: where there is no value the line is broken."""
    pieces = [[]]
    for number, row in enumerate(rows):
        value = row["subjects"].get(subject, {}).get(key)
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((x + STEP * number, value))
    return [piece for piece in pieces if piece]


def draw_line(scale, x, rows, subject, key):
    out = []
    for piece in runs(x, rows, subject, key):
        steps = " L".join(f"{at:.1f} {scale.y(value):.1f}" for at, value in piece)
        out.append(f'<path d="M{steps}" class="{subject}"/>')
        out += [f'<circle cx="{at:.1f}" cy="{scale.y(value):.1f}" r="3.5" class="dot {subject}"/>' for at, value in piece]
    return out


def grid(scale, x, ticks, form, with_numbers, below):
    """Lines across a panel, and what its points are."""
    out, right = [], x + STEP * (len(ticks) - 1)
    for value in scale.ticks:
        y = scale.y(value)
        out.append(f'<line x1="{x - 14}" y1="{y:.1f}" x2="{right + 14}" y2="{y:.1f}" class="line"/>')
        if with_numbers:
            out.append(text(x - 22, y + 4, format(value, form), "quiet", ' text-anchor="end"'))
    out += [text(x + STEP * number, scale.top + scale.height + 20, tick, "quiet", ' text-anchor="middle"') for number, tick in enumerate(ticks)]
    return out + [text((x + right) / 2, scale.top + scale.height + 40, below, "quiet", ' text-anchor="middle"')]


def labels(scale, x, rows, subjects, key):
    """Names at the ends of the lines; a line that ends early gets its name there, too."""
    last = [runs(x, rows, subject, key)[-1][-1] for subject in subjects]
    places = spread([scale.y(value) for _, value in last])
    return [text(x + STEP * (len(rows) - 1) + 24, y + 5, LINES[subject], f"{subject} {'ours' if subject in OURS else ''}")
            for subject, y in zip(subjects, places)]


def values(scale, x, rows):
    """Footfall's ratios in figures, the higher of a point above its line and the lower one below."""
    out = []
    for number, row in enumerate(rows):
        known = [(row["subjects"][name]["ratio"], name) for name in OURS if row["subjects"].get(name, {}).get("ratio") is not None]
        for place, (ratio, name) in enumerate(sorted(known, reverse=True)):
            y = scale.y(ratio) + (-10 if place == 0 else 20)
            out.append(text(x + STEP * number, y, f"{ratio:.2f}", f"value {name}", ' text-anchor="middle"'))
    return out


def of_all(rows, subjects, key):
    found = [row["subjects"].get(name, {}).get(key) for row in rows for name in subjects]
    return [value for value in found if value is not None]


def picture(rows):
    names = [name for name in LINES if of_all(rows, [name], "server_us")]
    costs = Scale(UPPER, UPPER_HEIGHT, of_all(rows, names, "server_us"), (1, 2, 5, 10, 20, 50, 100, 200, 500), 0.08, True)
    near = [*of_all(rows, OURS, "ratio"), 1.0]
    step = 0.1 if max(near) - min(near) < 0.9 else 0.5
    ratios = Scale(LOWER, LOWER_HEIGHT, near, [step * number for number in range(0, 101)], 0.22, False)
    out = [text(24, 66, "µs of the server's CPU per request (logarithmic)", "heading"),
           text(24, LOWER - 26, "against nginx' static redirect in the same round", "heading")]
    for number, (x, shown, ticks, below) in enumerate(panels(rows)):
        right = x + STEP * (len(ticks) - 1)
        out += grid(costs, x, ticks, "g", number == 0, below) + grid(ratios, x, ticks, ".1f", number == 0, below)
        for name in names:
            out += draw_line(costs, x, shown, name, "server_us")
        out.append(f'<line x1="{x - 14}" y1="{ratios.y(1):.1f}" x2="{right + 14}" y2="{ratios.y(1):.1f}" class="one"/>')
        for name in OURS:
            out += draw_line(ratios, x, shown, name, "ratio")
        out += values(ratios, x, shown)
    x, shown, ticks, _ = panels(rows)[1]
    end = x + STEP * (len(ticks) - 1) + 24
    out += labels(costs, x, shown, [name for name in names if of_all(shown, [name], "server_us")], "server_us")
    ends = [name for name in OURS if of_all(shown, [name], "ratio")]
    wanted = [ratios.y(runs(x, shown, name, "ratio")[-1][-1][1]) for name in ends] + [ratios.y(1)]
    for name, y in zip([*ends, "nginx"], spread(wanted)):
        out.append(text(end, y + 5, LINES[name], f"{name} {'ours' if name in OURS else ''}"))
    if lua := of_all(rows, ["nginx-lua"], "ratio"):
        out.append(text(WIDTH - 24, LOWER - 26, f"(nginx + Lua: {min(lua):.1f} to {max(lua):.1f}, not drawn)", "quiet", ' text-anchor="end"'))
    return frame(WIDTH, HEIGHT, "What a request costs, over connections and over rates", STYLE, out)


def write(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write(picture(rows))
