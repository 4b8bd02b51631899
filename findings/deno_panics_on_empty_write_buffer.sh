#!/usr/bin/env bash
# Deno 2.9.6: `GPUQueue.writeBuffer(buffer, 0, new Float32Array(0))`, which WebGPU allows, since no bytes are a
# multiple of four, ends the process: "panicked at ext/webgpu/queue.rs … called `Option::unwrap()` on a `None`
# value". Chromium does nothing. Seen with Mesa 22.3.6 (mesa-vulkan-drivers, libvulkan1 of Debian 12),
# 2026-11-28. Needs a Vulkan driver, a software one will do. Exits 1 if that changes.
set -uo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > run.ts <<'TS'
const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
const buffer = device.createBuffer({ size: 256, usage: GPUBufferUsage.COPY_DST });
device.queue.writeBuffer(buffer, 0, new Float32Array(1));
console.log("one number: written");
device.queue.writeBuffer(buffer, 0, new Float32Array(0));
console.log("none: written");
TS
DENO_WEBGPU_BACKEND=vulkan npx -y deno@2.9.6 run --no-config run.ts >seen.txt 2>errors.txt
grep -q "one number: written" seen.txt || { echo "there is no adapter to try it on" && cat errors.txt && exit 1; }
grep -q "none: written" seen.txt && echo "changed: nothing is written without a panic" && exit 1
grep -aq "panicked at ext/webgpu" errors.txt || { cat errors.txt && exit 1; }
echo "as seen: Deno panics where there is nothing to write"
