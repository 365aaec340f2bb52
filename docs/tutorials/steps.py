# %% [markdown]
# # The steps of the algorithm
#
# *Answers `plot_kmeans_interactive`, the figure to be moved by hand of Jake VanderPlas'
# [scikit-learn tutorial](https://github.com/jakevdp/sklearn_tutorial) (notebook 04.2) and of his
# Handbook.*
#
# Two moves, again and again: each point joins its nearest centroid, each centroid moves to the mean
# of its points. `callback` is told the centroids at every step, from the seeds on. The seeds here
# are four points drawn at random, two of them in one group, where they stand in each other's way
# until one of them leaves for the group that has none. Where no point changes its centroid any
# more, the algorithm ends.

# %%
from itertools import pairwise

import drawing
import interactive
import numpy as np
import tutorial
from sklearn.datasets import make_blobs

from quantize import KMeans, plot_steps

points, meant = make_blobs(300, centers=4, cluster_std=0.6, random_state=0)
steps = []
model = KMeans(
    algorithm="lloyd",
    n_clusters=4,
    init="random",
    n_init=1,
    random_state=0,
    callback=lambda iteration, centers, inertia: steps.append((iteration, centers, inertia)),
).fit(points)

# %% [markdown]
# Move the slider, or press *play*. The other run has the same points, and seeds of k-means++, which
# are nearly where they stay.

# %%
spread = []
KMeans(
    algorithm="lloyd", n_clusters=4, n_init=1, random_state=0, callback=lambda *s: spread.append(s)
).fit(points)
runs = [interactive.Run("random", steps), interactive.Run("k-means++", spread)]
tutorial.show(interactive.steps(points, runs, "the steps of k-means on four blobs"))

# %% [markdown]
# On paper, by `plot_steps`:

# %%
figure = plot_steps(points, steps, panels=7)
alt = "Seven panels: centroids wander from bad seeds to the middles of four blobs; inertia falls"
tutorial.show(drawing.picture(figure, "steps.png", alt, colors=96))

# %%
moves = [
    np.linalg.norm(after - before, axis=1).max()
    for (_, before, _), (_, after, _) in pairwise(steps)
]
rows = [
    ("iteration", *(f"{iteration}" for iteration, _, _ in steps)),
    ("inertia", *(f"{inertia:.0f}" for _, _, inertia in steps)),
    ("longest move", "", *(f"{move:.2f}" for move in moves)),
]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** That is all of k-means: assign, average, repeat. It may all but rest for some
# iterations and then find its way, so do not spare them.
