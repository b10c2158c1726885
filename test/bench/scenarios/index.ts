import type { Scenario } from '../result';
import { abandon } from './abandon';
import { burst } from './burst';
import { edges } from './edges';
import { heal } from './heal';
import { idle } from './idle';
import { idleCost } from './idle-cost';
import { kill } from './kill';
import { late } from './late';
import { leases } from './leases';
import { many } from './many';
import { mirror } from './mirror';
import { reclaim } from './reclaim';
import { rich } from './rich';
import { rollingUpdate } from './rolling-update';
import { streams } from './streams';
import { successor } from './successor';
import { policyEdit, windowEdge } from './window';

/** In the order in which they run; the first one is always run. */
export const scenarios: readonly Scenario[] = [
  leases,
  windowEdge,
  idle({ token: true }),
  idle({ token: false }),
  late,
  successor,
  burst('pods'),
  burst('burst'),
  kill('none'),
  kill('one'),
  heal,
  rich,
  rollingUpdate,
  many,
  policyEdit,
  reclaim,
  edges,
  streams,
  idleCost,
  mirror,
  abandon,
];
