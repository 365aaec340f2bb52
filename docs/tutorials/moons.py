# %% [markdown]
# # Two moons: what k-means cannot separate
#
# *Answers `make_moons` and `SpectralClustering` of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html):
# k-means is limited to straight borders.*
#
# Two crescents, each in the hollow of the other. Anybody sees two groups; k-means cuts both in two,
# because its border is a straight line whatever the seeds, the restarts or the iterations: no two
# centroids have the moons as their cells. Spectral clustering, which follows neighbours rather than
# distances to a centre, tells them apart; k-means is still inside it, at work in another space.

# %%
import drawing
import scoring
import tutorial
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_moons

from quantize import KMeans

points, meant = make_moons(200, noise=0.06, random_state=0)
model = KMeans(n_clusters=2, n_init=10, random_state=0).fit(points)
by_neighbors = SpectralClustering(2, affinity="nearest_neighbors", random_state=0)
spectral = by_neighbors.fit_predict(points)

# %% tags=["drawing"]
figure, (ours, theirs) = drawing.panels(1, 2, height=3.2)
drawing.regions(ours, model.cluster_centers_, points, ratio=1.6)
drawing.points_by(ours, points, model.labels_)
drawing.crosses(ours, model.cluster_centers_)
ours.set_title("k-means")
drawing.points_by(theirs, points, spectral)
drawing.frame(theirs, points, ratio=1.6)
theirs.set_title("spectral clustering")
alt = "Left: a straight border cuts both moons; right: spectral clustering follows them"
tutorial.show(drawing.picture(figure, "moons.png", alt))

# %%
rows = [
    ("method", "points in the right moon"),
    ("k-means", f"{scoring.accuracy(model.labels_, meant):.1%}"),
    ("spectral clustering", f"{scoring.accuracy(spectral, meant):.1%}"),
]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** This is a limit of the method, not of an implementation. Where groups are not round,
# use spectral clustering or DBSCAN, or find a space in which they are.
