#!/usr/bin/env bash
# vega-lite 6.5.0: an axis whose title is what every object has a member of, `constructor` or `toString`, compiles
# to a specification that vega 6.4.0 cannot parse: "Operator not defined: undefined". A parameter of a model may
# well be called so. With a space of no width behind the title it is drawn. Seen with Node 20, 2026-11-28.
# Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund vega@6.4.0 vega-lite@6.5.0
cat > run.mjs <<'JS'
import * as vega from "vega";
import { compile } from "vega-lite";

for (const title of ["mu", "constructor", "toString", "constructor\u200b"]) {
  const { spec } = compile({
    data: { values: [{ u: 1 }, { u: 2 }] },
    mark: "point",
    encoding: { x: { field: "u", type: "quantitative", title } },
  });
  let seen;
  try {
    const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
    seen = svg.includes(title) ? "drawn" : "left out";
  } catch (error) {
    seen = error.message;
  }
  console.log(`${JSON.stringify(title)}: ${seen}`);
}
JS
node run.mjs 2>errors.txt | tee seen.txt
diff seen.txt - <<'SEEN'
"mu": drawn
"constructor": Operator not defined: undefined
"toString": Operator not defined: undefined
"constructor​": drawn
SEEN
echo "as seen: vega-lite 6.5.0 takes titles for members of objects"
