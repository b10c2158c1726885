export { afterFailure, afterProgress, type Debt, debtKey, dueAt, type Ledger, newDebt, readLedger } from './debt';
