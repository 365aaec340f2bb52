# %% [markdown]
# # The same photograph in 16 colours, with mini-batches
#
# *Answers `MiniBatchKMeans(16)` on china.jpg in Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html),
# "k-means for color compression".*
#
# Mini-batch k-means does not look at all pixels before it moves. It draws a thousand or so, moves
# the centroids a little towards them, and draws again, until it gets no better. `compress_image` is
# the same exercise in one line, with full k-means on the distinct colours and a search behind it.
# Sixteen colours are few: the sky turns into bands.

# %%
import numpy as np
import picture
import scoring
import tutorial

from quantize import KMeans, MiniBatchKMeans, compress_image

image = picture.china()
pixels = image.reshape(-1, 3)
batches = MiniBatchKMeans(n_clusters=16, n_init=3, random_state=0).fit(pixels)
full = KMeans(n_clusters=16, n_init=3, random_state=0).fit(pixels)
compressed = {
    "MiniBatchKMeans": batches.cluster_centers_[batches.predict(pixels)],
    "KMeans": full.cluster_centers_[full.predict(pixels)],
    "compress_image": compress_image(image, 16).reshape(-1, 3),
}

# %% tags=["drawing"]
in_line = "16 colours, with `compress_image`"
tutorial.show(
    picture.original(),
    picture.part(compressed["MiniBatchKMeans"], "china_16.png", "16 colours, with mini-batches"),
    picture.part(compressed["compress_image"], "china_16_compress_image.png", in_line),
)

# %%
seen = {
    "MiniBatchKMeans": f"{batches.n_steps_ * batches.batch_size:,}",
    "KMeans": f"{full.n_iter_ * len(pixels):,}",
    "compress_image": "–",
}
head = ("with", "pixels looked at, over all iterations", "distinct colours", "MSE over all pixels")
rows = [
    (
        f"`{name}`",
        seen[name],
        f"{len(np.unique(colors, axis=0))}",
        f"{scoring.mse(pixels, colors):.1f}",
    )
    for name, colors in compressed.items()
]
tutorial.show(tutorial.Table([head, *rows]))

# %% [markdown]
# **To learn:** Where data are large or come as a stream, mini-batches give nearly the answer of
# full k-means for a small part of its work.
