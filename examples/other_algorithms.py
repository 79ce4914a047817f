"""Draw the steps of other algorithms: scikit-learn's MiniBatchKMeans and DBSCAN.

python examples/other_algorithms.py [FOLDER]

A step is a pair of centroids and labels, or labels alone; -1 is noise, as in scikit-learn.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.cluster import DBSCAN, MiniBatchKMeans
from sklearn.datasets import make_moons

import renderers
from kmeans_engine import make_clusters

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")

# A film of its batches, each of which moves the centroids a little.
points = make_clusters(8, 150, spread=0.02, seed=3)
model = MiniBatchKMeans(8, random_state=2, n_init=1)
batches = np.array_split(np.random.default_rng(0).permutation(points), 12)
steps = []
for batch in batches:
    model.partial_fit(batch)
    steps.append((model.cluster_centers_.copy(), model.predict(points)))
renderers.save(steps, folder / "minibatch.gif", points=points, smooth=True, title="MiniBatchKMeans")

# A race of three radii. DBSCAN has no centroids, and one step.
moons, _ = make_moons(600, noise=0.06, random_state=0)
ends = {f"eps = {eps}": DBSCAN(eps=eps).fit_predict(moons) for eps in (0.06, 0.09, 0.12)}
renderers.save(ends, folder / "dbscan.png", points=moons, size=(1280, 480), title="DBSCAN")
