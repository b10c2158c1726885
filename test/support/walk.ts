import { openWalk, type OpenWalk } from '../../local/demo/open';
import { newRunFolder } from '../../local/processes/run-folder';
import { expectClean } from './audit-clean';
import { binaries } from './binaries';

export interface TestWalk extends OpenWalk {
  /** What crashed so far. */
  readonly crashes: readonly string[];
}

/** The servers of the walk in a folder of their own, which goes when they are closed; closing them ends with the audit. */
export async function openTestWalk(): Promise<TestWalk> {
  const folder = newRunFolder('walk');
  const crashes: string[] = [];
  const open = await openWalk({
    binaries: await binaries(),
    dir: folder.path,
    onCrash: (error) => crashes.push(error.message),
  });
  let closed: Promise<void> | undefined;
  const close = async () => {
    await expectClean(open.walk.stack.virtual).finally(() => open.close());
    folder.remove();
  };
  return { walk: open.walk, crashes, close: () => (closed ??= close()) };
}
