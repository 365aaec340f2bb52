# %% [markdown]
# # The same digits after t-SNE
#
# *Answers `TSNE` before `KMeans` of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html):
# a step that keeps neighbours, and clusters that are purer after it.*
#
# t-SNE lays the scans out on a plane so that neighbours stay neighbours. Groups that were long and
# bent in 64 dimensions become islands, and k-means on the plane finds the islands. The layout never
# sees the labels either. It has its price: it takes many times as long as the clustering, new scans
# have no place in it, and the sizes of islands and the distances between them mean little.

# %%
import drawing
import numpy as np
import scoring
import tutorial
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from quantize import KMeans

digits, meant = load_digits(return_X_y=True)
with threadpool_limits(1):  # its layout depends on the number of threads
    plane = TSNE(n_components=2, init="pca", random_state=0).fit_transform(digits)
model = KMeans(n_clusters=10, n_init=10, random_state=0).fit(plane)
named = scoring.named(model.labels_, meant)
wrong = named != meant

# %% tags=["drawing"]
figure, (islands, mistakes) = drawing.panels(1, 2, height=4.9)
islands.scatter(*plane.T, s=6, c=np.array(drawing.TEN)[named], linewidths=0)
islands.set_title("clusters, and the digits that they stand for")
for cluster, center in enumerate(model.cluster_centers_):
    digit = named[model.labels_ == cluster][0]
    text = islands.text(*center, digit, size=16, weight="bold", ha="center", va="center")
    text.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 2})
mistakes.scatter(*plane[~wrong].T, s=6, c="#d5d5d5", linewidths=0)
mistakes.scatter(*plane[wrong].T, s=14, c=drawing.INK, linewidths=0)
mistakes.set_title("scans in a cluster of another digit")
for axes in (islands, mistakes):
    drawing.frame(axes, plane)
alt = "Left: islands of points, a digit on each; right: the wrong ones in black"
tutorial.show(drawing.picture(figure, "digits_tsne.png", alt))

# %%
head = ("accuracy after t-SNE", "scans in the wrong cluster")
row = (f"{scoring.accuracy(model.labels_, meant):.1%}", f"{wrong.sum()} of {len(meant):,}")
tutorial.show(tutorial.Table([head, row]))

# %% [markdown]
# **To learn:** k-means is as good as the space that it works in; a step before it that makes groups
# round is worth more than any setting of it.
