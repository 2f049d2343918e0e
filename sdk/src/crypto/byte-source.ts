/** Bytes that come in portions of any size: a web stream, or anything that `for await` takes. */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The portions of a source. Whoever stops before the end lets the source go. (Not every browser can iterate a stream.) */
export async function* portionsOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (!('getReader' in source)) {
    yield* source;
    return;
  }
  const reader = source.getReader();
  let isOver = false;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    isOver = true;
  } finally {
    // A stream that failed has nothing to let go of.
    if (!isOver) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

/** A web stream of portions, which are asked for when they are read and not before; cancelling it ends them. */
export function streamOfPortions(portions: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await portions.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await portions.return();
      },
    },
    { highWaterMark: 0 },
  );
}
