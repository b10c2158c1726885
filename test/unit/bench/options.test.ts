import { parseOptions } from '../../bench/options';

const DEFAULTS = { nodes: 10, pods: 200, burst: 500, idle: 50, workers: 1, only: null, json: null, cpuProf: null };
const parse = (text: string) => parseOptions(text.split(' ').filter(Boolean), ['leases', 'burst']);

it.each([
  ['', {}],
  ['--nodes 100 --pods 1000', { nodes: 100, pods: 1000, burst: 0 }],
  ['--pods 0', { pods: 0, burst: 0 }],
  ['--pods 20 --burst 30 --idle 5', { pods: 20, burst: 30, idle: 5 }],
  ['--only leases,burst --workers 2', { only: ['leases', 'burst'], workers: 2 }],
  ['--json out.json --cpu-prof profiles', { json: 'out.json', cpuProf: 'profiles' }],
])('%j', (text, difference) => {
  expect(parse(text)).toEqual({ ...DEFAULTS, ...difference });
});

it.each([
  ['--nodes ten', '--nodes must be a whole number, not "ten"'],
  ['--nodes 0', '--nodes must be at least 1'],
  ['--workers 0', '--workers must be at least 1'],
  ['--only lease', '--only lease: there are leases, burst'],
  ['--noodles 3', "Unknown option '--noodles'"],
])('%j is refused', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
