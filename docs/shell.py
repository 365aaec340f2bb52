"""Write `docs/shell/`: the man page, and the completions of bash, zsh and fish.

    python docs/shell.py

The wheel installs them below `share/`, where man and each shell look. A test fails where they are
out of date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
from click.shell_completion import get_completion_class

from quantize.cli.help import EXAMPLES, GROUPS, PURPOSE, GroupedOption
from quantize.cli.run import quantize as command
from quantize.dither.table import DITHERS
from quantize.version import __version__

FOLDER = Path(__file__).parent / "shell"

COMPLETIONS: Final = {"bash": "quantize", "zsh": "_quantize", "fish": "quantize.fish"}
"""Names of the files, by which each shell finds them."""

DESCRIPTION: Final = """\
quantize reads images, finds the N colours that redraw each of them best with k-means, and writes
the image in these colours, its palette and what it cost.

INPUTS are image files, folders, patterns, or - for standard input; with --no-image also palette
files.
"""

EXIT_CODES: Final = (
    ("0", "All is done."),
    ("1", "A problem with a file; the other inputs are done."),
    ("2", "A mistake on the command line; nothing was done."),
    ("98", "Every result is larger than its input, with --skip-if-larger."),
    ("99", "A result is not as good as was asked for."),
    ("129, 130, 143", "Ended by SIGHUP, by Ctrl-C, by SIGTERM."),
    ("141", "Nobody reads the image of -o -."),
)


def roff(text: str) -> str:
    """Return a text as man shows it unchanged.

    A hyphen is a minus sign, so that it can be copied; no line begins with a request.
    """
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = text.translate({ord("×"): "\\(mu", ord("–"): "\\(en", ord("’"): "\\(cq"})
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def man_page() -> str:
    """Return the man page of the command in man's macros."""
    context = click.Context(command, info_name="quantize", max_content_width=10_000)
    lines = [
        f'.TH QUANTIZE 1 "" "quantize {__version__}" "User Commands"',
        ".SH NAME",
        f"quantize \\- {roff(PURPOSE[0].lower() + PURPOSE[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B quantize",
        "[\\fIOPTIONS\\fR] \\fIINPUTS\\fR...",
        ".SH DESCRIPTION",
        roff(DESCRIPTION.strip()).replace("\n\n", "\n.PP\n"),
        ".SH EXAMPLES",
    ]
    for example, meaning in EXAMPLES:
        lines += [".TP", f".B {roff(example)}", roff(meaning)]
    lines.append(".SH OPTIONS")
    for group in GROUPS:
        lines.append(f".SS {group}")
        for parameter in command.get_params(context):
            if isinstance(parameter, click.Option) and _group(parameter) == group:
                lines += _option(parameter, context)
    lines += [".SH METHODS OF DITHERING"]
    for row in DITHERS.values():
        lines += [".TP", f".B {roff(row.name)}", roff(row.summary)]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES:
        lines += [".TP", f".B {code}", roff(meaning)]
    return "\n".join([*lines, ""])


def _group(option: click.Option) -> str:
    return option.group if isinstance(option, GroupedOption) else "Information"


def _option(option: click.Option, context: click.Context) -> list[str]:
    record = option.get_help_record(context)
    if record is None:
        return []
    names, meaning = record
    return [".TP", f".B {roff(names)}", roff(" ".join(meaning.split()))]


def completion(shell: str) -> str:
    """Return the script that completes options, methods and paths in a shell."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(command, {}, "quantize", "_QUANTIZE_COMPLETE").source()


def texts() -> dict[str, str]:
    """Return the files of `docs/shell/` by their names."""
    return {
        "quantize.1": man_page(),
        **{name: completion(shell) for shell, name in COMPLETIONS.items()},
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
