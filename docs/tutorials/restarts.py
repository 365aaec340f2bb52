# %% [markdown]
# # The effect of n_init
#
# *Answers the curve of scikit-learn's
# [plot_kmeans_stability_low_dim_dense](https://scikit-learn.org/stable/auto_examples/cluster/plot_kmeans_stability_low_dim_dense.html):
# inertia over `n_init`, for each way of seeding.*
#
# `n_init=10` runs k-means from ten draws of seeds and keeps the run of least inertia. More runs
# from the same `random_state` are the same runs and some more, so the best of them can only fall.
# With `random` seeds even many runs miss the best; with `k-means++` a few find it.

# %%
import drawing
import grid
import numpy as np
import tutorial

from quantize import KMeans

inits, runs = ("random", "k-means++"), (1, 2, 5, 10, 20)
points = grid.points()
inertias = {}
for init in inits:
    for n_init in runs:
        how = {"init": init, "n_init": n_init, "algorithm": "lloyd"}
        models = [KMeans(25, random_state=seed, **how) for seed in range(10)]
        inertias[init, n_init] = [model.fit(points).inertia_ for model in models]
tables = {init: np.array([inertias[init, n_init] for n_init in runs]).T for init in inits}

# %% tags=["drawing"]
figure, (axes,) = drawing.panels(1, 1, height=3.8)
for color, (init, values) in zip(drawing.COLORS, tables.items(), strict=False):
    axes.plot(runs, values.T, color=color, alpha=0.3, linewidth=1)
    mean = values.mean(axis=0)
    axes.plot(runs, mean, "o-", color=color, linewidth=2.5, label=f"init={init!r}")
axes.set(xscale="log", ylim=(0, None), xlabel="n_init", ylabel="inertia of the best run")
axes.set_xticks(runs, labels=runs)
axes.minorticks_off()
axes.legend(title="mean of ten random states", loc="upper right")
alt = "Two falling lines: the best inertia of 1, 2, 5, 10 and 20 runs"
tutorial.show(drawing.picture(figure, "restarts.png", alt))

# %%
head = ("mean inertia; `n_init`:", *map(str, runs))
rows = [
    (f"`{init}`", *(f"{mean:.1f}" for mean in values.mean(axis=0)))
    for init, values in tables.items()
]
tutorial.show(tutorial.Table([head, *rows]))

# %% [markdown]
# **To learn:** Time grows with the number of runs and the gain shrinks: twenty runs from random
# seeds do not make up for good ones. Good seeds first, then a handful of restarts.
