import { request } from 'node:https';
import type { Cluster } from '../../../local/clusters/cluster';

const HEADERS = {
  ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  'sec-websocket-protocol': 'v4.channel.k8s.io',
};
/** What the channel of errors says when the command is done. */
const DONE = '"status":"Success"';

/** Runs a command by one request to an API server, without a client around it, until it is said to have succeeded. @param pod path of the pod */
export function rawExec({ server, admin, ca }: Cluster, pod: string, command: readonly string[]): Promise<void> {
  const query = new URLSearchParams([...command.map((word): [string, string] => ['command', word]), ['stdout', 'true']]);
  return new Promise((resolve, reject) => {
    const asking = request(`${server}${pod}/exec?${query.toString()}`, { ...admin, ca, headers: HEADERS, agent: false });
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
