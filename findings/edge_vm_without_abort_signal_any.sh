#!/usr/bin/env bash
# @edge-runtime/vm 5.0.0, the sandbox that edge functions are tried in locally, brings an `AbortSignal` of its
# own, with `timeout` and `abort` but without `any`, although the Node that it runs on has all three: what
# waits for whoever asked or for a limit, `AbortSignal.any([request.signal, AbortSignal.timeout(ms)])`, throws
# there. Seen with Node 20, 2026-11-28. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @edge-runtime/vm@5.0.0
cat > run.cjs <<'JS'
const { EdgeVM } = require("@edge-runtime/vm");
const names = ["abort", "timeout", "any"];
const types = new EdgeVM().evaluate(`${JSON.stringify(names)}.map((name) => typeof AbortSignal[name])`);
names.forEach((name, i) => console.log(`${name}: ${typeof AbortSignal[name]} in Node, ${types[i]} in the VM`));
JS
node run.cjs | tee seen.txt
diff seen.txt - <<'SEEN'
abort: function in Node, function in the VM
timeout: function in Node, function in the VM
any: function in Node, undefined in the VM
SEEN
echo "as seen: the sandbox has no AbortSignal.any"
