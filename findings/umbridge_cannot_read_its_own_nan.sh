#!/usr/bin/env bash
# umbridge 1.2.10, the package of UM-Bridge for Python: its server prints outputs as Python prints lists,
# `nan` and `inf`, which is no JSON, not even Python's, and its own client cannot read the answer. What is
# not finite can only be sent by models in other languages, or as an error. A model that returns None is
# answered as `None`. Seen with Python 3.11, 2026-11-27. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet umbridge==1.2.10
cat > server.py <<'PY'
import umbridge


class Model(umbridge.Model):
    def get_input_sizes(self, config):
        return [1]

    def get_output_sizes(self, config):
        return [2]

    def __call__(self, parameters, config):
        return [{"nan": [float("nan"), 1.0], "inf": [float("-inf"), 1.0], "none": [None, 1.0]}[config["kind"]]]

    def supports_evaluate(self):
        return True


umbridge.serve_models([Model("model")], 4951)
PY
cat > client.py <<'PY'
import time

import requests
import umbridge

url = "http://localhost:4951"
for _ in range(100):
    try:
        requests.get(f"{url}/Info")
        break
    except requests.ConnectionError:
        time.sleep(0.2)
model = umbridge.HTTPModel(url, "model")
for kind in ("nan", "inf", "none"):
    body = {"name": "model", "input": [[0.0]], "config": {"kind": kind}}
    print(f"{kind}: the server says", requests.post(f"{url}/Evaluate", json=body).text)
    try:
        print(f"{kind}: the client reads", model([[0.0]], {"kind": kind}))
    except requests.exceptions.JSONDecodeError:
        print(f"{kind}: the client throws JSONDecodeError")
PY
venv/bin/python server.py >/dev/null 2>&1 &
server=$!
venv/bin/python client.py | tee seen.txt
diff seen.txt - <<'SEEN'
nan: the server says {"output": [[nan, 1.0]] }
nan: the client throws JSONDecodeError
inf: the server says {"output": [[-inf, 1.0]] }
inf: the client throws JSONDecodeError
none: the server says {"output": [[None, 1.0]] }
none: the client throws JSONDecodeError
SEEN
echo "as seen: umbridge cannot read its own nan"
