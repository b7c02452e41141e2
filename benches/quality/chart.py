"""Recall by edit and effort as bars: an SVG file that is read on white, on black and on paper."""

from xml.sax.saxutils import escape

ROW, BAR, GAP = 46, 11, 2
LEFT, WIDTH, RIGHT, TOP = 190, 480, 56, 76
STYLE = """
  .page { fill: #fff; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 16px; }
  .figure { font-size: 10px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .plain { fill: #8c959f; } .fast { fill: #3b82c4; } .deep { fill: #0a3069; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } text { fill: #e6edf3; } .grid { stroke: #3d444d; }
    .plain { fill: #6e7681; } .fast { fill: #4c9be8; } .deep { fill: #b6dcff; }
  }
  @media print {
    .page { fill: none; } text { fill: #000; } .grid { stroke: #bbb; }
    .plain { fill: #bbb; } .fast { fill: #777; } .deep { fill: #111; }
  }
"""


def svg(result):
    """The chart of a result of `recall.py`."""
    efforts, rows = result["efforts"], list(result["recall"].items())
    rows.append((f"mean of the first {result['quoted']}", result["mean"]))
    row = max(ROW, len(efforts) * (BAR + GAP) + 8)
    height = TOP + row * len(rows) + 16
    width = LEFT + WIDTH + RIGHT
    title = f"Copies found, of {result['photographs']} photographs, in %"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="title" x="16" y="28">{escape(title)}</text>',
    ]
    for place, effort in enumerate(efforts):
        x = LEFT + 90 * place
        out.append(f'<rect class="{effort}" x="{x}" y="42" width="12" height="12"/>')
        out.append(f'<text x="{x + 18}" y="53">{effort}</text>')
    for tick in range(0, 101, 25):
        x = LEFT + WIDTH * tick / 100
        out.append(f'<line class="grid" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{height - 10}"/>')
        out.append(f'<text class="figure" x="{x}" y="{TOP - 10}" text-anchor="middle">{tick}</text>')
    for number, (edit, figures) in enumerate(rows):
        top = TOP + row * number
        out.append(f'<text x="{LEFT - 10}" y="{top + row / 2}" text-anchor="end">{escape(edit)}</text>')
        for place, effort in enumerate(efforts):
            figure, y = figures[effort], top + 4 + place * (BAR + GAP)
            long = WIDTH * figure / 100
            out.append(f'<rect class="{effort}" x="{LEFT}" y="{y}" width="{long:.1f}" height="{BAR}"/>')
            out.append(f'<text class="figure" x="{LEFT + long + 4:.1f}" y="{y + BAR - 2}">{figure:g}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
