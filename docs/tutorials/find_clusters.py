# %% [markdown]
# # k-means by hand
#
# *Answers `find_clusters`, the hand-written k-means of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html),
# and its warning: from another seed it ends in a worse place.*
#
# Guess k centres. Then, until nothing moves: give each point to its nearest centre (the
# *expectation*), and put each centre in the middle of its points (the *maximization*). That is a
# dozen lines of NumPy.

# %%
import drawing
import numpy as np
import scoring
import tutorial
from sklearn.datasets import make_blobs

from quantize import KMeans


def find_clusters(points, k, seed):
    """k-means from k of the points: the seeds, the centres (k, d), the label of each point."""
    drawn = np.random.default_rng(seed).choice(len(points), k, replace=False)
    seeds = centers = points[drawn]
    while True:
        labels = scoring.nearest(points, centers)
        means = np.array([points[labels == cluster].mean(axis=0) for cluster in range(k)])
        if np.array_equal(means, centers):
            return seeds, centers, labels
        centers = means


points, meant = make_blobs(300, centers=4, cluster_std=0.6, random_state=0)
found = {seed: find_clusters(points, 4, seed) for seed in (1, 8)}

# %% [markdown]
# `KMeans` with `algorithm="lloyd"`, told to begin at the same seeds, ends in the same places; what
# is ours beside that is the search: by default `KMeans` does not stop in a worse valley.

# %%
ours = {
    seed: KMeans(4, init=seeds, n_init=1, algorithm="lloyd").fit(points)
    for seed, (seeds, _, _) in found.items()
}
best = KMeans(4, random_state=0).fit(points)

# %% tags=["drawing"]
figure, panels = drawing.panels(1, 2, height=5.0)
for axes, (seed, (_, centers, labels)) in zip(panels, found.items(), strict=True):
    drawing.regions(axes, centers, points)
    drawing.points_by(axes, points, labels)
    drawing.crosses(axes, centers)
    axes.set_title(f"seed {seed}")
alt = "Left: four blobs, a cross in each; right: two crosses share a blob, one has two blobs"
tutorial.show(drawing.picture(figure, "find_clusters.png", alt))

# %%
inertias = {
    seed: float(np.square(points - centers[labels]).sum())
    for seed, (_, centers, labels) in found.items()
}
rows = [("from", "inertia of `find_clusters`", "of `KMeans` from the same seeds")]
rows += [(f"seed {seed}", f"{inertias[seed]:.1f}", f"{ours[seed].inertia_:.1f}") for seed in found]
rows += [("`KMeans` as it is", "", f"{best.inertia_:.1f}")]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** The algorithm is short, and each run of it is right about its own valley only. Begin
# well, or begin often.
