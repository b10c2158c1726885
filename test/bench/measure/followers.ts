import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Cluster } from '../../../local/clusters/cluster';

/** Many who follow one log. */
export class Followers {
  private readonly lines: number[] = [];

  private constructor(
    private readonly agent: Agent,
    private readonly answers: readonly IncomingMessage[],
  ) {
    answers.forEach((answer, index) => {
      this.lines[index] = 0;
      answer.on('data', (chunk: Buffer) => void (this.lines[index]! += String(chunk).split('\n').length - 1));
      answer.on('error', () => undefined);
    });
  }

  /** Resolves when the API server has answered all of them. @param pod path of the pod */
  static async open({ server, admin, ca }: Cluster, pod: string, count: number): Promise<Followers> {
    const agent = new Agent({ ...admin, ca, keepAlive: true, maxSockets: count });
    const follow = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        get(`${server}${pod}/log?follow=true&tailLines=1`, { agent }, resolve).on('error', reject);
      });
    return new Followers(agent, await Promise.all(Array.from({ length: count }, follow)));
  }

  /** How many have seen at least so many lines. */
  withLines(count: number): number {
    return this.lines.filter((lines) => lines >= count).length;
  }

  close(): void {
    for (const answer of this.answers) answer.destroy();
    this.agent.destroy();
  }
}
