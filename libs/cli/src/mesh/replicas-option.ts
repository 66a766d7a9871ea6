import { InvalidArgumentError } from 'commander';
import { TIERS, type Tier } from './mesh.ts';

const MOST = 64;

/** Parses `tier=n` and adds it to what was given before. */
export function replicasOf(text: string, before: Partial<Record<Tier, number>> = {}): Partial<Record<Tier, number>> {
  const [name = '', count = ''] = text.split('=');
  const tier = TIERS.find((known) => known === name);
  if (tier === undefined) throw new InvalidArgumentError(`Expected a tier (${TIERS.join(', ')}) and a number, as transformer=2.`);
  if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > MOST) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST} behind ${name}=.`);
  }
  return { ...before, [tier]: Number(count) };
}
