import { join } from 'node:path';
import type { Step } from '../progress';
import { BinaryError, messageOf } from './binary-error';
import type { Tool } from './catalog';
import { download } from './download';
import { goBuild } from './go-build';
import { SiteClient } from './http';
import { entryOf, titleOf, type Search } from './locate';
import { missingTools } from './missing';
import { versionMismatch } from './on-path';
import { makePlans, missingOf, type Plan } from './plan';

/** What one tool is got with. */
interface Work {
  readonly search: Search;
  readonly client: SiteClient;
  readonly plan: Plan;
  readonly step: Step;
}

/**
 * Puts tools into the cache, one after the other: the official release where it can be had, else a build with Go.
 * @throws BinaryError when one of them can be had in neither way, or turns out not to work.
 */
export async function obtain(search: Search, tools: readonly Tool[]): Promise<void> {
  const client = new SiteClient(search.env);
  try {
    for (const plan of await makePlans(search, client, tools)) {
      const step = search.report.step(`getting ${titleOf(search, plan.tool)}`);
      await obtainOne({ search, client, plan, step });
    }
  } finally {
    await client.close();
  }
}

async function obtainOne(work: Work): Promise<void> {
  const { search, plan, step } = work;
  let outcome = 'another process got it';
  const fillEntry = async (folder: string) => (outcome = await fill(work, join(folder, plan.tool)));
  try {
    await search.cache.ensure(entryOf(search, plan.tool), fillEntry, () => step.update('another process is at it'));
    step.done(outcome);
  } catch (error) {
    step.fail(messageOf(error));
    throw error;
  }
}

/** Makes a program that runs and says the version it should have. @returns where it came from. */
async function fill(work: Work, target: string): Promise<string> {
  const { search, plan } = work;
  const origin = await downloadOrBuild(work, target);
  const fault = await versionMismatch(target, search.catalog[plan.tool], search.env);
  if (fault !== null) throw new BinaryError(`${titleOf(search, plan.tool)}, ${origin}, ${fault}.`);
  return origin;
}

async function downloadOrBuild(work: Work, target: string): Promise<string> {
  const { search, plan } = work;
  const { tool, offer, go } = plan;
  const noDownload = 'reason' in offer ? offer.reason : await downloadFault(work, target, offer);
  if (noDownload === null) return 'downloaded';
  if ('reason' in go) throw new BinaryError(missingTools([missingOf(search, tool, { noDownload, noBuild: go.reason })]));
  await goBuild({
    build: search.catalog[tool].build,
    go: go.path,
    modules: search.modules,
    cache: search.cache.folder,
    target,
    env: search.env,
    onProgress: (detail) => work.step.update(`building with Go, ${detail}`),
  });
  return 'built with Go';
}

/** Null when the program arrived whole, else what went wrong. */
async function downloadFault({ search, client, plan, step }: Work, target: string, offer: Offered): Promise<string | null> {
  try {
    await download(client, { ...offer, target, onProgress: (detail) => step.update(detail) });
    return null;
  } catch (error) {
    search.report.say(`${titleOf(search, plan.tool)}: ${messageOf(error)}`);
    return messageOf(error);
  }
}

type Offered = Exclude<Plan['offer'], { readonly reason: string }>;
