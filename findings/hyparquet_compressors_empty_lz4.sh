#!/usr/bin/env bash
# hyparquet-compressors 1.1.2: the LZ4 block of nothing, one byte that is 0, is "lz4 offset out of range 0".
# pyarrow 26.0.1 writes it as the dictionary of a column chunk that misses every value: a column of failed
# simulations, or a stretch of them, makes the whole Parquet file unreadable. Whoever unpacks must not ask for
# 0 bytes; we unpack by others. Seen with Node 20 and Python 3.11, 2026-11-27. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund hyparquet@1.31.5 hyparquet-compressors@1.1.2
python3 -m venv venv
venv/bin/pip install --quiet pyarrow==26.0.1
cat > run.py <<'PY'
import pyarrow as pa
import pyarrow.parquet as pq

table = pa.table({"a": pa.array([None, None], pa.float64())})
for codec in ("lz4", "zstd", "snappy", "gzip"):
    pq.write_table(table, f"{codec}.parquet", compression=codec)
PY
venv/bin/python run.py
cat > run.mjs <<'JS'
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

for (const codec of ["lz4", "zstd", "snappy", "gzip"]) {
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(`${codec}.parquet`), compressors });
    console.log(`${codec}: ${JSON.stringify(rows)}`);
  } catch (error) {
    console.log(`${codec}: ${error.message}`);
  }
}
JS
node run.mjs | tee seen.txt
diff seen.txt - <<'SEEN'
lz4: lz4 offset out of range 0
zstd: [{"a":null},{"a":null}]
snappy: [{"a":null},{"a":null}]
gzip: [{"a":null},{"a":null}]
SEEN
echo "as seen: nothing, packed by LZ4, cannot be unpacked"
