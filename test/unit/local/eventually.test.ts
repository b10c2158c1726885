import { eventually, throughout } from '../../support/eventually';

it('returns the first result that comes without a failure', async () => {
  let attempts = 0;
  const attempt = () => {
    attempts += 1;
    expect(attempts).toBe(3);
    return 'done';
  };
  expect(await eventually(attempt, { every: 1 })).toBe('done');
});

it('reports the last failure', async () => {
  let attempts = 0;
  const attempt = () => {
    attempts += 1;
    throw new Error(`failure ${Math.min(attempts, 2)}`);
  };
  await expect(eventually(attempt, { limit: 20, every: 1 })).rejects.toThrow(/^still failing after \d+ ms: failure 2$/);
});

it('throughout fails at the first failure', async () => {
  let attempts = 0;
  const attempt = () => expect((attempts += 1)).toBeLessThan(3);
  await expect(throughout(attempt, 1_000, 1)).rejects.toThrow();
  expect(attempts).toBe(3);
  await throughout(() => undefined, 10, 1);
});
