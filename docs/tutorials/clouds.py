# %% [markdown]
# # A photograph as a cloud of points
#
# *Answers `plot_pixels` of Jake VanderPlas'
# [Python Data Science Handbook](https://jakevdp.github.io/PythonDataScienceHandbook/05.11-k-means.html):
# the pixels of china.jpg in red and green, and in red and blue, before and after.*
#
# To k-means a photograph is a cloud of pixels in a cube of red, green and blue; here it is seen
# from a corner and from two sides, by `plot_clouds`. Above, some pixels in their own colours;
# below, each has the colour of its centroid. The rings are the sixteen centroids.

# %%
import drawing
import numpy as np
import picture
import tutorial

from quantize import KMeans, plot_clouds

pixels = picture.china().reshape(-1, 3)
model = KMeans(n_clusters=16, random_state=2).fit(pixels[::5])
labels = model.predict(pixels)
before = plot_clouds(pixels, model.cluster_centers_)
after = plot_clouds(pixels, model.cluster_centers_, after=True)

# %%
alt = (
    "Three clouds of pixels in their own colours: in three dimensions, red and green, red and blue"
)
tutorial.show(drawing.picture(before, "clouds.png", alt, colors=128))

# %%
alt = "The same three clouds in sixteen colours"
tutorial.show(drawing.picture(after, "clouds_after.png", alt, colors=64))

# %% [markdown]
# What is left after that is sixteen points, each as large as the number of its pixels; the lines
# are the ways of the centroids from random seeds, as `callback` was told them.

# %%
steps = []
KMeans(
    16,
    init="random",
    n_init=1,
    algorithm="lloyd",
    random_state=2,
    callback=lambda *s: steps.append(s),
).fit(pixels[::5])
ways = np.stack([centers for iteration, centers, inertia in steps])
counts = np.bincount(labels)

# %% tags=["drawing"]
figure, panels = drawing.panels(1, 2, height=4.7)
some = np.random.default_rng(0).permutation(len(pixels))[:2500]
for axes, channel, name in zip(panels, (1, 2), ("green", "blue"), strict=True):
    seen = [0, channel]
    axes.scatter(*pixels[some][:, seen].T, s=3, c="#dddddd", linewidths=0)
    for way in ways.swapaxes(0, 1)[:, :, seen]:
        axes.plot(*way.T, color=drawing.INK, linewidth=1.2)
    areas = 5000 * counts / counts.sum()
    style = {"edgecolors": drawing.INK, "linewidths": 0.8, "zorder": 3}
    axes.scatter(*model.cluster_centers_[:, seen].T, s=areas, c=model.cluster_centers_, **style)
    axes.set(xlim=(-0.08, 1.08), ylim=(-0.08, 1.08), xticks=(0, 1), yticks=(0, 1))
    axes.set(xlabel="red", ylabel=name, aspect="equal")
alt = "Sixteen discs in the two flat views, large where the cloud is thick"
tutorial.show(drawing.picture(figure, "clouds_left.png", alt))

# %%
head = ("colours before", "after", "pixels in the smallest cluster", "in the largest")
row = (
    f"{len(np.unique(pixels, axis=0)):,}",
    f"{len(model.cluster_centers_)}",
    f"{counts.min() / counts.sum():.1%}",
    f"{counts.max() / counts.sum():.1%}",
)
tutorial.show(tutorial.Table([head, row]))

# %% [markdown]
# **To learn:** A palette is a set of centroids: many where the cloud is thick, few where it is
# thin, and none for a colour that few pixels have.
