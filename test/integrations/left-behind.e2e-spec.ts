import { describe, expect, it } from '@jest/globals';
import { poolOf, takeDump } from '../harness/dump.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { leave, ON_ITS_WAY } from '../harness/facebook/left.js';
import { SlotAttack } from '../harness/slot-attack.js';
import { ServerSecrets } from '../../src/platform/secrets/server-secrets.js';
import { UserId } from '../../src/platform/ids.js';

/** Everything at once is tried. */
const ATTACK_MS_MAX = 120_000;

describe.each(['uce', 'e2e'] as const)('a worker with everything that it can have, tier %s', (tier) => {
  const integrations = useIntegrations();
  const { api, graph } = integrations;

  it(
    'opens of somebody who is away what waits to be published, and with it and all else nothing of the diary',
    async () => {
      const { ada, person } = await leave(integrations, tier);
      const { slots, entries, texts } = await takeDump(api.database);
      const environment = { ...api.environment(), ...graph.environment() };
      const keys = Object.entries(environment)
        .filter(([name]) => /_(KEYS|PEPPERS)$/.test(name))
        .flatMap(([, list]) => list.split(',').map((pair) => Buffer.from(pair.split(':')[1] ?? '', 'base64url')));
      const [waiting] = await api.database.look<{ id: string; sealed: Buffer }>(
        `SELECT id, sealed_text AS sealed FROM publications WHERE user_id = $1`,
        [ada.id],
      );
      const { id: objectId = '', sealed = Buffer.alloc(0) } = waiting ?? {};
      const place = { tier, userId: UserId.parse(ada.id), objectId };
      const text = api.get(ServerSecrets).open(place, { sealed, serverKeyId: 'k1' });
      expect(text).toBe(ON_ITS_WAY);
      const tokens = graph.world.tokensOf(person).map((token) => token.text);
      const pool = [...texts, text, ...tokens, ...Object.values(environment)];
      const attack = new SlotAttack({ slots, entries }, keys);
      expect([slots.length > 0, entries.length]).toEqual([true, 1]);
      expect(attack.open(poolOf(pool, keys))).toEqual([]);
      expect(attack.tries).toBeGreaterThan(10_000);
      // What a request of hers brings opens it: the attack finds what there is to be found.
      if (tier === 'uce') expect(attack.open(poolOf([ada.accessToken]))).toContain('content');
    },
    ATTACK_MS_MAX,
  );
});
