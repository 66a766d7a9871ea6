import { collectPictures, collectText, picture, userMessage } from '@janus-mesh/client';
import type { TestMesh } from '../support/mesh.ts';
import { decodeCodes } from '../support/tier-calls.ts';
import { checkCodes } from './check.ts';
import { Dice } from './dice.ts';
import { QUESTIONS, type QuestionCase, questionCase } from './questions.ts';
import { type DrawingCase, drawingCase, TASKS } from './scenes.ts';
import { codesOf } from './world.ts';

/** Requests under way at once. */
const AT_ONCE = 8;

/** What a model is asked: the same for every subject that is compared. */
export interface Examination {
  readonly drawings: readonly (DrawingCase & { readonly seed: bigint })[];
  /** With each question's picture, PNG. */
  readonly questions: readonly (QuestionCase & { readonly png: Uint8Array })[];
}

/** Whether each case was done right, in the order asked. */
export interface Verdicts {
  readonly drawings: readonly boolean[];
  readonly questions: readonly boolean[];
}

/** Makes up cases, each family as often as the others. The pictures to look at are painted by the mesh's own codec. */
export async function makeExamination(
  mesh: TestMesh,
  { drawings, questions, seed }: { drawings: number; questions: number; seed: number }
): Promise<Examination> {
  const dice = new Dice(seed);
  const asked = Array.from({ length: questions }, (_, i) => questionCase(dice, QUESTIONS[i % QUESTIONS.length] ?? 'describe'));
  return {
    drawings: Array.from({ length: drawings }, (_, i) => ({
      ...drawingCase(dice, TASKS[i % TASKS.length] ?? 'single'),
      seed: BigInt(dice.below(2 ** 31))
    })),
    questions: await mapAtOnce(asked, async (question) => {
      const { picture: painted } = await decodeCodes(mesh.imageCodec, { revision: mesh.model.revision, ids: codesOf(question.cells) });
      return { ...question, png: painted.data };
    })
  };
}

/** Lets a mesh draw and answer everything: drawings at temperature 1 under guidance 5, answers greedily. */
export async function examine({ client }: TestMesh, { drawings, questions }: Examination): Promise<Verdicts> {
  return {
    drawings: await mapAtOnce(drawings, async ({ prompt, seed, spec }) => {
      const [drawn] = await collectPictures(client.generateImage({ prompt, seed, guidanceWeight: 5, temperature: 1 }));
      return checkCodes(drawn?.codeIds ?? [], spec);
    }),
    questions: await mapAtOnce(questions, async ({ png, question, answer }) => {
      const text = await collectText(client.chat({ messages: [userMessage(picture(png), question)], temperature: 0 }));
      return text.trim() === answer;
    })
  };
}

async function mapAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
