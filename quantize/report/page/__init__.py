"""A page to look at: what a run did with one picture, in one HTML file that needs nothing else.

evidence.py   what the page shows of the pixels: before, after, errors, the cloud of colours
steps.py      k-means on some of the colours, step by step, from three kinds of seeds
meanings.py   what each figure of the record means
html.py       the page: `page.html` with its style and its scripts, filled in and escaped

`steps.js` moves points in the plane as well: the tutorials show it as their own.
"""
