import { request } from 'node:https';
import type { Credential } from '../../../local/clusters/certificates';

const HEADERS = {
  ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  'sec-websocket-protocol': 'v4.channel.k8s.io',
};
/** What the channel of errors says when the command is done. */
const DONE = '"status":"Success"';

/** Where a command is asked for: the exec subresource of a pod, or the exec route of a kubelet, with all that it is to be told. */
export interface RawExec {
  readonly url: string;
  readonly ca: string;
  readonly caller: Credential;
}

/** Runs a command by one request, without a client around it, until it is said to have succeeded. */
export function rawExec({ url, ca, caller }: RawExec): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { ...caller, ca, headers: HEADERS, agent: false });
    asking.on('error', reject);
    asking.on('response', ({ statusCode }) => reject(new Error(`exec was answered with ${statusCode}`)));
    asking.on('upgrade', (_, socket, head) => {
      let text = String(head);
      const look = () => {
        if (text.includes(DONE)) resolve(void socket.destroy());
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('exec ended without a status')));
      socket.on('data', (chunk) => {
        text += String(chunk);
        look();
      });
      look();
    });
    asking.end();
  });
}
