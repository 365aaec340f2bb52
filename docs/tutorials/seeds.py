# %% [markdown]
# # Random seeds against k-means++
#
# *Answers the figure of one bad run in scikit-learn's
# [plot_kmeans_stability_low_dim_dense](https://scikit-learn.org/stable/auto_examples/cluster/plot_kmeans_stability_low_dim_dense.html),
# with its `make_data`: groups on a grid.*
#
# k-means goes downhill from where it starts, and stops in the first valley. `random` takes any
# points as the first centroids: several fall into one group, others get none, and no iteration puts
# that right. `k-means++` draws them one after another, each with a chance that grows with the
# squared distance to those that it has, so that they spread. Twenty-five groups, twenty starts
# each:

# %%
import drawing
import grid
import interactive
import numpy as np
import tutorial

from quantize import KMeans

points = grid.points()
models = {
    init: [
        KMeans(25, init=init, n_init=1, algorithm="lloyd", random_state=s).fit(points)
        for s in range(20)
    ]
    for init in ("random", "k-means++")
}
inertias = {init: np.array([m.inertia_ for m in row]) for init, row in models.items()}

# %% tags=["drawing"]
figure, (strip, *examples) = drawing.panels(1, 3, height=3.7)
for place, values in enumerate(inertias.values()):  # a dot a run, a bar at the mean
    aside = place + np.linspace(-0.22, 0.22, len(values))
    strip.scatter(aside, values, s=30, c=drawing.COLORS[place], alpha=0.7, linewidths=0)
    mean = values.mean()
    strip.plot((place - 0.3, place + 0.3), (mean, mean), color=drawing.INK, linewidth=2)
    strip.text(place + 0.34, mean, f"mean\n{mean:.0f}", va="center")
strip.set(xticks=range(2), xticklabels=inertias, xlim=(-0.4, 1.75), ylim=(0, None))
strip.set(ylabel="inertia", title="twenty runs each")
strip.tick_params(axis="x", length=0)
for axes, (init, row) in zip(examples, models.items(), strict=True):
    middle = sorted(row, key=lambda model: model.inertia_)[len(row) // 2]
    axes.scatter(*points.T, s=4, c="#c4c4c4", linewidths=0)
    drawing.crosses(axes, middle.cluster_centers_, size=55)
    drawing.frame(axes, points)
    axes.set_title(f"a typical run: {init}")
alt = "Two strips of twenty dots; and the centroids of one run of each on the data"
tutorial.show(drawing.picture(figure, "seeds.png", alt))

# %%
head = ("init", "mean inertia", "best", "worst", "mean iterations")
rows = [
    (
        f"`{init}`",
        f"{values.mean():.1f}",
        f"{values.min():.1f}",
        f"{values.max():.1f}",
        f"{np.mean([model.n_iter_ for model in models[init]]):.1f}",
    )
    for init, values in inertias.items()
]
tutorial.show(tutorial.Table([head, *rows]))

# %% [markdown]
# One run of each, to be moved by hand: some of the random seeds never reach a group of their own.

# %%
runs = []
for init in models:
    steps = []
    how = {"init": init, "n_init": 1, "algorithm": "lloyd", "random_state": 1}
    KMeans(25, callback=lambda *step, to=steps: to.append(step), **how).fit(points)
    runs.append(interactive.Run(init, steps))
tutorial.show(interactive.steps(points, runs, "the steps of k-means on twenty-five groups"))

# %% [markdown]
# **To learn:** Where k-means ends depends on where it begins: spread the seeds, which is what
# `KMeans` does unless told otherwise.
