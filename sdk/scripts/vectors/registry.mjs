/** Names and numbers: everything that is written into headers, contexts and derivations. */
export function registryFile({ crypto }) {
  const { Tier, Kind, Suite, ObjectType, Field, slotField, StatementType, historyType, labels, pepperPrefixes } =
    crypto;
  const { mediaChunkBytes } = crypto;
  const { kdfBounds, kdfDefaults, kdfSaltBytes, rules } = crypto;
  const reserved = { 0x12: 'X25519 with ML-KEM-768' };
  return {
    'registry.json': {
      about: 'Names and numbers of the format. Readers refuse everything that is not listed, and what is reserved.',
      source: 'docs/crypto.md, Keys; The envelope; Key log; Verifiable history',
      tiers: Tier,
      kinds: Kind,
      suites: Suite,
      suites_reserved: reserved,
      object_types: ObjectType,
      fields: {
        none: Field.none,
        entry: { index_card: Field.indexCard },
        slot: slotField,
        identity: identityFields(Field),
      },
      statement_types: StatementType,
      statement_types_reserved: { 4: 'head', 5: 'share' },
      history_types: historyType,
      history_types_reserved: 'media: 20 to 31',
      labels,
      pepper_prefixes: pepperPrefixes,
      envelope_bytes: {
        header: 48,
        commitment: 32,
        tag: 16,
        context: 88,
        content_key_wrap: 112,
        boxed_content_key: 176,
        password_slot: 144,
        other_slot: 144,
        identity_key: 96,
      },
      media_stream: { chunk: mediaChunkBytes, chunk_overhead: 17, tags: { message: 0, final: 3 } },
      kdf: { bounds: kdfBounds, defaults: kdfDefaults, salt_bytes: kdfSaltBytes },
      rules,
    },
  };
}

function identityFields({ x25519, ed25519 }) {
  return { x25519, ed25519 };
}
