// What `likely deploy` bundles: a service without kernels in it, which lie beside it as a file.

export { handler } from "@likely/edge/handler";
export { openSurrogate } from "@likely/edge/open-surrogate";
