"""What pictures share: SVG without a library. A picture brings its background along, a light one or a dark one as the
reader's system asks, so that it is legible on either."""

from html import escape

THEME = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
  .title { font-size: 18px; font-weight: 600 }
  .ours { font-weight: 600 }
  .quiet { fill: #59636e; font-size: 13px }
  .value { font-variant-numeric: tabular-nums }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .line { stroke: #e6eaef }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .card { fill: #151b23; stroke: #3d444d }
    .line { stroke: #2a313a }
  }
"""


def text(x, y, words, kind="", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{more}>{escape(words)}</text>'


def frame(width, height, title, style, content):
    """The whole file: a card of this size with its title, and `content`, a list of elements."""
    begin = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
             f'role="img" aria-label="{escape(title)}">')
    card = f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" class="card"/>'
    return "\n".join([begin, f"<style>{style}</style>", card, text(24, 34, title, "title"), *content, "</svg>"]) + "\n"
