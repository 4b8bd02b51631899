// What the page gives away: draws as a table, the picture as a file, a model that was trained here.

import { drawsToCsv } from "@likely/core/draws-to-csv";
import { element, shape } from "./_element.ts";
import type { Drawn } from "./_protocol.ts";

/** The draws as CSV, which `likely report` reads. */
export function saveDraws({ names, chains, values, sampler, warnings }: Drawn, name: string): void {
  const length = values.length / names.length / chains;
  const info = { sampler, evaluations: NaN };
  save(`${name}.csv`, "text/csv", drawsToCsv({ names, chains, length, values, info, warnings }));
}

/** The picture as SVG, black on white whatever the page is. */
export function savePicture(picture: SVGSVGElement, name: string): void {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("color", "#1d2733");
  copy.prepend(shape("rect", { width: "100%", height: "100%", fill: "#fff" }));
  save(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(copy));
}

/** The file of a surrogate. */
export function saveModel(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  save(`${name}.safetensors`, "application/octet-stream", bytes);
}

function save(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const href = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
