// grpc-js reads a timeout as a signed 32-bit number of milliseconds.
const maxSeconds = Math.floor((2 ** 31 - 1) / 1000);

/**
 * Writes a time span as the `grpc-timeout` header: at most 8 digits and a unit. Part of a millisecond counts as one; spans over 24
 * days are cut.
 */
export function formatTimeout(ms: number): string {
  const whole = Math.ceil(ms);
  return whole < 1e8 ? `${whole}m` : `${Math.min(Math.ceil(whole / 1000), maxSeconds)}S`;
}
