export { afterFailure, afterProgress, type Debt, debtKey, dueAt, type KnownThen, type Ledger, newDebt, readLedger } from './debt';
