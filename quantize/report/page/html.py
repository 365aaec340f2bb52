"""The page of one picture: `page.html`, filled in. What comes from files is escaped.

The page loads nothing: its policy (Content-Security-Policy) allows its own style and script, known
by their hashes, and pictures that are part of it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any, Final

import numpy as np

from quantize.checks import ending_of, load
from quantize.color import contrast, conversions, spaces
from quantize.color.table import SPACES
from quantize.errors import OutputError
from quantize.kmeans.table import SEEDERS
from quantize.model.palette import Palette
from quantize.model.text import escaped_json, one_line, percent, unturned
from quantize.report.page import curve
from quantize.report.page.evidence import ERROR_SCALE, Evidence
from quantize.report.page.meanings import MEANINGS
from quantize.report.page.steps import Steps
from quantize.version import __version__

_LISTS: Final = frozenset(("schema", "settings_digest", "notes", "seconds", "palette", "palettes"))
"""Fields that are no figures, or have places of their own."""


ENDINGS: Final = (".html", ".htm")

PLANES: Final = (
    '<label>plane <select id="plane"><option value="rg">R and G</option>'
    '<option value="rb">R and B</option></select></label>\n'
)
"""The choice of what is seen of the steps in colours."""


def check_name(target: str) -> None:
    """Refuse a file whose name does not end as that of a page.

    Raises:
        OutputError: it does not.
    """
    if ending_of(target) not in ENDINGS:
        raise OutputError(target, "is not the name of a page", "let it end in .html")


@cache
def asset(name: str) -> str:
    """Return the text of a file beside this module."""
    return (files("quantize.report.page") / name).read_text(encoding="utf-8")


def shown(text: object) -> str:
    """Return a text that is not ours as HTML shows it, on one line."""
    return escape(unturned(one_line(str(text))))


def build(
    record: Mapping[str, Any], palette: Palette, evidence: Evidence, *, command: str, back: str = ""
) -> bytes:
    """Return the page of a picture.

    Args:
        record: what was done, see `report.record`.
        palette: of the result.
        evidence: what is shown of the pixels.
        command: what makes the result again.
        back: the address of the page of the folder, if there is one.
    """
    fields = {
        **frame(record["input"], code("tools.js", "steps.js", "page.js")),
        "back": f'<a href="{escape(back)}">all files</a> · ' if back else "",
        "summary": _summary(record),
        "cards": _cards(record),
        "alt": shown(f"{record['input']} before, and after in {record['colors_after']} colours"),
        "error_scale": f"{ERROR_SCALE:g}",
        "thinning": _thinning(evidence, record),
        "cloud_note": _cloud_note(evidence),
        "without_steps": "" if evidence.steps else " hidden",
        "steps_note": _steps_note(evidence.steps),
        "steps": filled("steps.html", {"planes": PLANES}),
        "curve": curve.section(record.get("auto")),
        "figures": "\n".join(_rows(record)),
        "command": escape(command),
        "data": _data(palette, record, evidence),
    }
    return filled("page.html", fields).encode("utf-8", "replace")


def filled(name: str, fields: Mapping[str, str]) -> str:
    """Return a page, or a part of one, with the words in its braces replaced, in one pass."""
    text, parts = asset(name), []
    while text:
        before, brace, rest = text.partition("{")
        word, _, text = rest.partition("}")
        parts += [before, fields[word] if brace else ""]
    return "".join(parts)


def code(*scripts: str) -> str:
    """Return scripts as one."""
    return "".join(map(asset, scripts))


def frame(title: str, script: str, more_style: str = "") -> dict[str, str]:
    """Return what every page has: its title and script, and a head that allows these alone."""
    style = asset("page.css") + more_style
    fields = {"version": __version__, "title": shown(title), "script": script}
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    return {**fields, "head": filled("head.html", {**fields, **hashes, "style": style})}


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _summary(record: Mapping[str, Any]) -> str:
    frames = (
        f", {record['frames']} frames, of which the first is shown" if "frames" in record else ""
    )
    size = f"{record['width']:,} × {record['height']:,} pixels{frames}"
    notes = "".join(f"<br>{shown(note)}" for note in record["notes"])
    return f"{size}{notes}"


def _cards(record: Mapping[str, Any]) -> str:
    """Return the figures that people look for first."""
    before, after = record["bytes_before"], record["bytes_after"]
    cards = [("colours", f"{record['colors_before']:,} → {record['colors_after']:,}")]
    if after:
        cards.append(("file", f"{before / 1000:,.1f} → {after / 1000:,.1f} kB"))
        if before:
            cards.append(("saved", f"{100 - 100 * after / before:.0f} %"))
    if record.get("delta_e_mean") is not None:
        cards.append(("mean CIEDE2000", f"{record['delta_e_mean']:.2f}"))
    cards.append(("mean squared error", f"{record['mse']:,.4g}"))
    cards.append(("time", f"{record['seconds']['total']:.2f} s"))
    return "".join(f"<div>{name}<b>{value}</b></div>" for name, value in cards)


def _thinning(evidence: Evidence, record: Mapping[str, Any]) -> str:
    if evidence.every == 1:
        return "Every pixel is shown as it is."
    pixels = f"{record['width'] * record['height'] / 1e6:.0f} million pixels"
    return f"Of {pixels} every {_ordinal(evidence.every)} across and down is shown, as it is."


def _ordinal(number: int) -> str:
    return f"{number}{ {2: 'nd', 3: 'rd'}.get(number, 'th') }".replace(" ", "")


def _cloud_note(evidence: Evidence) -> str:
    points = len(evidence.colors)
    if points == evidence.distinct:
        return f"All {points:,} distinct colours of the picture."
    return f"{points:,} of the {evidence.distinct:,} distinct colours of the picture."


def _steps_note(found: Steps | None) -> str:
    if found is None:
        return ""
    return (
        f"Plain k-means (Lloyd's) on the {len(found.points):,} colours of the cloud, weighted by "
        f"their pixels, in the space {found.space}: from random seeds, from k-means++ and from the "
        "seeds of Wu's cuts. Each point has the colour of its centroid; a line is the last move. "
        "The result above comes from all colours, and from a search beyond this."
    )


def _rows(record: Mapping[str, Any]) -> list[str]:
    rows = [
        _row(name, _value(record[name]), MEANINGS[name])
        for name in MEANINGS
        if record.get(name) is not None
    ]
    rows += [
        _row(f"seconds: {stage}", f"{seconds:.3f}", "time of this stage")
        for stage, seconds in record["seconds"].items()
    ]
    return rows


def _row(name: str, value: str, meaning: str) -> str:
    cells = f'<th scope="row">{shown(name)}</th><td class="figure">{value}</td><td>{meaning}</td>'
    return f"<tr>{cells}</tr>"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return shown(", ".join(map(str, value)))
    return shown(value)


def _data(palette: Palette, record: Mapping[str, Any], evidence: Evidence) -> str:
    """Return the data of the script as JSON that can stand in HTML."""
    data = {
        "width": evidence.width,
        "height": evidence.height,
        "before": evidence.before,
        "indices": evidence.indices,
        "errors": evidence.errors,
        "palette": _entries(palette, record.get("roles") or {}),
        "cloud": {"colors": _packed(evidence.colors), "labels": _packed(evidence.labels)},
        "steps": _steps(evidence.steps, evidence.colors),
    }
    return escaped_json(json.dumps(data, ensure_ascii=False)).replace("<", "\\u003c")


def _entries(palette: Palette, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = palette.to_dict()["colors"]
    lights, chromas, hues = conversions.oklch(palette.colors)
    found = []
    for code, row, light, chroma, hue in zip(
        palette.as_hex(), rows, lights, chromas, hues % 360, strict=True
    ):
        opacity = f" / {row['alpha'] / 255:.3g}" if row.get("alpha", 255) < 255 else ""
        text = contrast.best_text(tuple(row["rgb"]))
        found.append(
            {
                "hex": code,
                "rgb": [*row["rgb"], *([row["alpha"]] if "alpha" in row else [])],
                "oklch": f"oklch({light:.1%} {chroma:.4f} {hue:.1f}{opacity})",
                "name": unturned(one_line(row.get("name", ""))),
                "share": percent(row["share"]).replace(" ", "\u00a0"),
                "roles": [role.replace("_", " ") for role, of in roles.items() if of == row["hex"]],
                "text": "#{:02x}{:02x}{:02x}".format(*text.color),
                "wcag": f"{text.wcag:.1f}",
            }
        )
    return found


def _steps(found: Steps | None, colors: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    space: spaces.Space = load(SPACES[found.space].target)
    runs = [
        {
            "name": f"{run.seeder}: {SEEDERS[run.seeder].summary}",
            "centroids": [_packed(each.astype(np.float32)) for each in run.centroids],
            "shades": [_packed(spaces.decode(each, space)) for each in run.centroids],
            "inertia": run.inertia,
        }
        for run in found.runs
    ]
    points = _packed(found.points.astype(np.float32))
    return {"points": points, "colors": _packed(colors), "runs": runs}


def _packed(array: Any) -> str:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return b64encode(little.tobytes()).decode()
