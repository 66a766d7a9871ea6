/** A size for people: whole MiB, from 10 GiB on GiB. */
export function mebibytes(bytes: bigint): string {
  const mib = Number(bytes) / 1024 ** 2;
  if (mib >= 10 * 1024) return `${(mib / 1024).toFixed(1)} GiB`;
  return mib > 0 && mib < 1 ? `${(mib * 1024).toFixed(0)} KiB` : `${mib.toFixed(0)} MiB`;
}
