# %% [markdown]
# # Handwritten digits, found without being told
#
# *Answers "k-Means on Digits" of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html):
# the centres as pictures, and `confusion_matrix` as a heat map.*
#
# 1,797 scans of 8 × 8 grey pixels are points of 64 dimensions. Ten clusters of them are not asked
# to be the ten digits, and nearly are. A centroid is the mean of its members, so it is a picture
# too: one that no one wrote.

# %%
import drawing
import numpy as np
import scoring
import tutorial
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix

from quantize import KMeans

digits, meant = load_digits(return_X_y=True)
model = KMeans(n_clusters=10, n_init=10, random_state=0).fit(digits)

# %% tags=["drawing"]
named = scoring.named(model.labels_, meant)
names = np.array([named[model.labels_ == cluster][0] for cluster in range(10)])
figure, panels = drawing.panels(2, 5, height=4.3)
for axes, cluster in zip(panels, np.argsort(names, kind="stable"), strict=True):
    axes.imshow(model.cluster_centers_[cluster].reshape(8, 8), cmap="Greys", vmin=0, vmax=16)
    share = np.mean(meant[model.labels_ == cluster] == names[cluster])
    axes.set_title(f"{names[cluster]}: {share:.0%}")
    drawing.bare(axes)
alt = "Ten blurred digits from 0 to 9, each with the share of its members that are this digit"
tutorial.show(drawing.picture(figure, "digits.png", alt))

# %% [markdown]
# To count how many digits are found, each cluster gets the name of the digit that most of its
# members are. That takes the true labels, which k-means itself never sees. The confusion matrix
# shows what is taken for what.

# %%
matrix = confusion_matrix(meant, named)

# %% tags=["drawing"]
figure, (axes,) = drawing.panels(1, 1, height=6.2)
heat = axes.imshow(matrix, cmap="Blues")
for (digit, name), number in np.ndenumerate(matrix):
    color = "white" if number > matrix.max() / 2 else drawing.INK
    if number:
        axes.text(name, digit, number, ha="center", va="center", size=11, color=color)
axes.set(xlabel="taken for", ylabel="digit that was written", xticks=range(10), yticks=range(10))
axes.tick_params(length=0)
axes.spines[:].set_visible(False)
figure.colorbar(heat, label="scans")
alt = "A heat map of ten rows and ten columns, dark on the diagonal; half of the ones are eights"
tutorial.show(drawing.picture(figure, "digits_confusion.png", alt))

# %%
head = ("accuracy", "inertia", "iterations")
row = (
    f"{scoring.accuracy(model.labels_, meant):.1%}",
    f"{model.inertia_:,.0f}",
    f"{model.n_iter_}",
)
tutorial.show(tutorial.Table([head, row]))

# %% [markdown]
# **To learn:** Distance between raw pixels already finds four digits of five; it confuses what has
# its ink in the same places, as half of the ones have with the eights.
