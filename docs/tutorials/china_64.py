# %% [markdown]
# # A photograph in 64 colours, learnt from some of its pixels
#
# *Answers scikit-learn's
# [plot_color_quantization](https://scikit-learn.org/stable/auto_examples/cluster/plot_color_quantization.html)
# with its `recreate_image`, and the 64 colours of Jake VanderPlas'
# [scikit-learn tutorial](https://github.com/jakevdp/sklearn_tutorial) (notebook 04.2).*
#
# A pixel is a point of three dimensions: red, green, blue. k-means with 64 clusters finds a
# palette, and each pixel takes the colour of its centroid. Neighbouring pixels tell nearly the
# same, so there is no need to learn from all: one fit sees every third pixel, another every fifth.
# Both then predict the colour of every pixel.

# %%
import numpy as np
import picture
import scoring
import tutorial

from quantize import KMeans

pixels = picture.china().reshape(-1, 3)
models, compressed = {}, {}
for step in (1, 3, 5):
    model = KMeans(n_clusters=64, random_state=0).fit(pixels[::step])
    compressed[step] = model.cluster_centers_[model.predict(pixels)]
    models[step] = model

# %% tags=["drawing"]
tutorial.show(
    picture.original(),
    picture.part(compressed[3], "china_64_third.png", "64 colours, from every third pixel"),
    picture.part(compressed[5], "china_64_fifth.png", "64 colours, from every fifth pixel"),
)

# %%
head = ("fit on", "pixels in the fit", "iterations", "distinct colours", "MSE over all pixels")
names = {1: "all pixels", 3: "`pixels[::3]`", 5: "`pixels[::5]`"}
rows = [
    (
        names[step],
        f"{len(pixels[::step]):,}",
        f"{model.n_iter_}",
        f"{len(np.unique(compressed[step], axis=0))}",
        f"{scoring.mse(pixels, compressed[step]):.1f}",
    )
    for step, model in models.items()
]
tutorial.show(tutorial.Table([head, *rows]))

# %% [markdown]
# **To learn:** Learn on a sample, predict on all: a fifth of the pixels makes each iteration a
# fifth of the work, and the error hardly grows.
