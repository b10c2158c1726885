import { cpuOf, cpuSecondsOf, machineCpuSecondsOf, peakMiBOf, peakOf, processUse, usedBetween } from '../../bench/measure/processes';

it('reads the times behind a name with blanks and brackets', () => {
  const stat = '4242 (tokio (w) 1) S 1 4242 4242 0 -1 4194560 5000 0 0 0 250 75 0 0 20 0 11 0 100 0 0';
  expect(cpuSecondsOf(stat)).toBe(3.25);
});

it('reads the peak, and 0 where the kernel does not say', () => {
  expect(peakMiBOf('Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  1024 kB\n')).toBe(200);
  expect(peakMiBOf('Name:\tkthread\n')).toBe(0);
});

it('takes the difference by name; who came later counts from zero, who has gone counts no more', () => {
  const before = new Map([
    ['worker-1', { cpuSeconds: 10, peakMiB: 100 }],
    ['gone', { cpuSeconds: 5, peakMiB: 1 }],
  ]);
  const after = new Map([
    ['worker-1', { cpuSeconds: 12, peakMiB: 150 }],
    ['worker-2', { cpuSeconds: 3, peakMiB: 120 }],
    ['etcd', { cpuSeconds: 1, peakMiB: 500 }],
  ]);
  const used = usedBetween(before, after);
  expect([...used.keys()]).toEqual(['worker-1', 'worker-2', 'etcd']);
  expect(cpuOf(used, /^worker-/)).toBe(5);
  expect(peakOf(used, /^worker-/)).toBe(150);
  expect(peakOf(used, /^gateway$/)).toBe(0);
});

it('adds up what was given, not what was idle, waited for or stolen', () => {
  expect(machineCpuSecondsOf('cpu  100 200 300 9999 8888 40 50 7777 0 0\ncpu0 1 1 1 1\n')).toBe(6.9);
});

it('knows nothing of a process that is not there', () => {
  expect(processUse(2 ** 30)).toBeNull();
});
