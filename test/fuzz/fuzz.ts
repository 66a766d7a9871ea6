import type { TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';
import { runCases } from './fuzz-case.ts';
import { messageCases } from './fuzz-messages.ts';
import { pictureCases } from './fuzz-pictures.ts';

const AT_ONCE = 6;

/** How much is tried. */
export interface FuzzPlan {
  readonly messages: number;
  readonly pictures: number;
  /** Repeats the same cases. */
  readonly seed: number;
  readonly onDone?: () => void;
}

/** What came of it. */
export interface FuzzResult {
  /** Cases that ended as they must not, and what is wrong with the mesh afterwards. */
  readonly faults: readonly string[];
  /** How many cases ended how. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Sends mutated messages and pictures to a mesh of the embedded model and looks how it takes them. */
export async function fuzz(mesh: TestMesh, { messages, pictures, seed, onDone }: FuzzPlan): Promise<FuzzResult> {
  const ends = new Map<string, number>();
  const onEnd = (how: string) => ends.set(how, (ends.get(how) ?? 0) + 1);
  const sending = messageCases(mesh.mesh.target, { seed, onEnd });
  try {
    const faults = await runCases([...sending.cases(messages), ...pictureCases(mesh.client, { seed, onEnd }, pictures)], AT_ONCE, onDone);
    return { faults: [...faults, ...(await harmOf(mesh))], ends };
  } finally {
    sending.close();
  }
}
