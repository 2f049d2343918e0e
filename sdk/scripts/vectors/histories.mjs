/** Ledgers: one event of every type, each chained to the one before. */
export function historyFiles(making) {
  const types = Object.entries(making.crypto.historyType);
  const isOfMedia = ([, number]) => number >= 16 && number < 32;
  return {
    'history.json': {
      about:
        'Ledgers with one event of every type. Absent members are zero bytes; `entry_id` is what an event is about, of whatever kind.',
      source: 'docs/crypto.md, Verifiable history',
      prefix: making.crypto.labels.history,
      vectors: [
        ledgerOf(
          making,
          'one event of every type of entries and of the account',
          types.filter((type) => !isOfMedia(type)),
        ),
        ledgerOf(making, 'one event of every type of media', types.filter(isOfMedia)),
      ],
    },
  };
}

function ledgerOf(making, name, types) {
  const user = making.id('user');
  const hashes = [new Uint8Array(32)];
  const events = types.map(([type, number], i) => ({ seq: i + 1, ...eventOf(making, type, number) }));
  for (const event of events) hashes.push(making.crypto.historyHash(hashed(making, user, event, hashes.at(-1))));
  return { name, in: { user_id: user, events }, out: { hashes: hashes.slice(1).map((hash) => making.b64(hash)) } };
}

/**
 * Events that are about something name it; those of entries have a version and an envelope; media that were added have the
 * SHA-256 of their sealed bytes; a locking has no session.
 */
function eventOf(making, type, number) {
  const isOfEntry = number < 16;
  const isAbout = isOfEntry || /^(device|api_key|media)_/.test(type);
  const isFromSession = !/^(account_|recovery_code_used|password_reset)/.test(type);
  return {
    type,
    ...(isAbout && { entry_id: making.id(`subject of ${type}`) }),
    ...(isOfEntry && { version: number }),
    ...((isOfEntry || type === 'media_added') && { envelope_hash: making.text(`envelope of ${type}`, 32) }),
    ...(isFromSession && { device_id: making.id('device'), session_id: making.id('session') }),
    at_ms: 1_770_000_000_000 + number,
  };
}

function hashed(making, userId, event, prevHash) {
  const { seq, type, entry_id: entryId, version, device_id: deviceId, session_id: sessionId, at_ms: atMs } = event;
  const envelopeHash = event.envelope_hash && making.raw(event.envelope_hash);
  return { userId, seq, type, entryId, version, deviceId, sessionId, atMs, envelopeHash, prevHash };
}
