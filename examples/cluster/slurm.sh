#!/bin/bash
# One run as an array of Slurm jobs, a shard each, into a folder that all nodes see:
#
#   TASK=./my_task.ts ROWS=1000000 OUT=sims.zarr sbatch slurm.sh
#
# Submit the same again when some have failed or run out of time: finished shards end at once, the
# others go on where they stopped. How many shards there are may be another number then, and
# anything on this line goes before what stands below: sbatch --array=1-20 slurm.sh
#
#SBATCH --job-name=likely
#SBATCH --array=1-100
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --output=likely-%A-%a.log

TASK=${TASK:-two_moons}
ROWS=${ROWS:-1000000}
SEED=${SEED:-0}
# Where nodes see no common folder, one of its own for each, and `likely merge sims.zarr parts/*` after:
# mkdir -p parts; OUT=parts/$SLURM_ARRAY_TASK_ID
OUT=${OUT:-sims.zarr}
LIKELY=${LIKELY:-deno run --allow-read --allow-write --allow-env jsr:@likely/cli/main}

exec $LIKELY simulate "$TASK" --n "$ROWS" --seed "$SEED" --shard auto --workers "$SLURM_CPUS_PER_TASK" --out "$OUT"
