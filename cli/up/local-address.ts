import { createSocket } from 'node:dgram';

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
