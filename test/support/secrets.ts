/** Where a secret was found, and how it was written there. */
export interface Leak {
  readonly secret: string;
  readonly place: string;
}

/**
 * Looks for secrets, plain and in base64, in places of any kind.
 * @param secrets name → value; values shorter than 12 characters are refused, they would be found by chance.
 * @param places name → content.
 */
export function findLeaks(secrets: Readonly<Record<string, string>>, places: Readonly<Record<string, string | Buffer>>): Leak[] {
  const contents = Object.entries(places).map(([place, content]) => ({ place, content: Buffer.from(content) }));
  return Object.entries(secrets).flatMap(([secret, value]) => {
    if (value.length < 12) throw new Error(`${secret} is too short to be looked for`);
    const forms = [value, Buffer.from(value).toString('base64').replace(/=+$/, '')];
    return contents
      .filter(({ content }) => forms.some((form) => content.includes(form)))
      .map(({ place }) => ({ secret, place }));
  });
}
