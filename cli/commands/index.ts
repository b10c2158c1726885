import type { Command } from 'commander';
import type { Io } from '../io';
import { registerAudit } from './audit';
import { registerCheck } from './check';
import { registerDebts } from './debts';
import { registerInstall } from './install';
import { registerKubeconfig } from './kubeconfig';
import { registerLeasePlan } from './lease-plan';
import { registerLeaseSteering } from './lease-steering';
import { registerReclaim } from './reclaim';
import { registerRepair } from './repair';
import { registerConfirmReclaim, registerSteering } from './steering';
import { registerUnbind } from './unbind';
import { registerUp } from './up';

/** Adds one subcommand; a thrown {@link UserError} becomes its message and exit code 1. */
export type RegisterCommand = (program: Command, io: Io) => void;

/** Every subcommand, in the order of the help. One file of this folder each. */
export const commands: readonly RegisterCommand[] = [
  registerInstall,
  registerKubeconfig,
  registerCheck,
  registerAudit,
  registerRepair,
  registerReclaim,
  registerLeasePlan,
  registerUp,
  registerUnbind,
  registerDebts,
  registerLeaseSteering,
  registerSteering,
  registerConfirmReclaim,
];
