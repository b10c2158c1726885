import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { sites, type Location, type SiteName } from './catalog';
import { messageOf } from './binary-error';

/** Milliseconds to connect, and to get a small file as a whole. */
export const SMALL_FILE_WITHIN_MS = 4_000;
const BODY_IDLE_MS = 20_000;

/** Base URL of a site, of its mirror if one is set; null when it is set to `off`. */
export function siteUrl(site: SiteName, env: NodeJS.ProcessEnv): string | null {
  const { url, variable } = sites[site];
  const chosen = env[variable] || url;
  return chosen === 'off' ? null : chosen.replace(/\/+$/, '');
}

/** Fetches from the sites of the catalog, through the proxy of the environment if there is one. */
export class SiteClient {
  private readonly agent: EnvHttpProxyAgent;

  constructor(private readonly env: NodeJS.ProcessEnv) {
    this.agent = new EnvHttpProxyAgent({
      httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
      httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
      noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
      connect: { timeout: SMALL_FILE_WITHIN_MS },
      headersTimeout: BODY_IDLE_MS,
      bodyTimeout: BODY_IDLE_MS,
    });
  }

  /** The full address of a file, for messages; null when its site is off. */
  urlOf({ site, path }: Location): string | null {
    const base = siteUrl(site, this.env);
    return base === null ? null : `${base}${path}`;
  }

  /** A small text file. @throws Error naming its host or address, after 4 seconds at the latest. */
  async text(file: Location): Promise<string> {
    const signal = AbortSignal.timeout(SMALL_FILE_WITHIN_MS);
    return await this.get(file, signal, (response) => response.text());
  }

  /** Starts to get a file of any size. A body that stands still for 20 seconds fails. */
  async open(file: Location, signal?: AbortSignal): Promise<Response> {
    return await this.get(file, signal, (response) => Promise.resolve(response));
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async get<T>(file: Location, signal: AbortSignal | undefined, read: (response: Response) => Promise<T>): Promise<T> {
    const url = this.urlOf(file);
    if (url === null) throw new Error(`downloads from ${sites[file.site].url} are off`);
    try {
      const response = await fetch(url, { dispatcher: this.agent, signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return await read(response);
    } catch (error) {
      throw new Error(explained(url, error));
    }
  }
}

/** Says once for all files of a host that it cannot be reached; other faults name the file. */
function explained(url: string, error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const { host } = new URL(url);
  if (name === 'TimeoutError') return `${host} does not answer`;
  return cause?.code === undefined ? `${url}: ${messageOf(error)}` : `${host} cannot be reached (${cause.code})`;
}
