import { Head, ScoreOutput } from '@janus-mesh/contracts';
import { floats } from '../../support/safetensors.ts';
import { generate, score } from '../../support/tier-calls.ts';
import type { GenerationPromptCase, ImageRunCase } from '../cases.ts';
import { isDrawing } from '../public-door.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

const GREEDY = { temperature: 0, topK: 0, topP: 1, seed: 0n };
const segment = (ids: readonly number[]) => [{ content: { $case: 'ids' as const, value: { ids: [...ids] } } }];

/** Conditional, unconditional and guided logits along the goldens' codes; codes drawn greedily through both doors. */
export async function image(subject: Subject): Promise<Row[]> {
  return [...(await logits(subject)), await tierCodes(subject), await publicCodes(subject)];
}

function promptOf(subject: Subject, run: ImageRunCase): GenerationPromptCase {
  return subject.goldens.cases.generation_prompts.find(({ name }) => name === run.prompt) as GenerationPromptCase;
}

function start(subject: Subject, run: ImageRunCase) {
  const { ids, uncond_ids } = promptOf(subject, run);
  return {
    revision: subject.mesh.model.revision,
    head: Head.HEAD_CODES,
    prompt: segment(ids),
    negativePrompt: segment(uncond_ids),
    guidanceWeight: run.weight
  };
}

async function logits(subject: Subject): Promise<Row[]> {
  const branch = subject.tolerance('image_branch_logits');
  const stages = {
    cond: new Stage('conditional code logits', 'TransformerService.Score', branch),
    uncond: new Stage('unconditional code logits', 'TransformerService.Score', branch),
    guided: new Stage('guided code logits', 'TransformerService.Score', subject.tolerance('image_guided_logits'))
  };
  const want = subject.goldens.tensors('image');
  for (const run of subject.goldens.cases.image_runs) {
    const request = { ...start(subject, run), continuation: [...run.ids], output: ScoreOutput.SCORE_OUTPUT_LOGITS };
    const got = await score(subject.mesh.transformer, request);
    for (const name of ['cond', 'uncond', 'guided'] as const) stages[name].close(run.name, got[name], floats(want, run.tensors[name]));
  }
  return Object.values(stages).map((stage) => stage.row());
}

async function tierCodes(subject: Subject): Promise<Row> {
  const stage = new Stage('codes, free and forced', 'TransformerService.Generate', 0);
  for (const run of subject.goldens.cases.image_runs) {
    const request = { ...start(subject, run), sampling: GREEDY, samples: 1, maxNewTokens: run.ids.length };
    const { ids } = await generate(subject.mesh.transformer, run.forced ? { ...request, forcedIds: [...run.ids] } : request);
    stage.equal(run.name, ids[0], run.ids);
  }
  return stage.row();
}

async function publicCodes(subject: Subject): Promise<Row> {
  const stage = new Stage('codes of drawn pictures', 'JanusService.GenerateImage', 0);
  for (const run of subject.goldens.cases.image_runs.filter(({ forced }) => !forced)) {
    const { text } = promptOf(subject, run);
    if (!isDrawing(subject, text)) continue;
    const request = { prompt: text, temperature: 0, guidanceWeight: run.weight };
    for await (const event of subject.mesh.client.generateImage(request)) {
      if (event.$case === 'picture') stage.equal(run.name, event.value.codeIds, run.ids);
    }
  }
  return stage.row();
}
