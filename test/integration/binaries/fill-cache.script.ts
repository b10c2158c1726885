import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BinaryCache } from '../../../local/binaries/cache';

/** Fills the entry "thing" of a cache slowly, notes each fill in a journal, and says what it had to do. */
async function main(folder: string, journal: string, fillFor: number): Promise<void> {
  let did = 'found';
  const fill = async (staged: string) => {
    did = 'filled';
    appendFileSync(journal, `${process.pid}\n`);
    writeFileSync(join(staged, 'thing'), 'half');
    await delay(fillFor);
    writeFileSync(join(staged, 'thing'), 'whole');
    return 'the script';
  };
  await new BinaryCache(folder).ensure('thing', fill, () => undefined);
  console.log(did);
}

void main(process.argv[2] ?? '', process.argv[3] ?? '', Number(process.argv[4]));
