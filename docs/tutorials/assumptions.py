# %% [markdown]
# # Blobs that are not round, or not alike
#
# *Answers scikit-learn's
# [plot_kmeans_assumptions](https://scikit-learn.org/stable/auto_examples/cluster/plot_kmeans_assumptions.html)
# (anisotropic blobs, unequal variance, uneven sizes), and the stretched blobs of Jake VanderPlas'
# chapter on Gaussian mixtures.*
#
# k-means measures distance alike in all directions and for all clusters. Blobs that are drawn out,
# or wide beside narrow, break one of these assumptions each; a mixture of Gaussians has a shape and
# a width for each group, and finds them. Large beside small is no such break: it asks for good
# seeds, which `KMeans` has unless told otherwise.

# %%
import drawing
import numpy as np
import tutorial
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from quantize import KMeans

round_blobs, groups = make_blobs(900, centers=3, random_state=170)
wide_and_narrow = make_blobs(900, centers=3, cluster_std=[1.0, 2.5, 0.5], random_state=170)
few = np.concatenate(
    [np.flatnonzero(groups == group)[:size] for group, size in ((0, 300), (1, 60), (2, 10))]
)
data = {
    "drawn out": (round_blobs @ [[0.6, -0.6], [-0.4, 0.8]], groups),
    "wide and narrow": wide_and_narrow,
    "large and small": (round_blobs[few], groups[few]),
}
found = {
    name: {
        "k-means": KMeans(3, random_state=0).fit_predict(points),
        "a mixture of Gaussians": GaussianMixture(3, n_init=5, random_state=0).fit_predict(points),
    }
    for name, (points, _) in data.items()
}

# %% tags=["drawing"]
figure, panels = drawing.panels(2, 3, height=6.2)
for place, (name, (points, _)) in enumerate(data.items()):
    for row, (method, labels) in enumerate(found[name].items()):
        axes = panels[3 * row + place]
        drawing.points_by(axes, points, labels, size=8)
        drawing.frame(axes, points)
        axes.set_title(f"{name}: {method}" if place == 0 else name)
panels[0].set_title("k-means: drawn out")
panels[3].set_title("mixture: drawn out")
alt = "Above: k-means cuts long blobs across; below: a mixture of Gaussians follows them"
tutorial.show(drawing.picture(figure, "assumptions.png", alt))

# %%
scores = {
    name: {method: adjusted_rand_score(data[name][1], labels) for method, labels in both.items()}
    for name, both in found.items()
}
rows = [("adjusted Rand index", *data)]
rows += [
    (method, *(f"{scores[name][method]:.2f}" for name in data))
    for method in ("k-means", "a mixture of Gaussians")
]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** Look at the shape of the groups before you trust the labels; scale the axes, or use
# a mixture, where they are not round and alike.
