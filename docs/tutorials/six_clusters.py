# %% [markdown]
# # Six clusters of four blobs
#
# *Answers `KMeans(6)` of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html):
# the number of clusters has to be chosen beforehand.*
#
# k-means finds as many groups as it is told to, and never asks whether they are there. Told six, it
# cuts two of the four blobs in two. Nothing in the labels says so; the curve of inertia over k
# does: it falls steeply up to four, then hardly.

# %%
import drawing
import tutorial
from sklearn.datasets import make_blobs

from quantize import KMeans, plot_curve

points, meant = make_blobs(300, centers=4, cluster_std=0.6, random_state=0)
model = KMeans(6, random_state=0).fit(points)
inertias = {k: KMeans(k, random_state=0).fit(points).inertia_ for k in range(1, 10)}

# %% tags=["drawing"]
figure, (axes,) = drawing.panels(1, 1, height=4.5)
drawing.regions(axes, model.cluster_centers_, points, ratio=1.6)
drawing.points_by(axes, points, model.labels_)
drawing.crosses(axes, model.cluster_centers_)
alt = "Four blobs; two of them are cut in two by straight borders, six crosses"
tutorial.show(drawing.picture(figure, "six_clusters.png", alt))

# %% [markdown]
# The elbow, by `plot_curve`:

# %%
figure = plot_curve(inertias)
figure.set_size_inches(6, 3.4)
alt = "A curve that falls steeply from one to four clusters, and hardly after that"
tutorial.show(drawing.picture(figure, "six_clusters_elbow.png", alt))

# %%
ks = range(3, 8)
rows = [
    ("clusters", *(f"{k}" for k in ks)),
    ("inertia", *(f"{inertias[k]:.0f}" for k in ks)),
    ("less than with one fewer", *(f"{1 - inertias[k] / inertias[k - 1]:.0%}" for k in ks)),
]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** k is yours to choose. For pictures `quantize(image, "auto")` looks for the same
# elbow, of the error over the size of the palette.
