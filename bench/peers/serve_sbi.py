"""A posterior of sbi as a service, for `deno task bench:serve`.

As a script it trains: NPE by a flow of splines of the size of ours, from `theta.f64` and `x.f64` in the folder
named by LIKELY_PEER. As the app of uvicorn it answers `POST /posterior` with `{x, draws, seed}`: float32 or
JSON by `Accept`. One thread a process; the answer is made in the event loop, which is faster than in a thread.
"""

import json
import os
import pickle
import warnings
from pathlib import Path

import numpy as np
import torch
from fastapi import FastAPI, Request, Response

warnings.filterwarnings("ignore")
FOLDER = Path(os.environ["LIKELY_PEER"])
torch.set_num_threads(1)
app = FastAPI()


def train():
    from sbi.inference import NPE
    from sbi.neural_nets import posterior_nn
    from sbi.utils import MultipleIndependent
    from torch.distributions import Exponential

    read = lambda name, width: torch.from_numpy(np.fromfile(FOLDER / f"{name}.f64").reshape(-1, width)).float()
    # Of the prior, sampling knows the support alone: numbers above 0.
    prior = MultipleIndependent([Exponential(torch.ones(1)) for _ in range(3)])
    build = posterior_nn("nsf", hidden_features=48, num_transforms=4, num_bins=8)
    inference = NPE(prior, density_estimator=build, show_progress_bars=False)
    inference.append_simulations(read("theta", 3), read("x", 14))
    inference.train(max_num_epochs=50)
    with open(FOLDER / "posterior.pkl", "wb") as file:
        pickle.dump(inference.build_posterior(), file)


if __name__ == "__main__":
    train()
else:
    with open(FOLDER / "posterior.pkl", "rb") as file:
        POSTERIOR = pickle.load(file)


@app.get("/health")
async def health():
    return {"ok": True}


@app.post("/posterior")
async def posterior(request: Request):
    asked = await request.json()
    torch.manual_seed(asked["seed"])
    draws = POSTERIOR.sample((asked["draws"],), x=torch.tensor([asked["x"]]), show_progress_bars=False)
    if request.headers.get("accept") == "application/octet-stream":
        return Response(draws.numpy().tobytes(), media_type="application/octet-stream")
    return Response(json.dumps({"draws": draws.tolist()}), media_type="application/json")
