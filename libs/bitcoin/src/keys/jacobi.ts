/** The Jacobi symbol of `a` over the odd `n`: for a prime `n`, 1 for squares, −1 for others, 0 for multiples of it. */
export function jacobi(a: bigint, n: bigint): number {
  let sign = 1;
  let [top, bottom] = [a, n];
  while (top !== 0n) {
    const twos = trailingZeros(top);
    top >>= BigInt(twos);
    const bottomBits = Number(bottom & 7n);
    if (twos % 2 === 1 && (bottomBits === 3 || bottomBits === 5)) sign = -sign;
    if (bottomBits % 4 === 3 && (top & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n ? sign : 0;
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  let rest = value;
  let low = Number(rest & 0xffff_ffffn);
  while (low === 0) {
    zeros += 32;
    rest >>= 32n;
    low = Number(rest & 0xffff_ffffn);
  }
  return zeros + 31 - Math.clz32(low & -low);
}
