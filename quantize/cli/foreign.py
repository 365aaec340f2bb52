"""Words of programs that people come from, and what they are called here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import click

from quantize.checks import MAX_COLORS
from quantize.storage import files

_PNGQUANT: Final = {
    "--speed": "say --effort fast, balanced or best",
    "--nofs": "leave it out: nothing is dithered unless --dither asks for it",
    "--floyd": "say --dither floyd-steinberg, and --dither-strength for less than all of it",
    "--ordered": "say --dither bayer-8",
    "--map": "say --use-palette FILE",
    "--ext": "say -o '{parent}/{stem}-fs8.png' for names of your own, "
    "or --in-place to replace the files",
    "--iebug": "leave it out: it is for programs of the last century",
    "--transbug": "leave it out: it is for programs of the last century",
    "-f": "say --force",
}

_IMAGEMAGICK: Final = {
    "-colors": "say -k N",
    "-kmeans": "say -k N",
    "-dither": "say --dither floyd-steinberg",
    "+dither": "leave it out: nothing is dithered unless --dither asks for it",
    "-ordered-dither": "say --dither bayer-8",
    "-remap": "say --use-palette FILE",
    "-quantize": "say --space",
    "-colorspace": "say --space",
    "-background": "say --background COLOR",
    "-flatten": "say --background COLOR",
    "-strip": "say --strip",
    "-format": "say --format",
    "-quality": "say --compress fast, default or best",
    "-depth": "leave it out: there are as few bits a pixel as the colours need",
    "-type": "leave it out: results are indexed",
    "-unique-colors": "say --save-palette FILE",
    "-verbose": "say -v",
    "-quiet": "say -q",
}

_OXIPNG: Final = {
    "--opt": "say --compress fast, default or best",
    "--zopfli": "say --compress best",
    "-Z": "say --compress best",
    "--out": "say -o FILE",
    "--dir": "say -o FOLDER",
    "--stdout": "say -o -",
    "--pretend": "say --dry-run",
    "-P": "say --dry-run",
    "--interlace": "leave it out: PNGs are not interlaced",
    "-i": "leave it out: PNGs are not interlaced",
    "-t": "say --threads N",
}

_ANY: Final = {
    "--colours": "say -k N or --colors N",
    "--ncolors": "say -k N",
    "--palette": "say --use-palette FILE to map to one, --save-palette FILE to write one",
}

WORDS: Final = {
    word: (program, advice)
    for program, words in {
        "pngquant": _PNGQUANT,
        "ImageMagick": _IMAGEMAGICK,
        "oxipng": _OXIPNG,
        "": _ANY,
    }.items()
    for word, advice in words.items()
}
"""Options of other programs: which program, and what to do here. What is an option of ours by now
is never looked up."""


def refuse_words(words: Sequence[str], ours: Collection[str]) -> None:
    """Refuse the first word of another program.

    Args:
        words: of the command line, up to `--`.
        ours: the names of our options.

    Raises:
        click.UsageError: it says what to do.
    """
    for word in words:
        name = word.partition("=")[0]
        if name in WORDS and name not in ours:
            program, advice = WORDS[name]
            whose = f"is an option of {program}" if program else "is no option"
            raise click.UsageError(f"{name} {whose}; {advice}")


def refuse_numbers(inputs: Sequence[str]) -> None:
    """Refuse a number of colours among the inputs, as pngquant takes it; a file may be called so.

    Raises:
        click.UsageError: it says what to do.
    """
    for word in inputs:
        is_number = word.isascii() and word.isdigit() and 1 <= int(word) <= MAX_COLORS
        if is_number and not files.exists(word):
            raise click.UsageError(f"there is no file {word}; a number of colours is -k {word}")
