# The simulator of drift_diffusion. What it prints goes to standard error, as standard output has the answers.
import json, sys, traceback

import numpy as np


STEP = 0.001  # seconds
TRIALS = 200


def simulate(v, a, w, t0, rng):
    """Choices, 1 or 0, and their times in seconds: evidence drifts from w a until it reaches a or 0."""
    # Steps go beyond a boundary before they are seen to; one that is so much nearer makes up for it.
    near = 0.5826 * np.sqrt(STEP)
    x = np.empty((TRIALS, 2))
    on, at, step = np.arange(TRIALS), np.full(TRIALS, w * a), 0
    while len(on) > 0:
        step += 1
        at = at + v * STEP + np.sqrt(STEP) * rng.standard_normal(len(on))
        over = (at >= a - near) | (at <= near)
        x[on[over], 0] = at[over] > a / 2
        x[on[over], 1] = t0 + (step - 0.5) * STEP
        on, at = on[~over], at[~over]
    return x.ravel()


out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps({"likely":1,"theta":["v","a","w","t0"],"x":400}), file=out, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    try:
        x = simulate(*asked["theta"], rng=np.random.default_rng(asked["seed"]))
        answer = {"row": asked["row"], "x": [float(value) for value in x]}
    except Exception as error:
        traceback.print_exc()
        answer = {"row": asked["row"], "error": repr(error)}
    print(json.dumps(answer), file=out, flush=True)
