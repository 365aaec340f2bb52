# %% [markdown]
# # Four blobs are recovered
#
# *Answers the first example of Jake VanderPlas' [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html),
# "In Depth: k-Means Clustering": `KMeans(n_clusters=4)` on `make_blobs`.*
#
# Three hundred points were drawn around four places. k-means is told the number four and nothing
# else; it gives back the four groups without a mistake, and their middles. Every point of the plane
# belongs to the nearest centroid, so the plane falls into cells with straight borders: a Voronoi
# diagram.

# %%
import drawing
import numpy as np
import tutorial
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from quantize import KMeans

points, meant, places = make_blobs(
    300, centers=4, cluster_std=0.6, random_state=0, return_centers=True
)
model = KMeans(n_clusters=4, random_state=0).fit(points)

# %% tags=["drawing"]
figure, (given, clustered) = drawing.panels(1, 2, height=5.0)
given.scatter(*points.T, s=16, c=drawing.GREY, linewidths=0)
given.set_title("what k-means is given")
drawing.frame(given, points)
drawing.regions(clustered, model.cluster_centers_, points)
drawing.points_by(clustered, points, model.labels_)
drawing.crosses(clustered, model.cluster_centers_)
clustered.set_title("what it gives back")
alt = "Left: grey points; right: four groups on tinted cells, a cross in each"
tutorial.show(drawing.picture(figure, "four_blobs.png", alt))

# %%
apart = np.linalg.norm(places[:, None] - model.cluster_centers_, axis=2)
farthest = apart.min(axis=1).max()
head = ("adjusted Rand index", "farthest centroid from its place", "inertia", "iterations")
row = (
    f"{adjusted_rand_score(meant, model.labels_):.3f}",
    f"{farthest:.2f}",
    f"{model.inertia_:.1f}",
    f"{model.n_iter_}",
)
tutorial.show(tutorial.Table([head, row]))

# %% [markdown]
# **To learn:** Round groups of like size that lie apart are what k-means is made for: there it is
# right, and fast.
