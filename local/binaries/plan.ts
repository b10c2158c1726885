import { join } from 'node:path';
import { BinaryError, messageOf } from './binary-error';
import type { Release, Tool } from './catalog';
import { publishedChecksum } from './checksum';
import { findGo, goVersionWanted } from './go-toolchain';
import type { SiteClient } from './http';
import { titleOf, type Search } from './locate';
import { missingTools, type Missing } from './missing';
import type { Found } from './on-path';
import { formatVersion } from './version';

/** A release with its published checksum, or why there is none. */
export type Offer = { readonly release: Release; readonly sha256: string } | { readonly reason: string };

/** The ways that are open for one tool: a download, a Go toolchain to build with. */
export interface Plan {
  readonly tool: Tool;
  readonly offer: Offer;
  readonly go: Found;
}

/**
 * Finds out how each tool can be had.
 * @throws BinaryError when one of them can be had in no way: before any work, not after half of it.
 */
export async function makePlans(search: Search, client: SiteClient, tools: readonly Tool[]): Promise<Plan[]> {
  const offers = await askSites(search, client, tools);
  const plans = await Promise.all(
    tools.map(async (tool) => {
      const go = await findGo(goVersionWanted(moduleOf(search, tool)), search.env);
      return { tool, offer: offers.get(tool) ?? { reason: 'no release' }, go };
    }),
  );
  const missing = plans.flatMap(({ tool, offer, go }) =>
    'reason' in offer && 'reason' in go ? [missingOf(search, tool, { noDownload: offer.reason, noBuild: go.reason })] : [],
  );
  if (missing.length > 0) throw new BinaryError(missingTools(missing));
  return plans;
}

/** A tool with the reasons why it cannot be had. */
export function missingOf(search: Search, tool: Tool, reasons: Pick<Missing, 'noDownload' | 'noBuild'>): Missing {
  const goWanted = formatVersion(goVersionWanted(moduleOf(search, tool)));
  return { title: titleOf(search, tool), variable: search.catalog[tool].variable, goWanted, ...reasons };
}

function moduleOf({ modules, catalog }: Search, tool: Tool): string {
  return join(modules, catalog[tool].build.module);
}

/** Asks all sites at once, so that an unreachable network costs one deadline and not one per tool. */
async function askSites(search: Search, client: SiteClient, tools: readonly Tool[]): Promise<Map<Tool, Offer>> {
  const step = search.report.step('asking for official releases');
  const asked = new Map<string, Promise<string>>();
  const textOf = ({ checksum }: Release) => {
    const key = `${checksum.site} ${checksum.path}`;
    const text = asked.get(key) ?? client.text(checksum);
    asked.set(key, text);
    return text;
  };
  const offers = await Promise.all(tools.map((tool) => offerOf(search, tool, textOf)));
  const reasons = new Set(offers.flatMap((offer) => ('reason' in offer ? [offer.reason] : [])));
  const available = offers.filter((offer) => 'sha256' in offer).length;
  step.done([`${available} of ${tools.length} can be downloaded`, ...reasons].join('; '));
  return new Map(tools.map((tool, index) => [tool, offers[index] as Offer]));
}

async function offerOf(search: Search, tool: Tool, textOf: (release: Release) => Promise<string>): Promise<Offer> {
  const { os, arch } = search.platform;
  const release = search.catalog[tool].release(search.platform);
  if (release === null) return { reason: `no ${tool} is released for ${os} ${arch}` };
  try {
    return { release, sha256: publishedChecksum(release, await textOf(release)) };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}
