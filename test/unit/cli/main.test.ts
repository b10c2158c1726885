import { join } from 'node:path';
import { main } from '../../../cli/main';

async function kubeocean(...args: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const code = await main(['node', 'kubeocean', ...args], {
    out: (text) => (written.stdout += text),
    err: (text) => (written.stderr += text),
  });
  return { code, ...written };
}

const missing = join(__dirname, 'no-such-kubeconfig');

describe('usage', () => {
  it.each([
    ['no role', ['install', '--kubeconfig', missing], "required option '--role <role>' not specified"],
    ['an unknown role', ['install', '--kubeconfig', missing, '--role', 'both'], "'both' is invalid. Allowed choices are virtual, physical."],
    ['no kubeconfig', ['install', '--role', 'virtual'], "required option '--kubeconfig <file>' not specified"],
    ['an unknown command', ['instal'], "unknown command 'instal'"],
    ['an unknown flag', ['kubeconfig', '--sever', 'x'], "unknown option '--sever'"],
    ['an argument too many', ['kubeconfig', 'x'], 'too many arguments'],
    ['a port that is none', ['up', '--kubeconfig', missing, '--http-port', '65536'], "'--http-port <n>' argument '65536' is invalid. It must be a whole number from 0 to 65535."],
    ['a port with a name', ['up', '--kubeconfig', missing, '--http-port', 'http'], "'--http-port <n>' argument 'http' is invalid."],
    ['any port and one worker, but no kubeconfig', ['up', '--kubeconfig', missing, '--http-port', '0'], `--kubeconfig ${missing} cannot be read`],
    ['the last port and all workers, but no kubeconfig', ['up', '--kubeconfig', missing, '--http-port', '65535', '--workers', '64'], `--kubeconfig ${missing} cannot be read`],
    ['no worker', ['up', '--kubeconfig', missing, '--workers', '0'], "'--workers <n>' argument '0' is invalid. It must be a whole number from 1 to 64."],
    ['half a worker', ['up', '--kubeconfig', missing, '--workers', '1.5'], "'--workers <n>' argument '1.5' is invalid."],
    ['a grace in the past', ['lease', 'reclaim', 'node-1', '--grace', '-1'], "'--grace <seconds>' argument '-1' is invalid. It must be a whole number of seconds"],
  ])('with %s: says so and fails', async (_name, args, message) => {
    const { code, stdout, stderr } = await kubeocean(...args);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('shows the commands on --help and succeeds', async () => {
    const { code, stdout } = await kubeocean('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/install .*\n[^]*kubeconfig /);
  });

  it('shows the version', async () => {
    expect(await kubeocean('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('a kubeconfig that cannot be used', () => {
  it.each([
    ['a file that does not exist', missing, `--kubeconfig ${missing} cannot be read; name the kubeconfig file of the cluster.`],
    ['a file that is none', __filename, `--kubeconfig ${__filename} cannot be used: kubeconfig: `],
  ])('%s', async (_name, file, message) => {
    const { code, stdout, stderr } = await kubeocean('install', '--kubeconfig', file, '--role', 'virtual');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(`kubeocean: ${message}`)).toBe(true);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
