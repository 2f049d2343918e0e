// HEALTHCHECK of the image: does the program of this container answer? The API answers on PORT, a worker on OPS_PORT.
const ports = [process.env.PORT, process.env.OPS_PORT].filter(Boolean);
const answers = await Promise.allSettled(
  ports.map((port) => fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(4_000) })),
);
process.exitCode = answers.some(({ value }) => value?.ok) ? 0 : 1;
