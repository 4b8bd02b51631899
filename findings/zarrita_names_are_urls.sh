#!/usr/bin/env bash
# zarrita 0.7.5: `Location.resolve(name)` reads a name as a URL. Two arrays called `N#1` and `N#2` are
# both written to `/N`, the second over the first, without an error; `p?` becomes `/p`. A name with `%`
# that begins no escape throws "URI malformed". Parameter names of statistical models hold such signs.
# Seen with Node 20, 2026-11-27. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund zarrita@0.7.5
cat > run.mjs <<'JS'
import * as zarr from "zarrita";

const files = new Map();
const store = { get: async (key) => files.get(key), set: async (key, value) => void files.set(key, value) };
const root = zarr.root(store);
const seen = [];
for (const name of ["N#1", "N#2", "p?", "50%"]) {
  try {
    const array = await zarr.create(root.resolve(name), {
      shape: [2],
      chunkShape: [2],
      dtype: "float64",
      codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    });
    seen.push(`${name} -> ${array.path}`);
  } catch (error) {
    seen.push(`${name} -> ${error.message}`);
  }
}
console.log(seen.join("\n"));
console.log([...files.keys()].join(" "));
JS
node run.mjs | tee seen.txt
diff seen.txt - <<'SEEN'
N#1 -> /N
N#2 -> /N
p? -> /p
50% -> URI malformed
/N/zarr.json /p/zarr.json
SEEN
echo "as seen: zarrita 0.7.5 takes names for URLs"
