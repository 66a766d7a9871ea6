import { type FieldViolation, invalidArgument } from '@janus-mesh/rpc';

// A hostile request may be wrong in a million places: these are enough to mend the next hundred.
const MOST_KEPT = 100;

/** Gathers all that is wrong with a request, so that one answer names everything. */
export class Violations {
  readonly #prefix: string;
  readonly #kept: FieldViolation[] = [];

  /** @param prefix put before every field: where the checked message lies in a larger one */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  add(field: string, description: string): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push({ field: this.#prefix + field, description });
  }

  /** @throws {MeshError} INVALID_ARGUMENT with all that was added, if anything was */
  refuse(reason?: string): void {
    if (this.#kept.length > 0) throw invalidArgument(this.#kept, reason);
  }
}
