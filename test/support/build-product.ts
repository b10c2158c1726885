import { execFileSync } from 'node:child_process';
import { inProject } from '../../local/demo/commands';

/** Builds `dist/` where the sources are newer: processes of the product run what is built. */
export function buildProduct(): void {
  execFileSync(process.execPath, [inProject('bin/kubeocean'), '--version'], { stdio: 'ignore' });
}
