import { lookup } from 'node:dns/promises';
import { isIpAddress } from '../../domain/pods/translation/endpoints';

/** How long an address is believed, milliseconds: load balancers move. */
const FRESH_MILLIS = 30_000;

interface Known {
  readonly address: string | null;
  readonly until: number;
}

/** IP addresses of hosts, as this process's resolver sees them; never older than half a minute while it answers. */
export class HostAddresses {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Promise<string | null>>();

  constructor(
    private readonly resolve: (host: string) => Promise<readonly string[]> = resolved,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * An IP address is its own. Where a resolver fails that has answered before, the last answer stands.
   * @returns null for a name that has not been resolved yet
   */
  async addressOf(host: string): Promise<string | null> {
    if (isIpAddress(host)) return host;
    const known = this.known.get(host);
    if (known !== undefined && known.until > this.now()) return known.address;
    const asking = this.asking.get(host) ?? this.ask(host);
    this.asking.set(host, asking);
    return await asking.finally(() => this.asking.delete(host));
  }

  private async ask(host: string): Promise<string | null> {
    const last = this.known.get(host)?.address ?? null;
    const address = await this.resolve(host).then(
      // Names of load balancers have several addresses in changing order: the copies of one workload should agree.
      (addresses) => [...addresses].sort()[0] ?? last,
      () => last,
    );
    // A name that does not resolve is asked for again by the next pod.
    if (address !== null) this.known.set(host, { address, until: this.now() + FRESH_MILLIS });
    return address;
  }
}

async function resolved(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
