/** The first 64 primes: of their cube roots, and of the square roots of eight, 32 bits behind the point are the constants. */
const primes = (): readonly number[] =>
  Array.from({ length: 312 }, (_, n) => n).filter(
    (n, _index, numbers) => n > 1 && numbers.slice(2, n).every((divisor) => n % divisor !== 0),
  );

/** The constants of the 64 rounds, and the state that every hash begins with. */
export function sha256Constants(): { readonly rounds: readonly number[]; readonly initial: readonly number[] } {
  const all = primes();
  return {
    rounds: all.map((prime) => rootFraction(BigInt(prime), 3n)),
    initial: all.slice(0, 8).map((prime) => rootFraction(BigInt(prime), 2n)),
  };
}

function rootFraction(value: bigint, degree: bigint): number {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value << (32n * degree)) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
