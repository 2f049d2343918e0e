import { parseArgs } from 'node:util';
import { fromBase64url, historyHash, ready, toBase64url } from '@daybook/sdk/crypto';
import { startInstance } from '../scripts/demo/instance.mjs';
import { say, table } from '../scripts/demo/terminal.mjs';
import { PASSWORD, send } from './logins/people.mjs';
import { machine, machineLine } from './machine.mjs';
import { Times } from './times.mjs';

const KEPT_MAX = 1_000;

const OPTIONS = {
  races: { type: 'string', default: '10000' },
  entries: { type: 'string', default: '8' },
};

/** Whether two writers on one version ever both win, both lose, or lose what was acknowledged. */
export async function benchRaces({ folder, args, signal }) {
  const { races, entries } = parseArgs({ args, options: OPTIONS }).values;
  await ready();
  const facts = machine();
  const { url, stop } = await startInstance(folder);
  try {
    const tracks = await beginTracks(url, Number(entries), signal);
    const rounds = Math.ceil(Number(races) / tracks.length);
    const times = new Times();
    const from = performance.now();
    await Promise.all(tracks.map((track) => run({ url, track, rounds, times, signal })));
    const seconds = (performance.now() - from) / 1000;
    for (const track of tracks) await readBack(url, track, signal);
    report({ facts, tracks, times, seconds, broken: await brokenChains(url, tracks, signal) });
  } finally {
    await stop();
  }
}

/** One entry each; the first half of them in one diary, which all of their writers share. */
async function beginTracks(url, count, signal) {
  const tracks = [];
  let owner;
  for (let n = 0; n < count; n++) {
    if (n === 0 || n >= count / 2) owner = await signUp(url, `racer-${n}@example.com`, signal);
    const { body } = await call(url, 'POST', '/entries', { ...owner, body: { content: '1' }, signal });
    tracks.push({ ...owner, id: body.id, version: 1, won: [], tally: {}, lost: 0 });
  }
  return tracks;
}

async function signUp(url, email, signal) {
  const { status, body } = await send(url, 'POST', '/auth/signup', {
    body: { tier: 'uce', email, password: PASSWORD },
    signal,
  });
  if (status !== 201) throw new Error(`sign-up answered ${status}`);
  return { userId: body.user.id, token: body.tokens.access_token };
}

/** As `send`, with If-Match. */
async function call(url, method, path, { token, body, match, signal }) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(match && { 'if-match': match }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function run({ url, track, rounds, times, signal }) {
  const { id, token } = track;
  for (let round = 0; round < rounds; round++) {
    const match = `"${track.version}"`;
    const edits = ['one', 'other'].map((writer) => ({ content: `${writer}, round ${round}` }));
    const edit = (body) => times.time(() => call(url, 'PUT', `/entries/${id}`, { token, body, match, signal }));
    const answers = await Promise.all(edits.map(edit));
    const outcome = answers
      .map(({ status }) => status)
      .toSorted((a, b) => a - b)
      .join(' and ');
    track.tally[outcome] = (track.tally[outcome] ?? 0) + 1;
    for (const [index, { status, body }] of answers.entries())
      if (status === 200) track.won.push({ version: body.version, content: edits[index].content });
    // After two losers, as when the server is too busy for either, the same version is raced for again.
    track.version = Math.max(track.version, ...answers.map(({ body }) => body.version ?? 0));
  }
}

/** Reads every version that was acknowledged, as far back as versions are kept. */
async function readBack(url, track, signal) {
  const { id, token, won, version: current } = track;
  for (const { version, content } of won.filter(({ version }) => version >= current - KEPT_MAX)) {
    const { body } = await call(url, 'GET', `/entries/${id}/versions/${version}`, { token, signal });
    if (body.version !== version || body.content !== content) track.lost++;
  }
  const { body } = await call(url, 'GET', `/entries/${id}`, { token, signal });
  if (body.version !== won.length + 1) track.lost++;
}

/** How many events of all histories are not where the winners' answers put them, or not chained to the one before. */
async function brokenChains(url, tracks, signal) {
  let broken = 0;
  for (const [userId, group] of Map.groupBy(tracks, (track) => track.userId)) {
    const [{ token }] = group;
    const response = await fetch(`${url}/api/v1/history`, { headers: { authorization: `Bearer ${token}` }, signal });
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    let prevHash = new Uint8Array(32);
    for (const [index, event] of events.entries()) {
      const hash = historyHash({
        userId,
        seq: index + 1,
        type: event.type,
        entryId: event.entry_id ?? undefined,
        version: event.version ?? 0,
        deviceId: event.device_id ?? undefined,
        sessionId: event.session_id ?? undefined,
        atMs: Date.parse(event.at),
        envelopeHash: event.envelope_hash ? fromBase64url(event.envelope_hash) : undefined,
        prevHash,
      });
      if (event.seq !== index + 1 || event.hash !== toBase64url(hash)) broken++;
      prevHash = hash;
    }
    for (const { id, won } of group) {
      const told = events.filter((event) => event.entry_id === id).map(({ version }) => version);
      const acknowledged = [1, ...won.map(({ version }) => version)];
      if (told.join() !== acknowledged.join()) broken++;
    }
  }
  return broken;
}

function report({ facts, tracks, times, seconds, broken }) {
  const tally = {};
  for (const track of tracks)
    for (const [outcome, count] of Object.entries(track.tally)) tally[outcome] = (tally[outcome] ?? 0) + count;
  const races = Object.values(tally).reduce((sum, count) => sum + count, 0);
  const lost = tracks.reduce((sum, track) => sum + track.lost, 0);
  say(machineLine(facts));
  say(`\n${races} races of two writers, in ${tracks.length} entries at a time, took ${seconds.toFixed(0)} s:\n`);
  say(table([['answers', 'races'], ...Object.entries(tally).map(([outcome, count]) => [outcome, String(count)])]));
  say(`  an edit: p50 ${times.percentile(50).toFixed(1)} ms, p99 ${times.percentile(99).toFixed(1)} ms`);
  const isFair = Object.keys(tally).join() === '200 and 412';
  say(`  ${isFair ? '✓' : '✗'} one winner each`);
  say(`  ${lost === 0 ? '✓' : '✗'} ${lost} acknowledged versions lost`);
  say(`  ${broken === 0 ? '✓' : '✗'} ${broken} events out of place in the histories`);
  if (!isFair || lost > 0 || broken > 0) process.exitCode = 1;
}
