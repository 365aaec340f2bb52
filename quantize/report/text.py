"""The summary that people read on the terminal, from the same records as the JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from quantize.color.contrast import ENOUGH
from quantize.report.record import ANOTHER_KIND, SCHEMA, UP_TO_DATE, Record

PAIRS: Final = 12
"""Listed of the pairs of colours that contrast enough; the record has more."""

COLUMNS: Final = 80
"""Of a terminal, the width that every one has; no line is longer, but for paths."""

FEW: Final = 16
"""Colours that have a row each without `-v` too: they fit on a terminal."""

_INDENT: Final = 11
"""Columns before the text of a row: its name."""

_SKIPPED: Final = {
    "": "all outputs exist already",
    UP_TO_DATE: "up to date",
    ANOTHER_KIND: "of a kind that is not replaced in place",
}
"""Why an input is left as it is, by the reason in its record."""

_IF_LARGER: Final = "larger than the input"


def of_input(
    record: Record,
    others: Sequence[str],
    *,
    verbose: bool = False,
    depth: int = 0,
    if_larger: str = "",
) -> str:
    """Return the lines on one input.

    Args:
        record: of the input.
        others: what was written beside the image.
        verbose: add the seconds by stage, the palette, contrast, and the curve of `-k auto`.
        depth: bits a colour that are shown, one of `color_blocks.DEPTHS`; 0 for words alone.
        if_larger: the advice where the result is larger than the input.
    """
    if record.get("reason") == "larger":
        before, after = (in_bytes(record[f"bytes_{when}"]) for when in ("before", "after"))
        return f"{_title(record)}: {after} would be more than the {before} of the input; skipped"
    if record.get("skipped"):
        return f"{record['input']}: {_SKIPPED[record.get('reason', '')]}; skipped"
    if record.get("copied"):
        before, after = in_bytes(record["bytes_before"]), in_bytes(record["bytes_of_image"])
        larger = f"{_title(record)}: {after} would be more than the {before} of the input"
        how = "copied" if record["output"] else "it stays"
        return "\n".join([f"{larger}; {how}", *_rows("also", others, ", ")])
    if "width" not in record:
        return _of_palette(record, others, verbose=verbose, depth=depth)
    lines = [_title(record), *_rows("colours", _colors(record), " ")]
    if "auto" in record:
        lines += _rows("k", [_chosen(record)])
    lines += _size(record, if_larger)
    lines += _rows("error", _error(record), ", ")
    if "lossy" in record:
        lines += _rows("lossy", _lossy(record))
    lines += _rows("k-means", _engine(record), " ")
    lines += _rows("also", others, ", ")
    if verbose:
        lines += [*_rows("seconds", _seconds(record), ", "), *_palette(record, depth)]
        lines += [*_roles(record), *_contrast(record), *_curve(record)]
    else:
        lines += _blocks(record, depth)
    return "\n".join(lines)


def _of_palette(record: Record, others: Sequence[str], *, verbose: bool, depth: int) -> str:
    count = record["colors_after"]
    lines = [f"{record['input']}: a palette of {count} colour{'s' * (count != 1)}"]
    lines += _rows("written", others, ", ")
    if verbose:
        return "\n".join([*lines, *_palette(record, depth), *_roles(record)])
    return "\n".join([*lines, *_blocks(record, depth)])


def of_batch(totals: Record) -> str:
    """Return one line on all inputs together, and one on each that failed."""
    parts = [f"{totals['done']} done"]
    parts += [f"{totals[name]} {name}" for name in ("skipped", "failed", "left") if totals[name]]
    if passed_over := totals.get("passed_over"):
        parts.append(f"{passed_over} passed over as outputs")
    parts = [f"{part}," for part in parts[:-1]] + parts[-1:]
    if totals["bytes_after"]:
        parts[-1] += ";"
        parts.append(f"{in_bytes(totals['bytes_before'])} → {in_bytes(totals['bytes_after'])}")
    count = totals["inputs"]
    lines = _folded([f"{count} input{'s' * (count != 1)}:", *parts], " ", COLUMNS)
    lines[1:] = [f"  {line}" for line in lines[1:]]
    lines += [f"  failed: {row['input']}: {row['error']}" for row in totals["errors"]]
    if left_out := totals.get("errors_left_out"):
        lines.append(f"  and {left_out:,} more, as said above")
    return "\n".join(lines)


def of_shared(colors: int, images: int, written: Sequence[str]) -> str:
    """Return one line on a shared palette, and one on the files of it."""
    lines = [f"shared palette: {colors} colours from {images} image{'s' * (images != 1)}"]
    return "\n".join([*lines, *_rows("also", written, ", ")])


def of_plan(source: str, targets: Sequence[str], action: str, reason: str = "") -> str:
    """Return one line on what would be done with an input, and why it would be skipped."""
    if action == "skip":
        return f"{source}: {_SKIPPED[reason]}; would be skipped"
    return f"{source} → {', '.join(reversed(targets)) or 'nothing'}"


def plan_record(
    source: str, targets: Sequence[str], action: str, reason: str, error: str
) -> Record:
    """Return the record of what would be done with an input, and why it would be skipped."""
    plan: Record = {"schema": SCHEMA, "input": source, "dry_run": True}
    if error:
        return {**plan, "error": error}
    why = {"reason": reason} if reason else {}
    return {**plan, "action": action, **why, "files": list(targets)}


def in_bytes(count: int) -> str:
    """Return a size for people, such as `'196.7 kB'`: decimal units."""
    if count < 1000:
        return f"{count} bytes" if count != 1 else "1 byte"
    size = count / 1000
    for unit in ("kB", "MB"):
        if size < 999.95:
            return f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _title(record: Record) -> str:
    source = "standard input" if record["input"] == "-" else record["input"]
    target = {None: "no image", "-": "standard output"}.get(record["output"], record["output"])
    return f"{source} → {target}"


def _rows(name: str, parts: Iterable[str], between: str = "; ") -> list[str]:
    """Return a row, in as many lines as its parts need; none without parts."""
    lines = _folded(parts, between, COLUMNS - _INDENT)
    return [_row("" if number else name, line) for number, line in enumerate(lines)]


def _row(name: str, text: str) -> str:
    return f"  {name:<{_INDENT - 3}} {text}"


def _folded(parts: Iterable[str], between: str, width: int) -> list[str]:
    """Return lines of parts, as few as fit into the width; a part is never broken."""
    lines: list[str] = []
    for part in parts:
        if lines and width_of(joined := f"{lines[-1]}{between}{part}") <= width:
            lines[-1] = joined
            continue
        if lines:
            lines[-1] += between.rstrip()
        lines.append(part)
    return lines


def width_of(text: str) -> int:
    """Return the columns of a text on a terminal: two of each wide letter (Unicode's annex 11)."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in {"W", "F"} for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)


def cut(text: str, width: int, *, start: bool = False) -> str:
    """Return a text that fits into the width, and filled; with an ellipsis for what is missing.

    Args:
        text: of one line.
        width: in columns.
        start: leave out its beginning, not its end.
    """
    if width_of(text) > width:
        while text and width_of(text) >= width:
            text = text[1:] if start else text[:-1]
        text = f"…{text}" if start else f"{text}…"
    return text + " " * (width - width_of(text))


def _colors(record: Record) -> list[str]:
    size = [*_frames(record), f"{record['width']} × {record['height']} pixels"]
    before, after = record["colors_before"], record["colors_after"]
    added = ["a transparent one is added;"] if "added_transparent" in record else []
    if "chosen_from" in record:
        added.insert(0, f"the best of the palette's {record['chosen_from']:,};")
    if "transparent_index" in record:
        added.append(f"entry {record['transparent_index']} is transparent;")
    if "pad" in record:
        added.append(f"{record['pad']} entries;")
    if "posterize" in record:
        added.append(f"{record['posterize']} bits a channel;")
    if record["lossless"]:
        kept = "its one colour is" if after == 1 else f"its {after:,} colours are"
        taken = ["its table stays;"] if "kept_table" in record else added
        return [f"{kept} kept exactly (k = {record['k']});", *taken, "lossless;", *size]
    return [f"{before:,} → {after:,}" + (";" if added else " in"), *added, *size]


def _frames(record: Record) -> list[str]:
    """Return text such as `'12 frames (1.2 s, for ever) of'`; nothing for one picture."""
    if "frames" not in record:
        return []
    if "loop" not in record:
        return [f"{record['frames']:,} pages of"]
    plays = record["loop"]
    often = {0: "for ever", 1: "once", 2: "twice"}.get(plays, f"{plays:,} times")
    return [f"{record['frames']:,} frames ({record['duration_ms'] / 1000:g} s, {often}) of"]


def _chosen(record: Record) -> str:
    why = {
        "max-error": "the smallest palette that is good enough",
        "quality": "the smallest palette that is good enough",
        "knee": "the knee of the error curve",
        "silhouette": "the largest silhouette",
    }
    if not record["auto"].get("reached", True):
        return f"{record['k']}, which come nearest to what was asked for"
    return f"{record['k']}, {why[record['auto']['criterion']]}"


def _curve(record: Record) -> list[str]:
    """Return a row for each size that was tried; errors and bytes are estimates."""
    rows: list[str] = []
    for point in record.get("auto", {}).get("curve", ()):
        parts = [f"{point['colors']:>3} colours", f"mse {point['mse']:8.2f}"]
        if "delta_e_mean" in point:
            parts.append(f"CIEDE2000 {point['delta_e_mean']:5.2f}")
        if "silhouette" in point:
            parts.append(f"silhouette {point['silhouette']:6.3f}")
        if "bytes" in point:
            parts.append(f"about {in_bytes(point['bytes'])}")
        rows += _rows("" if rows else "curve", parts, "  ")
    return rows


def _size(record: Record, if_larger: str) -> list[str]:
    """Return the rows on sizes: against the input, the pixels as they are, and a lossless PNG."""
    before, after = record["bytes_before"], record["bytes_after"]
    rows: list[str] = []
    if after is None:
        rows += _rows("size", [f"{in_bytes(before)} read", f"{in_bytes(record['bytes_raw'])} raw"])
    else:
        parts = [f"{in_bytes(before)} → {in_bytes(after)} ({after / before - 1:+.0%})"]
        if record["compression_ratio"] > 1:  # otherwise most of the file is not pixels
            parts.append(f"{record['compression_ratio']:.1f} × smaller than raw")
            bits = record["bits_per_pixel"]
            parts.append(f"{bits:.2f} bits a pixel" if bits >= 0.005 else "<0.01 bits a pixel")
        rows += _rows("size", parts)
        if after > before:
            rows += _rows("", [_IF_LARGER, if_larger] if if_larger else [_IF_LARGER])
    if "bytes_lossless" in record:
        rows += _rows("", [_against_lossless(record["bytes_lossless"], after)])
    return rows


def _against_lossless(lossless: int, after: int | None) -> str:
    png = f"{in_bytes(lossless)} as a lossless PNG"
    if after is None:
        return png
    times = f"{max(after, lossless) / min(after, lossless):.2f}"
    if times == "1.00":
        return f"as large as a lossless PNG, {in_bytes(lossless)}"
    return f"{times} × {'larger' if after > lossless else 'smaller'} than {png}"


def _error(record: Record) -> list[str]:
    if record["psnr"] is None:
        parts = ["none"]
    else:
        parts = [f"mse {record['mse']:.2f}", f"psnr {record['psnr']:.2f} dB"]
    if "quality" in record:
        parts.append(f"quality {record['quality']}")
    if "ssim" in record:
        mean, p95, most = (record[f"delta_e_{name}"] for name in ("mean", "p95", "max"))
        parts.append(f"ssim {record['ssim']:.4f}")
        parts.append(f"CIEDE2000 mean {mean:.2f}, 95 % within {p95:.2f}, at most {most:.2f}")
    return parts


def _lossy(record: Record) -> list[str]:
    """Return what was saved by other entries, and what that cost."""
    pixels, count = record["width"] * record["height"], record["lossy_pixels"]
    share = count / (pixels * record.get("frames", 1))
    return [
        f"{record['lossy']:g} saved about {record['lossy_saved']:.0%} of the bytes",
        f"{count:,} pixel{'s' * (count != 1)} changed ({share:.0%})",
        f"mse {record['lossy_mse_before']:.2f} before",
    ]


def _engine(record: Record) -> list[str]:
    seconds = f"{record['seconds']['total']:.2f} s in all"
    if not record["iterations"]:
        return ["not needed;", seconds]
    end = "converged" if record["converged"] else "stopped at its limit"
    count = record["iterations"]
    return [
        f"{record['algorithm']} from {record['init']}",
        f"in {record['space']}, {record['weights']} weights:",
        f"{end} after {count} iteration{'s' * (count != 1)};",
        seconds,
    ]


def _seconds(record: Record) -> list[str]:
    return [f"{stage} {seconds:.3f}" for stage, seconds in record["seconds"].items()]


def _palette(record: Record, depth: int) -> list[str]:
    """Return a row for each colour, with a block of it where the terminal shows colours."""
    from quantize.report import color_blocks

    counted = any(entry["count"] for entry in record["palette"])
    names = [_name(entry) for entry in record["palette"]]
    longest = max(map(width_of, names))
    rows: list[str] = []
    for entry, name in zip(record["palette"], names, strict=True):
        share = f"  {entry['share']:7.2%}" if counted else ""
        start = f"{_hex(entry)}{share}  "
        end = f"  text {_readable(entry['text'])}"
        shown = 3 if depth else 0
        room = COLUMNS - _INDENT - len(start) - len(end) - shown
        text = f"{start}{cut(name, min(longest, room))}{end}"
        block = f"{color_blocks.block(entry['rgb'], depth)} " if depth else ""
        rows.append(_row("" if rows else "palette", block + text))
    return rows


def _name(entry: Record) -> str:
    """Return the name of a colour, after the code that its maker gives it."""
    return f"{entry['code']} {entry['name']}" if "code" in entry else str(entry["name"])


def _blocks(record: Record, depth: int) -> list[str]:
    """Return the palette as blocks of colour, up to `FEW` with hex code and name in a row each.

    Fully transparent entries are left out.
    """
    if depth == 0:
        return []
    from quantize.report import color_blocks  # for terminals that show them

    seen = [entry for entry in record["palette"] if entry.get("alpha", 255)]
    rows = [*color_blocks.rows([entry["rgb"] for entry in seen], depth)]
    if len(seen) <= FEW:
        blocks = (color_blocks.block(entry["rgb"], depth, 4) for entry in seen)
        texts = (cut(f"{_hex(entry)}  {_name(entry)}", COLUMNS - _INDENT - 5) for entry in seen)
        rows = [f"{block} {text.rstrip()}" for block, text in zip(blocks, texts, strict=True)]
    return [_row("" if row else "palette", text) for row, text in enumerate(rows)]


def _roles(record: Record) -> list[str]:
    """Return the roles that colours have, with their hex codes."""
    found = [f"{role} {code}" for role, code in record.get("roles", {}).items() if code is not None]
    return _rows("roles", [part.replace("_", " ") for part in found], ", ")


def _readable(text: Record) -> str:
    name = "black" if text["hex"] == "#000000" else "white"
    return f"{name} {text['wcag']:5.2f} Lc {text['apca']:6.1f}"


def _contrast(record: Record) -> list[str]:
    """Return the pairs that contrast most: the ratio of WCAG 2, and APCA's Lc both ways."""
    if "contrast" not in record:
        return []
    palette, found = record["palette"], record["contrast"]
    count, pairs = found["readable_pairs"], found["pairs"][:PAIRS]
    if not count:
        return [_row("contrast", f"no two colours reach {ENOUGH:g}, what WCAG 2 asks of text")]
    shown = f", of which {len(pairs)}" if count > len(pairs) else ""
    what = "1 pair reaches" if count == 1 else f"{count:,} pairs reach"
    rows = [_row("contrast", f"{what} {ENOUGH:g}, what WCAG 2 asks of text{shown}:")]
    for pair in pairs:
        dark, light = _hex(palette[pair["dark"]]), _hex(palette[pair["light"]])
        lc, reversed_lc = pair["apca"]
        text = f"{dark} on {light}  {pair['wcag']:5.2f}  Lc {lc:5.1f}, reversed {reversed_lc:6.1f}"
        rows.append(_row("", text))
    return rows


def _hex(entry: Record) -> str:
    return f"{entry['hex']}{entry['alpha']:02x}" if "alpha" in entry else str(entry["hex"])
