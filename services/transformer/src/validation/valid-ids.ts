import type { FieldViolation } from '@janus-mesh/rpc';

/** A vocabulary that ids are taken from. */
export interface Vocabulary {
  /** What an id is called, e.g. `text token`. */
  readonly noun: string;
  readonly size: number;
}

/** Checks that ids are inside a vocabulary; names the first that is not. */
export function checkIds(ids: readonly number[], { noun, size }: Vocabulary, field: string, violations: FieldViolation[]): void {
  const wrong = ids.findIndex((id) => id >= size);
  if (wrong < 0) return;
  violations.push({ field: `${field}[${wrong}]`, description: `${ids[wrong]} is no ${noun}, they go from 0 to ${size - 1}` });
}
