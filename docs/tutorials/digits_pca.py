# %% [markdown]
# # The digits seen from the side, and picked
#
# *Answers the `PCA(2)` view with learned and true labels of Jake VanderPlas'
# [scikit-learn tutorial](https://github.com/jakevdp/sklearn_tutorial) (notebook 04.2), the view of
# scikit-learn's [plot_kmeans_digits](https://scikit-learn.org/stable/auto_examples/cluster/plot_kmeans_digits.html),
# and `pick_scatter_plot` of matplotlib's
# [pick_event_demo](https://matplotlib.org/stable/gallery/event_handling/pick_event_demo.html).*
#
# Nobody sees in 64 dimensions. The two directions in which the scans differ most, their principal
# components, show some of it: the clusters that k-means learned lie where the digits are, and
# overlap, since the other 62 directions are gone.

# %%
import drawing
import interactive
import numpy as np
import scoring
import tutorial
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from quantize import KMeans

digits, meant = load_digits(return_X_y=True)
model = KMeans(n_clusters=10, n_init=10, random_state=0).fit(digits)
named = scoring.named(model.labels_, meant)
pca = PCA(2, svd_solver="full").fit(digits)
plane = pca.transform(digits)

# %% tags=["drawing"]
figure, panels = drawing.panels(1, 2, height=4.9)
for axes, labels, title in zip(
    panels, (named, meant), ("learned labels", "true labels"), strict=True
):
    axes.scatter(*plane.T, s=6, c=np.array(drawing.TEN)[labels], linewidths=0)
    for digit in range(10):
        middle = plane[labels == digit].mean(axis=0)
        text = axes.text(*middle, digit, size=14, weight="bold", ha="center", va="center")
        text.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 2})
    axes.set_title(title)
    drawing.frame(axes, plane)
alt = "The same cloud twice, in the colours of the learned and of the true digits: nearly the same"
tutorial.show(drawing.picture(figure, "digits_pca.png", alt))

# %% [markdown]
# Pick a point to see its scan, its digit and what it was taken for: by a click, or by the arrow
# keys. Those where colours change with the labels are the mistakes.

# %%
said = [
    f"a {digit}, taken for {'an' if name == 8 else 'a'} {name}; at {x:.1f}, {y:.1f}"
    if digit != name
    else f"{'an' if digit == 8 else 'a'} {digit}, taken for that; at {x:.1f}, {y:.1f}"
    for digit, name, (x, y) in zip(meant, named, plane, strict=True)
]
scans = (digits.reshape(-1, 8, 8) / 16 * 255).astype(np.uint8)
labels = {"learned labels": named, "true labels": meant}
tutorial.show(interactive.pickable(plane, labels, said, scans, "handwritten digits, to be picked"))

# %%
head = ("variance that the view shows", "accuracy of the learned labels")
row = (f"{pca.explained_variance_ratio_.sum():.0%}", f"{np.mean(named == meant):.1%}")
tutorial.show(tutorial.Table([head, row]))

# %% [markdown]
# **To learn:** A view is not the space that k-means worked in: clusters that overlap on the page
# may be apart. Pick the points at the borders and look at the data themselves.
