#!/usr/bin/env bash
# zarrita 0.7.5 and zarr-python 3.1.6: an array that zarrita creates with nothing but shape, chunks and
# type has `"codecs": []` and `"fill_value": null` in its metadata. zarrita reads it back; zarr-python
# refuses it, for the fill value and, once that is there, for the codecs. Arrays for both need an explicit
# `bytes` codec and `fillValue`. Seen with Node 20 and Python 3.11, 2026-11-27. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund zarrita@0.7.5
python3 -m venv venv
venv/bin/pip install --quiet zarr==3.1.6
cat > run.mjs <<'JS'
import * as zarr from "zarrita";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const files = new Map();
const store = { get: async (key) => files.get(key), set: async (key, value) => void files.set(key, value) };
const bytes = { codecs: [{ name: "bytes", configuration: { endian: "little" } }] };
const fill = { fillValue: 0 };
const kinds = { defaults: {}, fill, codecs: bytes, both: { ...bytes, ...fill } };
for (const [name, options] of Object.entries(kinds)) {
  const at = zarr.root(store).resolve(name);
  const array = await zarr.create(at, { shape: [2], chunkShape: [2], dtype: "float64", ...options });
  await zarr.set(array, null, { data: Float64Array.of(1, 2), shape: [2], stride: [1] });
  const { data } = await zarr.get(array);
  console.log(`zarrita reads ${name}: ${[...data]}`);
}
for (const [key, value] of files) {
  await mkdir(`store${dirname(key)}`, { recursive: true });
  await writeFile(`store${key}`, value);
}
JS
cat > run.py <<'PY'
import zarr

for name in ("defaults", "fill", "codecs", "both"):
    try:
        print(f"zarr-python reads {name}: {zarr.open_array(f'store/{name}', mode='r')[:].tolist()}")
    except Exception as error:
        print(f"zarr-python refuses {name}: {type(error).__name__}")
PY
{ node run.mjs; venv/bin/python run.py; } | tee seen.txt
diff seen.txt - <<'SEEN'
zarrita reads defaults: 1,2
zarrita reads fill: 1,2
zarrita reads codecs: 1,2
zarrita reads both: 1,2
zarr-python refuses defaults: TypeError
zarr-python refuses fill: ValueError
zarr-python refuses codecs: TypeError
zarr-python reads both: [1.0, 2.0]
SEEN
echo "as seen: zarrita's defaults are not zarr-python's"
