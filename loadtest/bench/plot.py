"""Bars as SVG: CPU per request, stacked by who spends it."""

from bench.picture import THEME, frame, text

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 880, 236, 84, 92, 36, 22
NAMES = {"server": "server", "redis": "Redis"}
STYLE = THEME + """
  .server { fill: #8fa9c1 } .redis { fill: #e0b09f }
  .ours.server { fill: #1f6fb2 } .ours.redis { fill: #d1532f }
  @media (prefers-color-scheme: dark) {
    .server { fill: #4b6178 } .redis { fill: #80503f }
    .ours.server { fill: #4a9ee8 } .ours.redis { fill: #f0805c }
  }
"""


def step_for(most):
    """A round distance between lines, for about eight of them."""
    return next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100) if most / step <= 9)


def legend():
    x, out = 24, []
    for part, name in NAMES.items():
        out.append(f'<rect x="{x}" y="50" width="12" height="12" rx="2" class="ours {part}"/>' + text(x + 19, 61, name, "quiet"))
        x += 34 + 8 * len(name)
    return out


def grid(most, scale, bottom):
    out, step = [], step_for(most)
    for number in range(int(most / step) + 1):
        at = LEFT + number * step * scale
        out.append(f'<line x1="{at:.1f}" y1="{TOP - 6}" x2="{at:.1f}" y2="{bottom}" class="line"/>'
                   + text(at, bottom + 18, f"{number * step:g}", "quiet", ' text-anchor="middle"'))
    return out


def write_costs(path, rows, keep_alive):
    shown = [(name, row) for name, row in rows.items() if name != "xadd"]
    totals = {name: sum(row["cpu_us"].get(part) or 0 for part in NAMES) for name, row in shown}
    shown.sort(key=lambda pair: totals[pair[0]])
    most = max(totals.values())
    scale = (WIDTH - LEFT - RIGHT) / most
    bottom = TOP + ROW * len(shown)
    height = bottom + 34
    title = "CPU per request, µs" + ("" if keep_alive else ", a connection for each")
    out = [*legend(), *grid(most, scale, bottom)]
    for number, (name, row) in enumerate(shown):
        y = TOP + ROW * number + (ROW - BAR) / 2
        ours = "ours" if row["title"].startswith("Footfall") else ""
        out.append(text(LEFT - 12, y + 16, row["title"], ours, ' text-anchor="end"'))
        at = LEFT
        for part in NAMES:
            width = (row["cpu_us"].get(part) or 0) * scale
            if width:
                out.append(f'<rect x="{at:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" class="{ours} {part}"/>')
            at += width
        out.append(text(at + 8, y + 16, f"{totals[name]:.1f}", f"value {ours}"))
    with open(path, "w", encoding="utf-8") as file:
        file.write(frame(WIDTH, height, title, STYLE, out))
