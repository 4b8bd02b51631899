"""Milliseconds of CPU time per training step of scikit-learn's MLPClassifier, as C2ST uses it.

Same rows, batches and network as bench/c2st.ts: 16,000 rows, batches of 200, 10 d + 10 d units.
Run with one BLAS thread (`OPENBLAS_NUM_THREADS=1`), which is what these small products like best.
Prints one JSON object: dimensions to milliseconds.
"""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
ROWS = 16000


def milliseconds(dim, passes):
    rows = np.random.default_rng(0).normal(size=(ROWS, dim))
    labels = np.arange(ROWS) % 2
    rows[labels == 1] += 0.3
    mlp = MLPClassifier((10 * dim, 10 * dim), max_iter=passes, n_iter_no_change=passes, random_state=0)
    start = time.process_time()
    mlp.fit(rows, labels)
    return 1000 * (time.process_time() - start) / (passes * ROWS / 200)


passes = int(sys.argv[1])
print(json.dumps({dim: milliseconds(dim, passes) for dim in (2, 5, 10)}))
