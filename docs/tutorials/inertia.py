# %% [markdown]
# # Inertia falls at each iteration
#
# *Answers `bench_k_means` of scikit-learn's
# [plot_kmeans_digits](https://scikit-learn.org/stable/auto_examples/cluster/plot_kmeans_digits.html),
# which compares the inertias of runs on the handwritten digits.*
#
# Inertia is the sum of the squared distances of all points to their centroids, and both moves of
# the algorithm lower it: a point changes to a nearer centroid, a mean is nearer to its points than
# any other place. So it never rises, and since there are only so many ways to divide the points,
# the algorithm ends. Not in the same place each time, as six runs on the handwritten digits show,
# from six draws of seeds.

# %%
import drawing
import numpy as np
import tutorial
from sklearn.datasets import load_digits

from quantize import KMeans

digits, _ = load_digits(return_X_y=True)
steps = []
model = KMeans(
    algorithm="lloyd",
    n_clusters=10,
    n_init=6,
    random_state=0,
    callback=lambda *step: steps.append(step),
).fit(digits)

runs = []
for iteration, _, value in steps:
    if iteration == 0:  # one run begins wherever the iterations do
        runs.append([])
    runs[-1].append(value)

# %% tags=["drawing"]
figure, (whole, near) = drawing.panels(1, 2, height=3.9)
for axes in (whole, near):
    for color, inertias in zip(drawing.COLORS, runs, strict=False):
        thousands = np.array(inertias) / 1000
        axes.plot(thousands, color=color, linewidth=1.6)
        axes.plot(len(thousands) - 1, thousands[-1], "o", color=color)
    axes.set(xlabel="iteration")
ends = np.array([inertias[-1] for inertias in runs]) / 1000
whole.set(ylabel="inertia, thousands", ylim=(0, None), title="six runs, from their seeds on")
near.set(ylim=(0.998 * ends.min(), 1.008 * ends.max()), title="the same, where they end")
alt = "Six falling curves that level off, one of them above the others"
tutorial.show(drawing.picture(figure, "inertia.png", alt))

# %%
rows = [
    ("run", *(f"{number}" for number in range(1, len(runs) + 1))),
    ("inertia of the seeds, thousands", *(f"{run[0] / 1000:,.0f}" for run in runs)),
    ("after 1 iteration", *(f"{run[1] / 1000:,.0f}" for run in runs)),
    ("at the end", *(f"{run[-1] / 1000:,.0f}" for run in runs)),
    ("iterations", *(f"{len(run) - 1}" for run in runs)),
]
tutorial.show(tutorial.Table(rows))

# %% [markdown]
# **To learn:** Inertia that rises is a bug; inertia that has stopped falling is an answer, not
# always the best one.
