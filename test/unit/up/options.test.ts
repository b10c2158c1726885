import { checkedOptions, type UpFlags } from '../../../cli/up/options';

const flags: UpFlags = { kubeconfig: 'v.kubeconfig', temporalNamespace: 'default', workers: 1, temporalUi: true };

test('what is not given is null', () => {
  expect(checkedOptions(flags)).toEqual({
    ...{ kubeconfig: 'v.kubeconfig', temporalAddress: null, temporalNamespace: 'default', httpPort: null },
    ...{ dataDir: null, workers: 1, gatewayAddress: null, temporalUi: true },
  });
});

test.each<Partial<UpFlags>>([
  { temporalAddress: 'temporal.example.com:7233' },
  { temporalAddress: '[::1]:7233' },
  { gatewayAddress: 'fd00::1' },
])('accepts %j', (difference) => {
  expect(() => checkedOptions({ ...flags, ...difference })).not.toThrow();
});

test.each<[Partial<UpFlags>, string]>([
  [{ temporalAddress: 'temporal.example.com' }, '--temporal-address'],
  [{ temporalAddress: 'https://temporal:7233' }, '--temporal-address'],
  [{ temporalAddress: 'temporal:0' }, '--temporal-address'],
  [{ temporalNamespace: '' }, '--temporal-namespace'],
  [{ gatewayAddress: 'localhost' }, '--gateway-address'],
])('refuses %j and names the flag', (difference, flag) => {
  expect(() => checkedOptions({ ...flags, ...difference })).toThrow(flag);
});
