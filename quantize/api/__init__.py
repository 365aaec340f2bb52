"""The library: quantize, results, palettes."""
