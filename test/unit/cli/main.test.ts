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
