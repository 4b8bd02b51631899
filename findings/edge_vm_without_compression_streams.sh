#!/usr/bin/env bash
# @edge-runtime/vm 5.0.0, the sandbox that edge functions are tried in locally, has `Response`, `Blob`,
# `ReadableStream` and `atob`, but neither `DecompressionStream` nor `CompressionStream`, which belong to
# the minimum common API of such hosts. A WebAssembly module that is shipped deflated must bring an
# inflater of its own. Seen with Node 20, 2026-11-27. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @edge-runtime/vm@5.0.0
cat > run.cjs <<'JS'
const { EdgeVM } = require("@edge-runtime/vm");
const names = ["Response", "Blob", "ReadableStream", "atob", "CompressionStream", "DecompressionStream"];
const types = new EdgeVM().evaluate(`${JSON.stringify(names)}.map((name) => typeof globalThis[name])`);
names.forEach((name, i) => console.log(`${name}: ${types[i]}`));
JS
node run.cjs | tee seen.txt
diff seen.txt - <<'SEEN'
Response: function
Blob: function
ReadableStream: function
atob: function
CompressionStream: undefined
DecompressionStream: undefined
SEEN
echo "as seen: the sandbox has no compression streams"
