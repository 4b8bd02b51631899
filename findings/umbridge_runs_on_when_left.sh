#!/usr/bin/env bash
# umbridge 1.2.10, the package of UM-Bridge for Python: a request whose client has gone is computed to its
# end, and those behind it wait for it; one that had only been waiting is computed, too. A time limit that
# gives up a model and asks again therefore makes a slow server slower. Seen with Python 3.11, 2026-11-27.
# Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet umbridge==1.2.10
cat > server.py <<'PY'
import time

import umbridge


class Model(umbridge.Model):
    finished = 0

    def get_input_sizes(self, config):
        return [1]

    def get_output_sizes(self, config):
        return [1]

    def __call__(self, parameters, config):
        if not config.get("count"):
            time.sleep(2)
            Model.finished += 1
        return [[float(Model.finished)]]

    def supports_evaluate(self):
        return True


umbridge.serve_models([Model("model")], 4952)
PY
cat > client.py <<'PY'
import time

import requests

url = "http://localhost:4952"
for _ in range(100):
    try:
        requests.get(f"{url}/Info")
        break
    except requests.ConnectionError:
        time.sleep(0.2)
body = {"name": "model", "input": [[0.0]], "config": {}}
for _ in range(3):
    try:
        requests.post(f"{url}/Evaluate", json=body, timeout=0.3)
    except requests.exceptions.ReadTimeout:
        print("left after 0.3 s")
start = time.time()
finished = requests.post(f"{url}/Evaluate", json={**body, "config": {"count": True}}).json()["output"][0][0]
print(f"computed before the next: {finished:.0f}; it waited for more than 4 s: {time.time() - start > 4}")
PY
venv/bin/python server.py >/dev/null 2>&1 &
server=$!
venv/bin/python client.py | tee seen.txt
diff seen.txt - <<'SEEN'
left after 0.3 s
left after 0.3 s
left after 0.3 s
computed before the next: 3; it waited for more than 4 s: True
SEEN
echo "as seen: what was left is computed to its end"
