// What `likely init` writes in each language: a model that runs as it stands, and the loop that serves it.

/** What a stub is of. */
export interface StubPlan {
  readonly name: string;
  readonly theta: readonly string[];
  /** Names, or how many. */
  readonly x: number | readonly string[];
}

/** A language that simulators are written in. */
export interface Language {
  /** The file with the model. */
  readonly file: string;
  /** What runs it. */
  readonly command: readonly string[];
  /** What has to be done before, in the folder of the file. */
  readonly build?: string;
  /** The text of the file. */
  stub(plan: StubPlan): string;
}

/** The languages by their names. */
export const LANGUAGES: Readonly<Record<string, Language>> = {
  python: { file: "model.py", command: ["python3", "model.py"], stub: python },
  r: { file: "model.R", command: ["Rscript", "model.R"], stub: r },
  julia: { file: "model.jl", command: ["julia", "--startup-file=no", "model.jl"], stub: julia },
  c: { file: "model.c", command: ["./model"], build: "cc -O2 -o model model.c -lm", stub: c },
};

/** Words that are no names of variables in one of the languages. */
const RESERVED = new Set(
  ("and as assert async await auto baremodule begin break case catch char class const continue def default del do " +
    "double elif else end enum except export extern false finally float for from function global goto if import in " +
    "inline int is lambda let local long macro module mutable next nonlocal not or pass quote raise random register " +
    "repeat restrict return rng short signed simulate sizeof static struct switch theta true try typedef union " +
    "unsigned using void volatile where while with x yield NULL TRUE FALSE NA NaN Inf None True False").split(
      " ",
    ),
);

/** Names as variables of any language, distinct. */
function variables(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let word = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9_])/, "p");
    while (RESERVED.has(word) || taken.has(word)) word += "_";
    taken.add(word);
    return word;
  });
}

function hello({ theta, x }: StubPlan): string {
  return JSON.stringify({ likely: 1, theta, x });
}

function widthOf({ x }: StubPlan): number {
  return typeof x === "number" ? x : x.length;
}

/** `14 numbers`, or `2 numbers, mean, sd`. */
function numbers(plan: StubPlan): string {
  const width = widthOf(plan);
  const names = typeof plan.x === "number" ? "" : `, ${oneLine(plan.x.join(", "))}`;
  return `${width} number${width === 1 ? "" : "s"}${names}`;
}

/** The sum of all parameters: an example that uses each. */
function sum(names: readonly string[]): string {
  return names.join(" + ");
}

function python(plan: StubPlan): string {
  const names = variables(plan.theta);
  return `# The simulator of ${
    oneLine(plan.name)
  }. What it prints goes to standard error, as standard output has the answers.
import json, random, sys, traceback


def simulate(${names.join(", ")}, rng):
    # Put the model here: from the parameters and random numbers of rng to ${numbers(plan)}.
    # With numpy, take numpy.random.default_rng in place of random.Random below.
    return [${sum(names)} + rng.gauss(0, 1) for _ in range(${widthOf(plan)})]


out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps(${hello(plan)}), file=out, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    try:
        x = simulate(*asked["theta"], rng=random.Random(asked["seed"]))
        answer = {"row": asked["row"], "x": [float(value) for value in x]}
    except Exception as error:
        traceback.print_exc()
        answer = {"row": asked["row"], "error": repr(error)}
    print(json.dumps(answer), file=out, flush=True)
`;
}

function r(plan: StubPlan): string {
  const names = variables(plan.theta);
  return `# The simulator of ${
    oneLine(plan.name)
  }. What it prints goes to standard error, as standard output has the answers.
simulate <- function(${names.join(", ")}) {
  # Put the model here: from the parameters to ${numbers(plan)}.
  ${sum(names)} + rnorm(${widthOf(plan)})
}

cat(${cText(hello(plan))}, "\\n", sep = "")
flush(stdout())
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  row <- sub('.*"row":([0-9]+).*', "\\\\1", line)
  set.seed(as.integer(sub('.*"seed":([0-9]+).*', "\\\\1", line)))
  theta <- as.numeric(strsplit(sub('.*"theta":\\\\[(.*)\\\\].*', "\\\\1", line), ",")[[1]])
  answer <- tryCatch({
    sink(stderr())
    x <- tryCatch(do.call(simulate, as.list(theta)), finally = sink())
    paste0('"x":[', paste(formatC(x, digits = 17, format = "g"), collapse = ","), "]")
  }, error = function(e) paste0('"error":', encodeString(conditionMessage(e), quote = '"')))
  cat('{"row":', row, ",", answer, "}\\n", sep = "")
  flush(stdout())
}
`;
}

function julia(plan: StubPlan): string {
  const names = variables(plan.theta);
  return `# The simulator of ${oneLine(plan.name)}. Print to stderr, as standard output has the answers.
using Random

function simulate(rng, ${names.join(", ")})
    # Put the model here: from the parameters and random numbers of rng to ${numbers(plan)}.
    return ${sum(names)} .+ randn(rng, ${widthOf(plan)})
end

println(${cText(hello(plan)).replaceAll("$", "\\$")})
flush(stdout)
for line in eachline(stdin)
    row = match(r"\\"row\\":(\\d+)", line)[1]
    rng = MersenneTwister(parse(Int, match(r"\\"seed\\":(\\d+)", line)[1]))
    theta = parse.(Float64, split(match(r"\\"theta\\":\\[(.*)\\]", line)[1], ","))
    answer = try
        "\\"x\\":[" * join(Float64.(simulate(rng, theta...)), ",") * "]"
    catch error
        "\\"error\\":\\"" * escape_string(sprint(showerror, error), "\\"") * "\\""
    end
    println("{\\"row\\":", row, ",", answer, "}")
    flush(stdout)
end
`;
}

function c(plan: StubPlan): string {
  const names = variables(plan.theta);
  return `/* The simulator of ${
    oneLine(plan.name).replaceAll("*/", "* /")
  }. Print to stderr, as standard output has the answers.
   cc -O2 -o model model.c -lm */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THETA = ${plan.theta.length}, X = ${widthOf(plan)}, LONGEST = 1 << 20 };

/* Random numbers: splitmix64. */
static uint64_t state;
static double uniform(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}
static double normal(void) {
  return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* Put the model here: from the parameters to X numbers; anything but 0 for a row that failed. */
static int simulate(const double *theta, double *x) {
  const double ${names.map((name, i) => `${name} = theta[${i}]`).join(", ")};
  for (int j = 0; j < X; j++) x[j] = ${sum(names)} + normal();
  return 0;
}

int main(void) {
  static char line[LONGEST];
  static double theta[THETA], x[X];
  puts(${cText(hello(plan))});
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    long row = strtol(strstr(line, "\\"row\\":") + 6, NULL, 10);
    char *at = strstr(line, "\\"theta\\":[") + 9;
    state = strtoul(strstr(line, "\\"seed\\":") + 7, NULL, 10);
    for (int i = 0; i < THETA; i++, at++) theta[i] = strtod(at, &at);
    if (simulate(theta, x) != 0) {
      printf("{\\"row\\":%ld,\\"error\\":\\"simulate() failed\\"}\\n", row);
    } else {
      printf("{\\"row\\":%ld,\\"x\\":[", row);
      for (int j = 0; j < X; j++) printf(j > 0 ? ",%.17g" : "%.17g", x[j]);
      puts("]}");
    }
    fflush(stdout);
  }
  return 0;
}
`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** As a string of C and R, and of Julia but for dollars. */
function cText(text: string): string {
  return JSON.stringify(text);
}
