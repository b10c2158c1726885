import { startStack, type Stack, type StackOptions } from '../../local/stack';
import { newRunFolder } from '../../local/processes/run-folder';
import { binaries } from './binaries';

/** A stack in a folder of its own, which goes when the stack stops. */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  const folder = newRunFolder('stack');
  const temporal = options.temporal === false ? false : { unsafeNoSync: true, ...options.temporal };
  const stack = await startStack({ binaries: await binaries(), dir: folder.path, ...options, temporal });
  const { stop } = stack;
  return Object.assign(stack, {
    stop: async () => {
      await stop();
      folder.remove();
    },
  });
}
