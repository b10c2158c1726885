import { dirname, join } from 'node:path';
import { runCommand } from '../binaries/run-command';
import { projectRoot } from '../binaries/project-root';
import { NotAsPromised } from './check';

const DEADLINE_MS = 60_000;

/** Runs programs as a person at a terminal would, each ended after a minute and none outliving us. */
export class Commands {
  /** @param path executable of kubectl. @param dir folder for its cache. */
  constructor(
    private readonly path: string,
    private readonly dir: string,
  ) {}

  /** kubectl against the cluster of `kubeconfig`. @returns what it printed. */
  async kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
    const cache = `--cache-dir=${join(this.dir, 'kubectl-cache', dirname(kubeconfig).split('/').pop() ?? '')}`;
    return await this.run(this.path, [`--kubeconfig=${kubeconfig}`, cache, ...args], { said: ['kubectl', ...args] });
  }

  /** `bin/kubeocean`. @returns what it printed. */
  async kubeocean(...args: string[]): Promise<string> {
    return await this.run(process.execPath, [inProject('bin/kubeocean'), ...args], { said: ['kubeocean', ...args] });
  }

  /** A script of the checkout, with `KUBECONFIG` set. @returns what it printed. */
  async script(kubeconfig: string, script: string, ...args: string[]): Promise<string> {
    return await this.run(inProject(script), args, { said: [script, ...args], env: { KUBECONFIG: kubeconfig } });
  }

  private async run(command: string, args: string[], how: { said: string[]; env?: NodeJS.ProcessEnv }): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: this.dir, ...how.env };
    const { code, output } = await runCommand({ command, args, env, cwd: projectRoot(), within: DEADLINE_MS });
    if (code !== 0) throw new NotAsPromised(`\`${how.said.join(' ')}\` should succeed and says:\n${output}`);
    return output;
  }
}

/** Path of a file of the checkout. */
export function inProject(path: string): string {
  return join(projectRoot(), path);
}
