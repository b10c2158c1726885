import { hotSpots } from '../../bench/measure/cpu-profile';

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 9 });

it('sums self time by function, largest first, without idle time', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', '') },
      { id: 2, callFrame: frame('parse', 'file:///somewhere/dist/kube/transport.js') },
      { id: 3, callFrame: frame('', 'file:///somewhere/node_modules/undici/lib/core.js') },
      { id: 4, callFrame: frame('(idle)', '') },
      { id: 5, callFrame: frame('parse', 'file:///somewhere/dist/kube/transport.js') },
      { id: 6, callFrame: frame('(garbage collector)', '') },
    ],
    samples: [2, 3, 4, 5, 6],
    timeDeltas: [2_000, 4_000, 90_000, 3_000, 1_000],
  };
  expect(hotSpots(profile)).toEqual([
    { where: 'parse kube/transport.js:10', milliseconds: 5 },
    { where: '(anonymous) undici/lib/core.js:10', milliseconds: 4 },
    { where: '(garbage collector)', milliseconds: 1 },
  ]);
  expect(hotSpots(profile, 1)).toHaveLength(1);
});
