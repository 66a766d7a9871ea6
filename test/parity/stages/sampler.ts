import { Sampler } from '../../../services/transformer/src/engine/sampler.ts';
import { floats } from '../../support/safetensors.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

/** Probabilities that the engine's sampler draws from. */
export async function sampler({ goldens, tolerance }: Subject): Promise<Row[]> {
  const want = goldens.tensors('sampler');
  const stage = new Stage('sampler probabilities', 'engine Sampler.probabilities', tolerance('probabilities'));
  for (const each of goldens.cases.sampler) {
    const logits = floats(want, each.vector);
    const parameters = { temperature: each.temperature, topK: each.top_k ?? 0, topP: each.top_p ?? 1 };
    const got = new Sampler(logits.length).probabilities(logits, parameters);
    const expected = floats(want, each.tensor);
    // Ids with equal logits may survive a cut in any choice: only the sizes are compared then.
    if (each.exact_support) stage.close(each.tensor, got, expected);
    else stage.close(each.tensor, got.slice().sort(), expected.slice().sort());
  }
  return [stage.row()];
}
