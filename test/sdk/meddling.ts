import type { EntryDraft, Fetch } from '@daybook/sdk';

/** An entry with all that an entry can have. */
export const snow: EntryDraft = {
  kind: 'dream',
  entry_date: '2026-11-21',
  title: 'Schnee',
  content: 'First snow. 雪が降った。 🌨️',
  mood: 'still',
  tags: ['winter', 'Bristol'],
  location: { name: 'Bristol', latitude: 51.45 },
};

/** A fetch that changes the JSON of good answers on their way to the client, and notes what was sent. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
export function meddling(change: (body: any, url: string) => unknown) {
  const sent: { readonly url: string; readonly body: string }[] = [];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url, body: init.body instanceof ArrayBuffer ? new TextDecoder().decode(init.body) : '' });
    const answer = await globalThis.fetch(url, init);
    if (!answer.ok || answer.status === 204) return answer;
    return Response.json(change(await answer.json(), url), { status: answer.status });
  };
  return { fetch, sent };
}
