/**
 * How much the null miner is favoured, beside what is missing of the burns, by what is there of them: 1,024 steps from none to all,
 * each as a fraction of 2^64.
 *
 * The original holds a table of the logistic function 0.8 / (1 + E^(−k·(x0 − i/1024))) in doubles, E being the one next to e. It is
 * computed here from the same doubles, with a power that is rounded once. Sums, differences, products and quotients of doubles are the same everywhere;
 * powers are not, and so this one is made of whole numbers.
 */
export const NULL_MINER_STEPS = 1024;

const SUPREMUM = 0.8;
const X0 = 0.42957690816204647;
const K = 11.795830089282052;
/** The entry of a step, 0 to 1,023. */
export function nullMinerAdvantage(step: number): bigint {
  table ??= Array.from({ length: NULL_MINER_STEPS }, (_, index) => {
    const advantage = SUPREMUM / (1 + powerOfE(-K * (X0 - index / NULL_MINER_STEPS)));
    return BigInt(Math.trunc(advantage * 2 ** 64));
  });
  return table[step] ?? 0n;
}

let table: readonly bigint[] | undefined;

/** Bits behind the point of the whole numbers that the power is computed in. */
const PRECISION = 256n;
const ONE = 1n << PRECISION;

/** `Math.E` to the power of a double between −30 and 30, as the nearest double. */
function powerOfE(exponent: number): number {
  return nearestDouble(exponential((fixed(exponent) * logarithmOfE()) >> PRECISION));
}

/** A double with as many bits behind the point as it takes: exact. */
function fixed(value: number): bigint {
  let bits = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    bits += 1;
  }
  return BigInt(scaled) << (PRECISION - BigInt(bits));
}

/** 1 and the logarithm of how much `Math.E` is off from e: by less than 2^-52, so that a few terms will do. */
function logarithmOfE(): bigint {
  const off = (fixed(Math.E) << PRECISION) / exponential(ONE) - ONE;
  let sum = 0n;
  let power = off;
  for (let term = 1n; power !== 0n && power !== -1n; term += 1n) {
    sum += term % 2n === 1n ? power / term : -power / term;
    power = (power * off) >> PRECISION;
  }
  return ONE + sum;
}

/** e to a power: by its series for a 1,024th of it, squared ten times. */
function exponential(power: bigint): bigint {
  const small = power >> 10n;
  let sum = ONE;
  let term = ONE;
  for (let count = 1n; term !== 0n && term !== -1n; count += 1n) {
    term = ((term * small) >> PRECISION) / count;
    sum += term;
  }
  for (let squared = 0; squared < 10; squared += 1) sum = (sum * sum) >> PRECISION;
  return sum;
}

/** The double next to a positive number: 53 bits of it, rounded. */
function nearestDouble(value: bigint): number {
  const excess = BigInt(value.toString(2).length) - 53n;
  const rounded = (value + (1n << (excess - 1n))) >> excess;
  return Number(rounded) * 2 ** Number(excess - PRECISION);
}
