"""Bars as SVG, without a library: CPU per request, stacked by who spends it."""

from html import escape

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 860, 214, 96, 74, 38, 22
COLOURS = {"server": "#2f6f9f", "redis": "#c8553d", "core": "#8a9a5b", "postgres": "#b9a44c"}
NAMES = {"server": "server", "redis": "Redis"}


def step_for(most):
    """A round distance between lines, for about eight of them."""
    return next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100) if most / step <= 9)


def write_costs(path, rows, keep_alive):
    shown = [(name, row) for name, row in rows.items() if name != "xadd"]
    totals = {name: sum(row["cpu_us"].get(part) or 0 for part in NAMES) for name, row in shown}
    shown.sort(key=lambda pair: totals[pair[0]])
    most = max(totals.values())
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + ROW * len(shown) + 40
    title = "CPU per request, µs" + ("" if keep_alive else " (a connection for each)")
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
           'font-family="system-ui, sans-serif" font-size="14">',
           f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
           f'<text x="20" y="30" font-size="18" font-weight="600" fill="#1d2329">{escape(title)}</text>']
    x = 20
    for part, name in NAMES.items():
        out.append(f'<rect x="{x}" y="44" width="13" height="13" fill="{COLOURS[part]}"/>'
                   f'<text x="{x + 19}" y="55" fill="#444c55">{name}</text>')
        x += 90
    step = step_for(most)
    value = 0
    while value <= most:
        at = LEFT + value * scale
        out.append(f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{height - 32}" stroke="#e3e6ea"/>'
                   f'<text x="{at:.1f}" y="{height - 14}" text-anchor="middle" fill="#6b7480">{value:g}</text>')
        value += step
    for number, (name, row) in enumerate(shown):
        y = TOP + ROW * number + (ROW - BAR) / 2
        weight = ' font-weight="600"' if row["title"].startswith("Footfall") else ""
        out.append(f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end" fill="#1d2329"{weight}>{escape(row["title"])}</text>')
        at = LEFT
        for part in NAMES:
            width = (row["cpu_us"].get(part) or 0) * scale
            out.append(f'<rect x="{at:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[part]}"/>')
            at += width
        out.append(f'<text x="{at + 8:.1f}" y="{y + 16}" fill="#1d2329">{totals[name]:.1f}</text>')
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")
