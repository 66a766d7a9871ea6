import { FinishReason, Head } from '@janus-mesh/contracts';
import { floats } from '../../support/safetensors.ts';
import { generate, score, segmentsOf } from '../../support/tier-calls.ts';
import type { CaseMessage, TextCase } from '../cases.ts';
import { isChat, publicMessages } from '../public-door.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

const GREEDY = { temperature: 0, topK: 0, topP: 1, seed: 0n };

/** Logits at every prompt position, logits of the greedy steps, greedy ids and answers, and rows that run beside each other. */
export async function text(subject: Subject): Promise<Row[]> {
  const { cases } = subject.goldens;
  const stages = [await logits(subject), await steps(subject), await greedyIds(subject), await answers(subject), await stops(subject)];
  return (cases.text_batch ? [...stages, await together(subject)] : stages).flat();
}

async function prompt(subject: Subject, { ids, images }: TextCase) {
  const features = await subject.features(images);
  return { features, segments: segmentsOf(ids, subject.config.tokens.imagePlaceholder.id, features) };
}

async function logits(subject: Subject): Promise<Row> {
  const stage = new Stage('text logits, every position', 'TransformerService.Score', subject.tolerance('text_logits'));
  for (const each of subject.goldens.cases.text) {
    const { features, segments } = await prompt(subject, each);
    const start = { revision: subject.mesh.model.revision, head: Head.HEAD_TEXT, prompt: segments, output: 2 as const, promptLogits: true };
    const { promptLogits } = await score(subject.mesh.transformer, start, features);
    stage.close(each.name, promptLogits, floats(subject.goldens.tensors('text'), each.tensors.logits));
  }
  return stage.row();
}

async function steps(subject: Subject): Promise<Row> {
  const stage = new Stage('text logits, greedy steps', 'TransformerService.Score', subject.tolerance('text_step_logits'));
  for (const each of subject.goldens.cases.text) {
    const { features, segments } = await prompt(subject, each);
    const start = {
      revision: subject.mesh.model.revision,
      head: Head.HEAD_TEXT,
      prompt: segments,
      output: 2 as const,
      continuation: [...each.new_ids]
    };
    const { cond } = await score(subject.mesh.transformer, start, features);
    stage.close(each.name, cond, floats(subject.goldens.tensors('text'), each.tensors.step_logits));
  }
  return stage.row();
}

async function generateGreedy(subject: Subject, each: TextCase, maxNewTokens: number): Promise<number[]> {
  const { features, segments } = await prompt(subject, each);
  const start = {
    revision: subject.mesh.model.revision,
    head: Head.HEAD_TEXT,
    prompt: segments,
    sampling: GREEDY,
    samples: 1,
    maxNewTokens
  };
  const { ids } = await generate(subject.mesh.transformer, start, features);
  return ids[0] ?? [];
}

/** The goldens' text runs go on past the end of sequence, so they are generated without stop ids. */
async function greedyIds(subject: Subject): Promise<Row> {
  const stage = new Stage('greedy ids', 'TransformerService.Generate', 0);
  for (const each of subject.goldens.cases.text)
    stage.equal(each.name, await generateGreedy(subject, each, each.new_ids.length), each.new_ids);
  return stage.row();
}

async function together(subject: Subject): Promise<Row[]> {
  const batch = subject.goldens.cases.text_batch as NonNullable<typeof subject.goldens.cases.text_batch>;
  const rows = batch.rows.map((name) => subject.goldens.cases.text.find((each) => each.name === name) as TextCase);
  const ids = new Stage('greedy ids, rows together', 'TransformerService.Generate', 0);
  const generated = await Promise.all(rows.map((each, row) => generateGreedy(subject, each, batch.new_ids[row]?.length ?? 0)));
  for (const [row, got] of generated.entries()) ids.equal(rows[row]?.name as string, got, batch.new_ids[row]);
  const logits = new Stage('step logits, rows together', 'TransformerService.Score', subject.tolerance('text_step_logits'));
  const scored = await Promise.all(
    rows.map(async (each, row) => {
      const { features, segments } = await prompt(subject, each);
      const start = { revision: subject.mesh.model.revision, head: Head.HEAD_TEXT, prompt: segments, output: 2 as const };
      return (await score(subject.mesh.transformer, { ...start, continuation: [...(batch.new_ids[row] ?? [])] }, features)).cond;
    })
  );
  const want = floats(subject.goldens.tensors('text'), batch.tensors.step_logits);
  for (const [row, got] of scored.entries()) {
    const size = want.length / rows.length;
    logits.close(rows[row]?.name as string, got, want.subarray(row * size, (row + 1) * size));
  }
  return [ids.row(), logits.row()];
}

/** Answers over the public door; where a golden run goes on past the end of sequence, the answer is what comes before. */
async function answers(subject: Subject): Promise<Row> {
  const stage = new Stage('greedy answers', 'JanusService.Chat', 0);
  const eos = subject.config.tokens.eos.id;
  for (const each of subject.goldens.cases.text.filter(({ messages }) => isChat(subject, messages))) {
    const got = await chat(subject, each, { images: each.images, maxTokens: each.new_ids.length });
    const end = each.new_ids.indexOf(eos);
    stage.equal(`${each.name} ids`, got.ids, end < 0 ? each.new_ids : each.new_ids.slice(0, end + 1));
    if (end < 0) stage.equal(`${each.name} text`, got.text, each.new_text);
  }
  return stage.row();
}

async function stops(subject: Subject): Promise<Row> {
  const stage = new Stage('answers that end themselves', 'JanusService.Chat', 0);
  for (const each of [subject.goldens.cases.text_stop].flat().filter(({ messages }) => isChat(subject, messages))) {
    const got = await chat(subject, each, { images: each.images ?? [], maxTokens: each.max_new_tokens });
    stage.equal(each.name, got, { text: each.new_text, ids: each.new_ids, reason: FinishReason.FINISH_REASON_END_OF_SEQUENCE });
  }
  return stage.row();
}

async function chat(
  subject: Subject,
  each: { system: string; messages: readonly CaseMessage[] },
  { images, maxTokens }: { images: readonly string[]; maxTokens: number }
) {
  const pictures = images.map((name) =>
    subject.goldens.picture(subject.goldens.cases.pictures.find((picture) => picture.name === name)?.file as string)
  );
  const got = { text: '', ids: [] as number[], reason: FinishReason.FINISH_REASON_UNSPECIFIED as FinishReason };
  const request = {
    messages: publicMessages(subject, each.messages, pictures),
    systemPrompt: each.system,
    maxTokens,
    rawOrientation: true,
    verbatimParts: true
  };
  for await (const event of subject.mesh.client.chat(request)) {
    if (event.$case === 'finished') got.reason = event.value.reason;
    if (event.$case !== 'delta') continue;
    got.text += event.value.text;
    got.ids.push(...event.value.tokenIds);
  }
  return got;
}
