import { request } from 'node:http';
import { request as secureRequest } from 'node:https';

const PROBE_TIMEOUT_MS = 10_000;

/**
 * One GET that keeps no connection.
 * @param ca PEM of the authority that signed the server's certificate; for https only.
 * @returns true when the answer is 200.
 */
export async function answersOk(url: string, ca?: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? secureRequest : request;
    const call = get(url, { ca, agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve(true);
      else reject(new Error(`${url} answered ${response.statusCode}`));
    });
    call.on('timeout', () => call.destroy(new Error(`${url} did not answer in ${PROBE_TIMEOUT_MS} ms`)));
    call.on('error', reject);
    call.end();
  });
}
