import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';

const commands = [
  '',
  'user',
  'user create',
  'user lock',
  'user unlock',
  'keys',
  'keys rotate',
  'keys status',
  'doctor',
  'media',
  'media orphans',
];
const split = (command: string) => command.split(' ').filter(Boolean);

describe('daybook', () => {
  const api = useApi();

  it.each(commands)('explains "%s" without any configuration', async (command) => {
    const { code, stdout, stderr } = await daybook([...split(command), '--help'], {});
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: daybook ${command}`.trim());
    expect(stdout.split('\n').length).toBeGreaterThan(5);
  });

  it.each([
    [['diary'], `unknown command 'diary'`],
    [['user', 'rename'], `unknown command 'rename'`],
    [['doctor', '--fast'], `unknown option '--fast'`],
    [['keys', 'status', 'now'], 'too many arguments'],
    [['keys', 'rotate'], 'missing required argument'],
    [[], 'Usage: daybook'],
    [['keys'], 'Usage: daybook keys'],
  ])('ends with 2 when it is called as %j', async (args, sentence) => {
    const { code, stdout, stderr } = await daybook(args, {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  it.each(['user lock ada@example.com', 'keys status'])(
    'ends with 1 and a sentence when "%s" finds no configuration, or no database',
    async (command) => {
      const unconfigured = await daybook(split(command), {});
      expect(unconfigured).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('DATABASE_URL') });
      const environment = {
        ...api.environment(),
        DATABASE_URL: 'postgres://daybook_api:secret-word@127.0.0.1:9/daybook',
      };
      const unreachable = await daybook(split(command), { environment });
      expect(unreachable).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('out of reach') });
    },
  );
});
