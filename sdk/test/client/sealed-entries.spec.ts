import { beforeAll, describe, expect, it } from '@jest/globals';
import { envelopeHash, fromBase64url, MasterKey, ready, sealEntry, toBase64url } from '../../src/crypto/index.js';
import { type CompleteDraft, OpenEntryForm, type WireEntry } from '../../src/entry-forms.js';
import { SealedEntryForm } from '../../src/sealed-entry-form.js';

const userId = '019a0000-0000-7000-8000-000000000001';
const id = '019a0000-0000-7000-8000-0000000000aa';
const otherId = '019a0000-0000-7000-8000-0000000000bb';
const noHash = toBase64url(new Uint8Array(32));
const draft: CompleteDraft = {
  id,
  kind: 'dream',
  entry_date: '2026-11-21',
  title: 'Schnee',
  content: '雪が降った。',
  mood: 'still',
  tags: ['winter'],
  location: { name: 'Bristol', latitude: 51.45 },
};

describe('an e2e entry', () => {
  let master: MasterKey;
  let form: SealedEntryForm;
  beforeAll(ready);

  const begin = () => {
    master = MasterKey.create();
    form = new SealedEntryForm(userId, master);
  };

  /** Version `version` of the entry as an honest server would answer it. */
  const wire = (version: number, previousHash?: Uint8Array, entryId = id): Extract<WireEntry, { tier: 'e2e' }> => {
    const content = { v: 1, content: `version ${version}`, unknown_field: 1 } as const;
    const place = { tier: 'e2e', master, userId, entryId, version, content } as const;
    const { sealed, wrappedKey } = sealEntry({ ...place, ...(previousHash && { previousHash }) });
    return {
      id: entryId,
      kind: 'diary',
      tier: 'e2e',
      entry_date: null,
      source: null,
      external_id: null,
      version,
      prev_envelope_hash: previousHash ? toBase64url(previousHash) : noHash,
      created_at: '2026-11-21T07:30:00.000Z',
      updated_at: '2026-11-21T07:30:00.000Z',
      deleted_at: null,
      media_ids: [],
      media_count: 0,
      sealed: toBase64url(sealed),
      wrapped_key: toBase64url(wrappedKey),
      tag_tokens: [],
    };
  };
  const hashOf = ({ sealed }: { sealed: string }) => envelopeHash(fromBase64url(sealed));
  const open = (answer: WireEntry, askedId?: string) => form.fromWire(answer, form.mark(), askedId);

  it('leaves the client sealed: nothing that it says is on the wire', () => {
    begin();
    const sent = form.toWire(draft);
    expect(Object.keys(sent).toSorted()).toEqual(['entry_date', 'id', 'kind', 'sealed', 'tag_tokens', 'wrapped_key']);
    for (const said of ['Schnee', '雪', 'still', 'winter', 'Bristol']) expect(JSON.stringify(sent)).not.toContain(said);
  });

  it('comes back as it was, in the form that a uce entry has', () => {
    begin();
    const answer = { ...wire(1), ...form.toWire(draft) } as WireEntry;
    const { source: _, ...opened } = open(answer, id);
    expect(opened).toMatchObject({ ...draft, tier: 'e2e', version: 1 });
    expect(opened).not.toHaveProperty('sealed');
  });

  it('has null, or no tags, for what was not said', () => {
    begin();
    expect(open(wire(1))).toMatchObject({ title: null, mood: null, tags: [], location: null });
  });

  it('is refused under another id, in another place, or for another user', () => {
    begin();
    expect(() => open(wire(1), otherId)).toThrow(expect.objectContaining({ reason: 'id', entryId: otherId }));
    expect(() => open({ ...wire(1), id: otherId }, otherId)).toThrow(
      expect.objectContaining({ reason: 'does-not-open' }),
    );
    const stranger = new SealedEntryForm(otherId, master);
    expect(() => stranger.fromWire(wire(1), stranger.mark())).toThrow(
      expect.objectContaining({ reason: 'does-not-open' }),
    );
  });

  it('is refused when it is said to be another version, or to follow another one', () => {
    begin();
    const first = wire(1);
    const second = wire(2, hashOf(first));
    for (const lie of [
      { ...first, version: 2 },
      { ...first, version: 0 },
      { ...first, version: 1.5 },
      { ...first, prev_envelope_hash: toBase64url(hashOf(first)) },
      { ...second, version: 1 },
      { ...second, prev_envelope_hash: noHash },
      { ...second, sealed: `${second.sealed.slice(0, -2)}AA` },
    ])
      expect(() => open(lie)).toThrow(expect.objectContaining({ reason: 'does-not-open', entryId: id }));
    expect(open(second).content).toBe('version 2');
  });

  it('is refused when it is older than what was seen, or the same version with other bytes', () => {
    begin();
    const first = wire(1);
    const second = wire(2, hashOf(first));
    open(first);
    open(second);
    open(second);
    expect(() => open(first)).toThrow(expect.objectContaining({ reason: 'rolled-back' }));
    expect(() => open(wire(2, hashOf(first)))).toThrow(expect.objectContaining({ reason: 'other-content' }));
  });

  it('may be older when it was asked for before the newer one was seen', () => {
    begin();
    const first = wire(1);
    const mark = form.mark();
    open(wire(2, hashOf(first)));
    expect(form.fromWire(first, mark).version).toBe(1);
  });

  it('is refused when the server suddenly answers plaintext', () => {
    begin();
    const { sealed: _, wrapped_key: __, tag_tokens: ___, ...rest } = wire(1);
    const said = { title: null, content: 'x', mood: null, tags: [], location: null, data: null, language: null };
    const plain: WireEntry = { ...rest, ...said, tier: 'uce' };
    expect(() => open(plain)).toThrow(expect.objectContaining({ reason: 'tier' }));
    expect(() => new OpenEntryForm().fromWire(wire(1), 0)).toThrow(expect.objectContaining({ reason: 'tier' }));
    expect(() => new OpenEntryForm().fromWire(plain, 0, otherId)).toThrow(expect.objectContaining({ reason: 'id' }));
  });
});
