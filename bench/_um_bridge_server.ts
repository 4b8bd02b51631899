// A UM-Bridge server that answers at once, for the bench: prints its port.

// deno-lint-ignore-file no-console -- a command for the bench

const ANSWERS: Readonly<Record<string, string>> = {
  "/Info": '{"protocolVersion": 1.0, "models": ["forward"]}',
  "/ModelInfo": '{"support": {"Evaluate": true}}',
  "/InputSizes": '{"inputSizes": [3] }',
  "/OutputSizes": '{"outputSizes": [10] }',
};
const NUMBERS = Array.from({ length: 10 }, (_, k) => `${Math.sqrt(k + 2)}`);
const EVALUATED = `{"output": [[${NUMBERS.join(", ")}]] }`;
const NOT_FINITE = `{"output": [[${NUMBERS.with(3, "nan").with(7, "-inf").join(", ")}]] }`;

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const text = await request.text();
  const path = new URL(request.url).pathname;
  return new Response(ANSWERS[path] ?? (text.includes("spoilt") ? NOT_FINITE : EVALUATED));
});
