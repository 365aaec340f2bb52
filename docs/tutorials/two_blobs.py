# %% [markdown]
# # Two blobs, and points that come later
#
# *Answers the example of [scikit-learn's `KMeans`](https://scikit-learn.org/stable/modules/generated/sklearn.cluster.KMeans.html):
# two clusters, and `predict` for two points that were not in the fit.*
#
# With two clusters the border is one straight line: all places as far from one centroid as from the
# other. `predict` says on which side of it a new point lies, `transform` how far it is from each
# centroid, so also how clear the case is.

# %%
import drawing
import numpy as np
import tutorial
from sklearn.datasets import make_blobs

from quantize import KMeans

points, meant = make_blobs(200, centers=[[-2, -1], [2, 1]], cluster_std=0.8, random_state=0)
model = KMeans(n_clusters=2, random_state=0).fit(points)
later = np.array([[-2.5, 0.5], [3.0, -0.5], [-0.3, 0.9]])
labels = model.predict(later)
distances = model.transform(later)

# %% tags=["drawing"]
names = ("A", "B", "C")
figure, (axes,) = drawing.panels(1, 1, height=4.5)
drawing.regions(axes, model.cluster_centers_, points, ratio=2)
drawing.points_by(axes, points, model.labels_)
drawing.crosses(axes, model.cluster_centers_)
for index, center in enumerate(model.cluster_centers_):
    text = axes.annotate(
        f"centroid {index}", center, (0, -26), textcoords="offset points", ha="center"
    )
    text.set_bbox({"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2})
square = {"s": 130, "marker": "s", "edgecolors": drawing.INK, "linewidths": 1.5, "zorder": 5}
axes.scatter(*later.T, c=[drawing.COLORS[label] for label in labels], **square)
for name, place in zip(names, later, strict=True):
    axes.annotate(name, place, (11, 4), textcoords="offset points", weight="bold", size=14)
alt = "Two groups, the straight border between them, three new points"
tutorial.show(drawing.picture(figure, "two_blobs.png", alt))

# %%
head = ("new point", "cluster", "distance to centroid 0", "distance to centroid 1")
rows = [
    (f"{name} ({x:g}, {y:g})", f"{label}", f"{first:.2f}", f"{second:.2f}")
    for name, (x, y), label, (first, second) in zip(names, later, labels, distances, strict=True)
]
tutorial.show(tutorial.Table([head, *rows]))

# %% [markdown]
# **To learn:** A fitted model is two things: where the groups are, and a rule for every point that
# is still to come.
