/** The context as the package takes it. */
function contextOf(making, { user_id: userId, object_type: objectType, object_id: objectId, version, field, ...rest }) {
  const { kdf, previous_hash: previous } = rest;
  return {
    userId,
    objectType,
    objectId,
    version,
    field,
    ...(kdf && { kdf: { alg: kdf.alg, mKib: kdf.m_kib, t: kdf.t, p: kdf.p } }),
    ...(previous && { previousHash: making.raw(previous) }),
  };
}

/** What `openEnvelope` is to expect. */
export function expectedOf(making, kind, { tier, key_id: keyId, key, context }) {
  return { kind, tier, keyId: making.raw(keyId), key: making.raw(key), context: contextOf(making, context) };
}

/** Opens by the typed operation of the kind, which checks lengths and padding too. */
export function open(making, kind, input, envelope) {
  const { crypto } = making;
  const { tier, keyId, key, context } = expectedOf(making, kind, input);
  const { userId, objectId, field, kdf } = context;
  const pair = ({ id, key: itsKey }) => crypto.concatBytes(id, itsKey);
  const master = () => crypto.MasterKey.from(keyId, making.raw(input.master_key));
  switch (kind) {
    case crypto.Kind.content:
      return crypto.openContent({ tier, contentKey: { id: keyId, key }, context, sealed: envelope });
    case crypto.Kind.contentKeyWrap:
      return pair(crypto.unwrapContentKey({ tier, master: master(), context, wrapped: envelope }));
    case crypto.Kind.identityKey:
      return crypto.unwrapIdentityKey({ tier, master: master(), userId, field, wrapped: envelope });
    case crypto.Kind.serverSecret:
      return crypto.openServerSecret({ tier, userId, objectId, serverKey: { id: keyId, key }, sealed: envelope });
    default:
      return pair(crypto.openSlot({ tier, userId, field, slotId: objectId, key, kdf, wrapped: envelope }));
  }
}
