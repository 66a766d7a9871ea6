const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/** A bar of `width` characters, filled to the eighth of a character. @param share from 0 to 1 */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const whole = Math.floor(filled / 8);
  const rest = filled % 8 === 0 ? '' : EIGHTHS[filled % 8];
  return `${'█'.repeat(whole)}${rest}`.padEnd(width, '░');
}
