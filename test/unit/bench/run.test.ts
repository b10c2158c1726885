import { silentProgress } from '../../../local/progress';
import type { Scenario } from '../../bench/result';
import type { Rig } from '../../bench/rig/rig';
import { chosen, runScenarios } from '../../bench/run';

const scenario = (name: string, changes: Partial<Scenario> = {}): Scenario => ({
  name,
  title: name,
  needsPods: false,
  run: async () => ({ measurements: [], violations: [] }),
  ...changes,
});

const all = [scenario('leases'), scenario('window'), scenario('burst', { needsPods: true }), scenario('many', { onlyNamed: true })];
const rig = {} as Rig;

it.each([
  [{ only: null, pods: 1 }, ['leases', 'window', 'burst']],
  [{ only: null, pods: 0 }, ['leases', 'window']],
  [{ only: ['burst'], pods: 1 }, ['leases', 'burst']],
  [{ only: ['burst'], pods: 0 }, ['leases']],
  [{ only: ['many'], pods: 1 }, ['leases', 'many']],
])('%j chooses %j', (options, names) => {
  expect(chosen(all, options).map(({ name }) => name)).toEqual(names);
});

it('runs quiet ones beside the background, and loud ones after it', async () => {
  const order: string[] = [];
  let endBackground: () => void = () => undefined;
  const noting = (name: string, changes: Partial<Scenario> = {}) =>
    scenario(name, {
      run: async () => {
        order.push(name);
        return { measurements: [], violations: [] };
      },
      ...changes,
    });
  const background = scenario('background', {
    manner: 'background',
    run: async () => {
      await new Promise<void>((resolve) => (endBackground = resolve));
      order.push('background ends');
      return { measurements: [], violations: [] };
    },
  });
  const quiet = noting('quiet', { run: async () => (order.push('quiet'), setImmediate(() => endBackground()), { measurements: [], violations: [] }) });
  const reports = await runScenarios(rig, [background, quiet, noting('loud', { manner: 'loud' })], silentProgress);
  expect(order).toEqual(['quiet', 'background ends', 'loud']);
  expect(reports.map(({ name }) => name)).toEqual(['background', 'quiet', 'loud']);
});

it('goes on after one that failed, and says why', async () => {
  const broken = scenario('broken', { run: () => Promise.reject(new Error('no vnode')) });
  const faulty = scenario('faulty', { run: async () => ({ measurements: [], violations: ['a is lost'] }) });
  const reports = await runScenarios(rig, [broken, faulty, scenario('last')], silentProgress);
  expect(reports.map(({ faults }) => faults)).toEqual([['no vnode'], ['a is lost'], []]);
});
