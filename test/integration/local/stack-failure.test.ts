import { startStack } from '../../../local/stack';
import { newRunFolder, type RunFolder } from '../../../local/processes/run-folder';
import { binaries } from '../../support/binaries';
import { eventually } from '../../support/eventually';
import { processesMentioning } from '../../support/living-processes';

let folder: RunFolder;

beforeEach(() => {
  folder = newRunFolder('stack-failure');
});

afterEach(() => {
  folder.remove();
});

it.each([{ broken: 'etcd' }, { broken: 'kube-scheduler' }, { broken: 'temporal' }] as const)(
  'a stack whose $broken does not start says so and leaves nothing running',
  async ({ broken }) => {
    const paths = { ...(await binaries()), [broken]: '/no/such/program' };
    const stack = startStack({ binaries: paths, dir: folder.path, physicalClusters: 1, nodesPerCluster: 1 });
    const outcome = await stack.then(
      (started) => started.stop().then(() => 'it started'),
      (error: Error) => error.message,
    );
    const name = broken === 'kube-scheduler' ? '(virtual|c1)-scheduler' : broken;
    expect(outcome).toMatch(new RegExp(`^${name} ended with exit code 127 .*/no/such/program`, 's'));
    await eventually(() => expect(processesMentioning(folder.path)).toEqual([]));
  },
);
