/** A tool that can be had in no way. */
export interface Missing {
  /** "etcd 3.6.6" */
  readonly title: string;
  /** Environment variable that may name one. */
  readonly variable: string;
  /** Why it cannot be downloaded, and why it cannot be built. */
  readonly noDownload: string;
  readonly noBuild: string;
  /** The Go that would build it: "1.25.0". */
  readonly goWanted: string;
}

/** One sentence that names the missing tools, the reasons, and the two ways to provide them. */
export function missingTools(missing: readonly Missing[]): string {
  const listed = (pick: (tool: Missing) => string) => joined([...new Set(missing.map(pick))]);
  const them = missing.length === 1 ? 'it' : 'them';
  return (
    `${listed(({ title }) => title)} cannot be found, downloaded (${listed(({ noDownload }) => noDownload)}) ` +
    `or built (${listed(({ noBuild }) => noBuild)}): either put ${them} into PATH or name ${them} in ` +
    `${listed(({ variable }) => variable)}, or install Go ${listed(({ goWanted }) => goWanted)} or newer ` +
    `(https://go.dev/dl/) to have ${them} built here.`
  );
}

function joined(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
