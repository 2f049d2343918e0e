// Checks the alerts for Prometheus, and runs their tests, with promtool (Debian: apt-get install prometheus). Without it
// that is said, and it is no fault, unless PROMTOOL=required.
import { spawnSync } from 'node:child_process';

const FOLDER = 'ops/prometheus';
const RUNS = [
  ['check', 'rules', 'alerts.yaml'],
  ['check', 'config', 'prometheus.yaml'],
  ['test', 'rules', 'alerts.test.yaml'],
];

const promtool = (args) => spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });

if (promtool(['--version']).error) {
  process.stdout.write('promtool is not installed: the alerts were not checked (Debian: apt-get install prometheus)\n');
  process.exitCode = process.env['PROMTOOL'] === 'required' ? 1 : 0;
} else {
  for (const args of RUNS) {
    const { status, stdout, stderr } = promtool(args);
    process.stdout.write(status === 0 ? `promtool ${args.join(' ')}: sound\n` : stdout + stderr);
    if (status !== 0) process.exitCode = 1;
  }
}
