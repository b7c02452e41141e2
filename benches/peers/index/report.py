"""The results as a table in Markdown and as a chart in SVG."""

import math

COLUMNS = "| peer | recall | one query, median / 99 % | batch, a query | 2 threads | build | disk | memory | open |"
RULE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"


def table(result):
    lines = [f"`{result['command']}`, {result['date']}, {result['machine']}. Radius 31, one thread unless",
             f"said, medians of {result['rounds']} interleaved rounds; "
             + ", ".join(f"{name} {version}" for name, version in result["versions"].items()) + ".", ""]
    for data in result["sets"]:
        lines += [f"**{data['size']:,} hashes, {data['kind']}**", "", COLUMNS, RULE]
        ours = next((peer for peer in data["peers"] if peer["peer"] == "tutela"), {})
        for peer in data["peers"]:
            lines.append(row(peer, ours))
        lines.append("")
    return "\n".join(lines)


def row(peer, ours):
    if "left_out" in peer:
        return f"| {peer['peer']} | not run: {peer['left_out']} | | | | | | | |"
    cells = [
        peer["peer"],
        f"{peer['recall']:.3f}",
        f"{duration(peer['median_us'])}{times(peer, ours, 'median_us')} / {duration(peer['p99_us'])}",
        f"{duration(peer['batch_us_1'])}{times(peer, ours, 'batch_us_1')}",
        duration(peer["batch_us_2"]) if "batch_us_2" in peer else "-",
        f"{peer['build_seconds']:.1f} s",
        f"{peer['disk_bytes'] / 1e6:,.0f} MB",
        f"{max(0, peer['resident_bytes']) / 1e6:,.0f} MB",
        duration(peer["open_seconds"] * 1e6),
    ]
    return "| " + " | ".join(cells) + " |"


def times(peer, ours, key):
    """How many times what ours takes."""
    if not ours.get(key) or peer is ours:
        return ""
    ratio = peer[key] / ours[key]
    return f" ({ratio:,.0f} x)" if ratio >= 10 else f" ({ratio:.1f} x)"


def duration(microseconds):
    for unit, size in (("s", 1e6), ("ms", 1e3), ("us", 1.0)):
        if microseconds >= size or unit == "us":
            value = microseconds / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def chart(result):
    """Bars of one query and of a batch, on a logarithmic scale."""
    width, label, bar, gap = 720, 150, 9, 16
    body, y = [], 10
    for data in result["sets"]:
        y += 18
        body.append(text(0, y, f"{data['size']:,} hashes, {data['kind']} (logarithmic)", weight="bold"))
        y += 10
        peers = [peer for peer in data["peers"] if "left_out" not in peer]
        for peer in sorted(peers, key=lambda peer: peer["median_us"]):
            y += gap
            note = "" if peer["recall"] == 1 else f", finds {peer['recall']:.0%}"
            body.append(text(0, y + 8, peer["peer"]))
            for key, colour, what in (("median_us", "#3b7dd8", "one"), ("batch_us_1", "#e08a2c", "batch")):
                length = scale(peer[key], width - label - 170)
                body.append(f'<rect x="{label}" y="{y}" width="{length:.1f}" height="{bar}" fill="{colour}"/>')
                told = f"{what} {duration(peer[key])}{note}"
                body.append(text(label + length + 5, y + 8, told, size=10))
                y += bar + 1
        y += 12
    style = "text{font-family:sans-serif;fill:#333}@media(prefers-color-scheme:dark){text{fill:#ddd}}"
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + 10}" '
            f'viewBox="0 0 {width} {y + 10}" role="img"><title>Time of a search by peer, logarithmic</title>'
            f"<style>{style}</style>")
    return "\n".join([head, *body, "</svg>", ""])


def scale(microseconds, width):
    """From a microsecond to a tenth of a second."""
    return max(2.0, math.log10(max(microseconds, 1.0)) / 5 * width)


def text(x, y, words, size=12, weight="normal"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}">{words}</text>'
