"""The summary that people read on the terminal, from the same records as the JSON."""

from __future__ import annotations

from collections.abc import Sequence

from quantize.color.contrast import ENOUGH
from quantize.report import color_blocks
from quantize.report.record import SCHEMA, Record

PAIRS = 12
"""Listed of the pairs of colours that contrast enough; the record has more."""


def of_input(
    record: Record, others: Sequence[str], *, verbose: bool = False, depth: int = 0
) -> str:
    """Return the lines on one input.

    Args:
        record: of the input.
        others: what was written beside the image.
        verbose: add the seconds by stage, the palette, contrast, and the curve of `-k auto`.
        depth: bits a colour that are shown, one of `blocks.DEPTHS`; 0 for words alone.
    """
    if record.get("reason") == "larger":
        before, after = (in_bytes(record[f"bytes_{when}"]) for when in ("before", "after"))
        return f"{_title(record)}: {after} would be more than the {before} of the input; skipped"
    if record.get("skipped"):
        return f"{record['input']}: all outputs exist already; skipped"
    if "width" not in record:
        return _of_palette(record, others, verbose=verbose, depth=depth)
    lines = [
        _title(record),
        _row("colours", _colors(record)),
        _row("size", _size(record)),
        _row("error", _error(record)),
        _row("k-means", _engine(record)),
    ]
    if "bytes_lossless" in record:
        lines.insert(3, _row("", _against_lossless(record)))
    if "auto" in record:
        lines.insert(2, _row("k", _chosen(record)))
    if others:
        lines.append(_row("also", ", ".join(others)))
    if verbose:
        lines += [_row("seconds", _seconds(record)), *_palette(record, depth)]
        lines += [*_contrast(record), *_curve(record)]
    else:
        lines += _blocks(record, depth)
    return "\n".join(lines)


def _of_palette(record: Record, others: Sequence[str], *, verbose: bool, depth: int) -> str:
    count = record["colors_after"]
    lines = [f"{record['input']}: a palette of {count} colour{'s' * (count != 1)}"]
    if others:
        lines.append(_row("written", ", ".join(others)))
    return "\n".join([*lines, *(_palette(record, depth) if verbose else _blocks(record, depth))])


def of_batch(totals: Record) -> str:
    """Return one line on all inputs together, and one on each that failed."""
    parts = [f"{totals['done']} done"]
    parts += [f"{totals[name]} {name}" for name in ("skipped", "failed", "left") if totals[name]]
    sizes = ""
    if totals["bytes_after"]:
        sizes = f"; {in_bytes(totals['bytes_before'])} → {in_bytes(totals['bytes_after'])}"
    lines = [f"{totals['inputs']} inputs: {', '.join(parts)}{sizes}"]
    lines += [f"  failed: {row['input']}: {row['error']}" for row in totals["errors"]]
    return "\n".join(lines)


def of_shared(colors: int, images: int, written: Sequence[str]) -> str:
    """Return one line on a shared palette, and one on the files of it."""
    lines = [f"shared palette: {colors} colours from {images} image{'s' * (images != 1)}"]
    if written:
        lines.append(_row("also", ", ".join(written)))
    return "\n".join(lines)


def of_plan(source: str, targets: Sequence[str], action: str) -> str:
    """Return one line on what would be done with an input."""
    if action == "skip":
        return f"{source}: all outputs exist already; would be skipped"
    return f"{source} → {', '.join(reversed(targets)) or 'nothing'}"


def plan_record(source: str, targets: Sequence[str], action: str, error: str) -> Record:
    """Return the record of what would be done with an input."""
    plan: Record = {"schema": SCHEMA, "input": source, "dry_run": True}
    if error:
        return {**plan, "error": error}
    return {**plan, "action": action, "files": list(targets)}


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


def _row(name: str, text: str) -> str:
    return f"  {name:<8} {text}"


def _colors(record: Record) -> str:
    size = f"{_frames(record)}{record['width']} × {record['height']} pixels"
    before, after = record["colors_before"], record["colors_after"]
    if record["lossless"]:
        kept = "its one colour is" if after == 1 else f"its {after:,} colours are"
        table = "; its table stays" if "kept_table" in record else ""
        return f"{kept} kept exactly (k = {record['k']}){table}; lossless; {size}"
    added = " and a transparent entry" if "added_transparent" in record else ""
    return f"{before:,} → {after:,}{added} in {size}"


def _frames(record: Record) -> str:
    """Return text such as `'12 frames (1.2 s, for ever) of '`; empty for one picture."""
    if "frames" not in record:
        return ""
    if "loop" not in record:
        return f"{record['frames']:,} pages of "
    plays = record["loop"]
    often = {0: "for ever", 1: "once", 2: "twice"}.get(plays, f"{plays:,} times")
    return f"{record['frames']:,} frames ({record['duration_ms'] / 1000:g} s, {often}) of "


def _chosen(record: Record) -> str:
    why = {
        "max-error": "the smallest palette that is good enough",
        "knee": "the knee of the error curve",
        "silhouette": "the largest silhouette",
    }
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
        rows.append(_row("" if rows else "curve", "  ".join(parts)))
    return rows


def _size(record: Record) -> str:
    raw = f"{in_bytes(record['bytes_raw'])} raw"
    if record["bytes_after"] is None:
        return f"{in_bytes(record['bytes_before'])} read, {raw}"
    change = record["bytes_after"] / record["bytes_before"] - 1
    return (
        f"{in_bytes(record['bytes_before'])} → {in_bytes(record['bytes_after'])} ({change:+.0%}); "
        f"{record['compression_ratio']:.1f} times smaller than {raw}; "
        f"{record['bits_per_pixel']:.2f} bits a pixel"
    )


def _against_lossless(record: Record) -> str:
    lossless = f"{in_bytes(record['bytes_lossless'])} as a lossless PNG"
    if record["bytes_after"] is None:
        return lossless
    return f"{record['bytes_lossless'] / record['bytes_after']:.2f} times smaller than {lossless}"


def _error(record: Record) -> str:
    if record["psnr"] is None:
        parts = ["none"]
    else:
        parts = [f"mse {record['mse']:.2f}", f"psnr {record['psnr']:.2f} dB"]
    if "ssim" in record:
        mean, p95, most = (record[f"delta_e_{name}"] for name in ("mean", "p95", "max"))
        parts.append(f"ssim {record['ssim']:.4f}")
        parts.append(f"CIEDE2000 mean {mean:.2f}, 95 % within {p95:.2f}, at most {most:.2f}")
    return ", ".join(parts)


def _engine(record: Record) -> str:
    seconds = f"{record['seconds']['total']:.2f} s"
    if not record["iterations"]:
        return f"not needed; {seconds} in all"
    end = "converged" if record["converged"] else "stopped at its limit"
    count = record["iterations"]
    return (
        f"{record['algorithm']} from {record['init']} in {record['space']}: "
        f"{end} after {count} iteration{'s' * (count != 1)}; {seconds} in all"
    )


def _seconds(record: Record) -> str:
    stages = (f"{stage} {seconds:.3f}" for stage, seconds in record["seconds"].items())
    return ", ".join(stages)


def _palette(record: Record, depth: int) -> list[str]:
    """Return a row for each colour, with a block of it where the terminal shows colours."""
    counted = any(entry["count"] for entry in record["palette"])
    longest = max(len(entry["name"]) for entry in record["palette"])
    rows: list[str] = []
    for entry in record["palette"]:
        share = f"  {entry['share']:7.2%}" if counted else ""
        shown = f"{color_blocks.block(entry['rgb'], depth, 4)}  " if depth else ""
        text = f"{shown}{_hex(entry)}{share}  {entry['name']:<{longest}}"
        text += f"  text {_readable(entry['text'])}"
        rows.append(_row("" if rows else "palette", text))
    return rows


def _blocks(record: Record, depth: int) -> list[str]:
    """Return the palette as blocks of colour, without fully transparent entries."""
    colors = [entry["rgb"] for entry in record["palette"] if entry.get("alpha", 255)]
    rows = enumerate(color_blocks.rows(colors, depth))
    return [_row("" if row else "palette", text) for row, text in rows]


def _readable(text: Record) -> str:
    return f"{text['hex']} {text['wcag']:5.2f} Lc {text['apca']:6.1f}"


def _contrast(record: Record) -> list[str]:
    """Return the pairs that contrast most: the ratio of WCAG 2, and APCA's Lc both ways."""
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
