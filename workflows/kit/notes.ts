import type { Reason } from '../../domain/conditions';
import type { Asked, SteeringNote } from '../contracts/steering';
import { askedIn } from './steering-input';

/** What an event says of a request: what it was, who asked and why. */
export function noteOf(reason: Reason, what: string, ...asked: readonly unknown[]): SteeringNote {
  return { reason, message: `${what}${byWhom(askedIn(...asked))}` };
}

function byWhom({ by, reason }: Asked): string {
  return `${by === undefined ? '' : `, asked for by ${by}`}${reason === undefined ? '.' : `: ${reason}`}`;
}
