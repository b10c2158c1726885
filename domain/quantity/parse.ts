import { NANOS, type Quantity, type QuantityFormat } from './quantity';

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** Exponents beyond this are read as this: no machine has as much, and nobody may make us compute it. */
const EXPONENT_LIMIT = 60;

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * Reads a quantity as the API server does: `1.5Gi`, `100m`, `1e3`, `12E`.
 * What is finer than a nano-unit is rounded away from zero. `null` where it is no quantity at all.
 */
export function parseQuantity(text: string | number): Quantity | null {
  const [, sign, whole = '', fraction = '', suffix = ''] = SYNTAX.exec(String(text)) ?? [];
  if (whole + fraction === '') {
    return null;
  }
  const { format, numerator, denominator } = scaleOf(suffix);
  const digits = BigInt(whole + fraction) * numerator * NANOS;
  const unit = denominator * 10n ** BigInt(fraction.length);
  const magnitude = (digits + unit - 1n) / unit;
  return {
    nanos: sign === '-' ? -magnitude : magnitude,
    // Kubernetes shows less than one byte as a decimal fraction.
    format: format === 'BinarySI' && magnitude > 0n && magnitude < NANOS ? 'DecimalSI' : format,
  };
}

interface Scale {
  readonly format: QuantityFormat;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function scaleOf(suffix: string): Scale {
  const binary = BINARY_EXPONENTS[suffix];
  if (binary !== undefined) {
    return { format: 'BinarySI', numerator: 2n ** BigInt(binary), denominator: 1n };
  }
  const decimal = DECIMAL_EXPONENTS[suffix];
  if (decimal !== undefined) {
    return { format: 'DecimalSI', ...powerOfTen(decimal) };
  }
  return { format: 'DecimalExponent', ...powerOfTen(Number(suffix.slice(1))) };
}

function powerOfTen(exponent: number): Omit<Scale, 'format'> {
  const power = 10n ** BigInt(Math.min(Math.abs(exponent), EXPONENT_LIMIT));
  return exponent < 0 ? { numerator: 1n, denominator: power } : { numerator: power, denominator: 1n };
}
