import {
  boxContentKey,
  createContentKey,
  createIdentity,
  Field,
  kdfDefaults,
  Kind,
  MasterKey,
  ObjectType,
  openBoxedContentKey,
  openContent,
  openServerSecret,
  openSlot,
  publicKeyId,
  randomBytes,
  sealContent,
  sealServerSecret,
  sealSlot,
  slotField,
  unwrapContentKey,
  unwrapIdentityKey,
  utf8,
  wrapContentKey,
  wrapIdentityKey,
  type Context,
} from '../../src/crypto/index.js';

/** One sealed envelope: how it is opened as expected, and how with each expectation swapped for another. */
export interface Example {
  readonly name: string;
  readonly kind: number;
  readonly sealed: Uint8Array;
  readonly open: (bytes: Uint8Array) => unknown;
  readonly plain: unknown;
  /** By the name of what was swapped. */
  readonly swapped: Readonly<Record<string, (bytes: Uint8Array) => unknown>>;
}

export const ada = '01890a5d-ac96-774b-bcce-b302099a8057';
export const eve = '01890a5d-ac96-774b-bcce-b302099a8058';
export const thing = '01890a5d-ac96-774b-bcce-b302099a8059';
export const other = '01890a5d-ac96-774b-bcce-b302099a805a';

/** `open` for each place that differs from `place` in one thing. */
function swaps<P>(place: P, open: (place: P, bytes: Uint8Array) => unknown, changes: Record<string, Partial<P>>) {
  return Object.fromEntries(
    Object.entries(changes).map(([what, change]) => [
      what,
      (bytes: Uint8Array) => open({ ...place, ...change }, bytes),
    ]),
  );
}

export function contentExample(): Example {
  const contentKey = createContentKey();
  const context: Context = {
    userId: ada,
    objectType: ObjectType.entry,
    objectId: thing,
    version: 2,
    previousHash: randomBytes(32),
  };
  const place = { tier: 'e2e' as 'e2e' | 'uce', contentKey, context };
  const plaintext = utf8('dear diary');
  const open = (at: typeof place, sealed: Uint8Array) => openContent({ ...at, sealed });
  return {
    name: 'content',
    kind: Kind.content,
    sealed: sealContent({ ...place, plaintext }),
    open: (bytes) => open(place, bytes),
    plain: plaintext,
    swapped: swaps(place, open, {
      tier: { tier: 'uce' },
      key: { contentKey: { ...contentKey, key: randomBytes(32) } },
      'key id': { contentKey: { ...contentKey, id: randomBytes(16) } },
      user: { context: { ...context, userId: eve } },
      type: { context: { ...context, objectType: ObjectType.entrySnapshot } },
      id: { context: { ...context, objectId: other } },
      version: { context: { ...context, version: 3 } },
      field: { context: { ...context, field: Field.indexCard } },
      'previous hash': { context: { ...context, previousHash: randomBytes(32) } },
    }),
  };
}

export function contentKeyExamples(): readonly Example[] {
  const contentKey = createContentKey();
  const [master, recipient, stranger] = [MasterKey.create(), createIdentity().x25519, createIdentity().x25519];
  const context = { userId: ada, objectType: ObjectType.media as number, objectId: thing };
  const contexts = {
    user: { context: { ...context, userId: eve } },
    type: { context: { ...context, objectType: ObjectType.tag } },
    id: { context: { ...context, objectId: other } },
  };
  const wrap = { tier: 'uce' as 'e2e' | 'uce', master, context };
  const unwrap = (at: typeof wrap, wrapped: Uint8Array) => unwrapContentKey({ ...at, wrapped });
  const box = { tier: 'uce' as 'e2e' | 'uce', recipient, context };
  const unbox = (at: typeof box, boxed: Uint8Array) => openBoxedContentKey({ ...at, boxed });
  return [
    {
      name: 'a wrapped content key',
      kind: Kind.contentKeyWrap,
      sealed: wrapContentKey({ ...wrap, contentKey }),
      open: (bytes) => unwrap(wrap, bytes),
      plain: contentKey,
      swapped: swaps(wrap, unwrap, {
        ...contexts,
        tier: { tier: 'e2e' },
        key: { master: MasterKey.from(master.id, randomBytes(32)) },
        'key id': { master: MasterKey.from(randomBytes(16), master.exportKey()) },
      }),
    },
    {
      name: 'a boxed content key',
      kind: Kind.boxedContentKey,
      sealed: boxContentKey({ ...box, recipientPublicKey: recipient.publicKey, contentKey }),
      open: (bytes) => unbox(box, bytes),
      plain: contentKey,
      swapped: swaps(box, unbox, {
        ...contexts,
        tier: { tier: 'e2e' },
        key: { recipient: { ...recipient, privateKey: stranger.privateKey } },
        'key id': { recipient: stranger },
      }),
    },
  ];
}

export function slotExample(field: typeof slotField.password | typeof slotField.refresh): Example {
  const isPassword = field === slotField.password;
  const base = { tier: 'uce' as 'e2e' | 'uce', userId: ada, slotId: thing, key: randomBytes(32) };
  const place = { ...base, field: field as 1 | 3 | 4, ...(isPassword && { kdf: kdfDefaults.server }) };
  const secret = { secretKeyId: randomBytes(16), secret: randomBytes(32) };
  const open = (at: object, wrapped: Uint8Array) => openSlot({ ...place, ...at, wrapped });
  return {
    name: isPassword ? 'a password slot' : 'a refresh slot',
    kind: isPassword ? Kind.passwordSlot : Kind.otherSlot,
    sealed: sealSlot({ ...place, ...secret }),
    open: (bytes) => open(place, bytes),
    plain: { id: secret.secretKeyId, key: secret.secret },
    swapped: swaps<object>(place, open, {
      tier: { tier: 'e2e' },
      key: { key: randomBytes(32) },
      user: { userId: eve },
      'id and key id': { slotId: other },
      ...(isPassword
        ? { 'kdf memory': { kdf: kdfDefaults.client }, 'kdf passes': { kdf: { ...kdfDefaults.server, t: 4 } } }
        : { field: { field: slotField.access } }),
    }),
  };
}

export function identityKeyExample(): Example {
  const master = MasterKey.create();
  const privateKey = randomBytes(32);
  const place = { tier: 'e2e' as 'e2e' | 'uce', master, userId: ada, field: Field.x25519 as 1 | 2 };
  const open = (at: typeof place, wrapped: Uint8Array) => unwrapIdentityKey({ ...at, wrapped });
  return {
    name: 'a private identity key',
    kind: Kind.identityKey,
    sealed: wrapIdentityKey({ ...place, privateKey }),
    open: (bytes) => open(place, bytes),
    plain: privateKey,
    swapped: swaps(place, open, {
      tier: { tier: 'uce' },
      key: { master: MasterKey.from(master.id, randomBytes(32)) },
      'key id': { master: MasterKey.from(randomBytes(16), master.exportKey()) },
      'user and id': { userId: eve },
      field: { field: Field.ed25519 },
    }),
  };
}

export function serverSecretExample(): Example {
  const serverKey = { id: randomBytes(16), key: randomBytes(32) };
  const place = { tier: 'e2e' as 'e2e' | 'uce', userId: ada, objectId: thing, serverKey };
  const plaintext = utf8('a page token');
  const open = (at: typeof place, sealed: Uint8Array) => openServerSecret({ ...at, sealed });
  return {
    name: 'a server secret',
    kind: Kind.serverSecret,
    sealed: sealServerSecret({ ...place, plaintext }),
    open: (bytes) => open(place, bytes),
    plain: plaintext,
    swapped: swaps(place, open, {
      tier: { tier: 'uce' },
      key: { serverKey: { ...serverKey, key: randomBytes(32) } },
      'key id': { serverKey: { ...serverKey, id: publicKeyId(serverKey.key) } },
      user: { userId: eve },
      id: { objectId: other },
    }),
  };
}

/** One example of every kind that is sealed here. */
export function everyExample(): readonly Example[] {
  return [
    contentExample(),
    ...contentKeyExamples(),
    slotExample(slotField.password),
    slotExample(slotField.refresh),
    identityKeyExample(),
    serverSecretExample(),
  ];
}
