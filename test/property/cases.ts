import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistantMessage, type ChatInput, type DrawingInput, picture, userMessage } from '@janus-mesh/client';
import type { GenerateStart } from '@janus-mesh/contracts';
import { CHECKPOINTS, type TestMesh } from '../support/mesh.ts';
import { encodePicture, type NamedFeatures } from '../support/tier-calls.ts';
import { TierStarts } from './tier-starts.ts';

/** A request as the public door takes it. */
export type PublicRequest = { readonly chat: ChatInput } | { readonly drawing: DrawingInput };

/** One request, as both doors take it. */
export interface Case {
  readonly name: string;
  readonly caller: string;
  readonly request: PublicRequest;
  /** What the orchestrator would ask the transformer, and a hash of the logits at every step. */
  readonly start: GenerateStart;
  readonly features: readonly NamedFeatures[];
}

const shown = (name: string) => picture(readFileSync(join(CHECKPOINTS.tinyShapes, `pictures/${name}.png`)));
const longTale = Array.from({ length: 12 }, (_, at) => `Line ${at}: a red star, a blue ring and ${at} pink hearts.`).join(' ');

const REQUESTS: Readonly<Record<string, PublicRequest>> = {
  'a picture described': { chat: { messages: [userMessage(shown('three-hearts'), 'Describe the image.')], seed: 0n } },
  'another question about that picture': {
    chat: { messages: [userMessage(shown('three-hearts'), 'How many hearts are there?')], temperature: 12, seed: 1n, maxTokens: 30 }
  },
  'two pictures in two turns': {
    chat: {
      messages: [
        userMessage(shown('star-above-circle'), 'What color is the star?'),
        assistantMessage('red'),
        userMessage(shown('lone-square'), 'Where is the purple square?')
      ],
      temperature: 30,
      topK: 200,
      seed: 2n,
      maxTokens: 24
    }
  },
  'a short question, sampled': {
    chat: { messages: [userMessage('Is there a green ring?')], temperature: 5, topP: 0.95, seed: 3n, maxTokens: 48 }
  },
  'a long prompt': { chat: { messages: [userMessage(longTale)], temperature: 10, seed: 2n ** 64n - 1n, maxTokens: 32 } },
  'a text without a system prompt': {
    chat: { messages: [userMessage('Tell me.')], systemPrompt: '', temperature: 12, topP: 0.8, seed: 5n, maxTokens: 60 }
  },
  'a drawing': { drawing: { prompt: 'a red circle', seed: 7n } },
  'two drawings without guidance': {
    drawing: { prompt: 'three purple diamonds', guidanceWeight: 1, samples: 2, temperature: 1.5, seed: 8n }
  },
  'a drawing away from something': {
    drawing: { prompt: 'a green star', negativePrompt: 'a red star and a blue circle', guidanceWeight: 7, topP: 0.9, seed: 9n }
  },
  'three drawings of one prompt': { drawing: { prompt: 'a red circle', samples: 3, temperature: 2, topK: 100, seed: 2n ** 64n - 2n } },
  'the most likely drawing': { drawing: { prompt: 'two red hearts and a blue ring', guidanceWeight: 3, temperature: 0, seed: 10n } }
};

const CALLERS = ['ann', 'bob', 'cleo', 'dan'];

/** Six text and five picture requests that differ in all that decides a token. */
export async function openCases({ bundle, visionEncoder, model: { revision } }: TestMesh): Promise<Case[]> {
  const starts = await TierStarts.open(bundle);
  const known = new Map<string, NamedFeatures>();
  const made: Case[] = [];
  for (const [at, [name, request]] of Object.entries(REQUESTS).entries()) {
    const caller = CALLERS[at % CALLERS.length] as string;
    const { start, pictures } = 'chat' in request ? starts.chat(request.chat, caller) : drawn(starts, request.drawing, caller);
    const features: NamedFeatures[] = [];
    for (const { hash, data } of pictures) {
      const key = Buffer.from(hash).toString('hex');
      const named = known.get(key) ?? { hash, ...(await encodePicture(visionEncoder, { revision, picture: data })) };
      known.set(key, named);
      features.push(named);
    }
    made.push({ name, caller, request, start: { ...start, logitHashes: true }, features });
  }
  return made;
}

function drawn(starts: TierStarts, request: DrawingInput, caller: string): ReturnType<TierStarts['chat']> {
  return { start: starts.drawing(request, caller), pictures: [] };
}
