import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/** The address of this machine as the host of `url` sees it; null when the way there is not known. Sends nothing. */
export async function localAddressTowards(url: string): Promise<string | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return await new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (address: string | null) => {
      socket.close();
      resolve(address);
    };
    socket.on('error', () => end(null));
    socket.on('connect', () => end(socket.address().address));
    socket.connect(Number(port || 443), host);
  });
}

/** Where to listen for calls to `address`: there, if this machine has it; everywhere, if something in between passes them on. */
export function listeningHost(address: string): string {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // Linux answers on all of 127.0.0.0/8, and lists one address of it.
  if (address.startsWith('127.') || own.some((one) => one.address === address)) return address;
  return address.includes(':') ? '::' : '0.0.0.0';
}
