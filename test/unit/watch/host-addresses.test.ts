import { HostAddresses } from '../../../activities/fleet/host-addresses';

/** A resolver that answers what the test says, and counts. */
function resolver(answer: () => string[]) {
  const asked: string[] = [];
  let now = 0;
  const resolve = (host: string) => {
    asked.push(host);
    return Promise.resolve().then(answer);
  };
  return { addresses: new HostAddresses(resolve, () => now), asked, wait: (millis: number) => void (now += millis) };
}

it('takes an IP address for itself', async () => {
  const { addresses, asked } = resolver(() => ['10.0.0.1']);
  expect(await addresses.addressOf('2001:db8::1')).toBe('2001:db8::1');
  expect(asked).toEqual([]);
});

it('asks once for many pods, and again after half a minute', async () => {
  let answer = ['10.0.0.2', '10.0.0.1'];
  const { addresses, asked, wait } = resolver(() => answer);
  expect(await Promise.all([addresses.addressOf('lb'), addresses.addressOf('lb')])).toEqual(['10.0.0.1', '10.0.0.1']);
  answer = ['10.0.0.3'];
  expect(await addresses.addressOf('lb')).toBe('10.0.0.1');
  expect(asked).toEqual(['lb']);
  wait(30_000);
  expect(await addresses.addressOf('lb')).toBe('10.0.0.3');
});

it('keeps the last answer of a resolver that fails, and asks each time for what it has never heard of', async () => {
  let answer = (): string[] => ['10.0.0.1'];
  const { addresses, asked, wait } = resolver(() => answer());
  await addresses.addressOf('lb');
  answer = () => {
    throw new Error('SERVFAIL');
  };
  wait(30_000);
  expect(await addresses.addressOf('lb')).toBe('10.0.0.1');
  expect(await addresses.addressOf('new')).toBeNull();
  answer = () => ['10.0.0.9'];
  expect(await addresses.addressOf('new')).toBe('10.0.0.9');
  expect(asked).toEqual(['lb', 'lb', 'new', 'new']);
});
