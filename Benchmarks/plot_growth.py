"""Draws how the time of queries grows with what is stored, as SVG.

usage: plot_growth.py FIGURES.jsonl > docs/query-growth.svg

Each line of FIGURES is an object with "query" (a label), "spans" (how many the file holds) and "median_ms".
Both axes are logarithmic: a query whose time grows with the file is a line that rises by one decade a decade.
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 950, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 360, 44, 48
# Told apart by lightness as well as by hue, so that they survive print and colour blindness.
COLOURS = ["#0b5394", "#b45f06", "#38761d", "#741b47", "#7f6000", "#134f5c", "#990000", "#351c75", "#666666"]
DASHES = ["", "7 3", "2 3", "9 3 2 3"]


def read(path):
    series = {}
    with open(path) as file:
        for text in file:
            if text.strip():
                figure = json.loads(text)
                series.setdefault(figure["query"], []).append((figure["spans"], figure["median_ms"]))
    if not series:
        sys.exit(f"{path} holds no figures")
    return {query: sorted(points) for query, points in series.items()}


def decades(values):
    """The powers of ten between which values lie; what is a few percent above one needs no other."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) - 0.02)


def count_text(exponent):
    return {6: "1 M", 7: "10 M", 8: "100 M", 9: "1 000 M"}.get(exponent, f"10^{exponent}")


def time_text(exponent):
    milliseconds = 10 ** exponent
    return f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:g} s"


def spread(places, distance):
    """Moves labels apart that would overlap; keeps their order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, index in zip(order, order[1:]):
        moved[index] = max(moved[index], moved[before] + distance)
    overshoot = moved[order[-1]] - (HEIGHT - BOTTOM)
    if overshoot > 0:
        moved[order[-1]] -= overshoot
        for index, after in zip(reversed(order[:-1]), reversed(order[1:])):
            moved[index] = min(moved[index], moved[after] - distance)
    return moved


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    series = read(sys.argv[1])
    x_low, x_high = decades([spans for points in series.values() for spans, _ in points])
    y_low, y_high = decades([time for points in series.values() for _, time in points])
    x_high, y_high = max(x_high, x_low + 1), max(y_high, y_low + 1)

    def x(spans):
        return LEFT + (math.log10(spans) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def y(milliseconds):
        share = (math.log10(milliseconds) - y_low) / (y_high - y_low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12">',
        "<title>Time of each query by the number of stored spans</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#222222">Time of a query, whole process, by spans '
        "in the file (median)</text>",
    ]
    for exponent in range(x_low, x_high + 1):
        place = x(10 ** exponent)
        out.append(f'<path d="M{place:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dddddd"/>')
        out.append(f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" '
                   f'fill="#444444">{count_text(exponent)}</text>')
    for exponent in range(y_low, y_high + 1):
        place = y(10 ** exponent)
        out.append(f'<path d="M{LEFT} {place:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{place + 4:.1f}" text-anchor="end" '
                   f'fill="#444444">{time_text(exponent)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle" '
               'fill="#444444">spans in the file</text>')
    labels = spread([y(points[-1][1]) for points in series.values()], 15)
    for number, ((query, points), label) in enumerate(zip(series.items(), labels)):
        colour = COLOURS[number % len(COLOURS)]
        dash = DASHES[number // 2 % len(DASHES)]
        path = "L".join(f"{x(spans):.1f} {y(time):.1f}" for spans, time in points)
        pattern = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{pattern}/>')
        for spans, time in points:
            out.append(f'<circle cx="{x(spans):.1f}" cy="{y(time):.1f}" r="3" fill="{colour}"/>')
        end_x, end_y = x(points[-1][0]), y(points[-1][1])
        out.append(f'<path d="M{end_x + 5:.1f} {end_y:.1f}L{WIDTH - RIGHT + 22} {label:.1f}" '
                   f'stroke="{colour}" stroke-width="0.7"/>')
        last = f"{points[-1][1]:.0f} ms"
        out.append(f'<text x="{WIDTH - RIGHT + 26}" y="{label + 4:.1f}" fill="{colour}">'
                   f"{escape(query)}, {last}</text>")
    out.append("</svg>")
    print("\n".join(out))


main()
