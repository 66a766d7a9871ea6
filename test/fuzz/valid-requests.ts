import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistantMessage, type ChatInput, type DrawingInput, ImageFormat, PreviewMode, picture, userMessage } from '@janus-mesh/client';
import {
  ChatRequest,
  CountTokensRequest,
  GenerateImageRequest,
  GetModelRequest,
  GetStatusRequest,
  JanusServiceDefinition
} from '@janus-mesh/contracts';
import { CHECKPOINTS } from '../support/mesh.ts';

type Method = keyof JanusServiceDefinition['methods'];

/** A request that the mesh serves, encoded. */
export interface ValidRequest {
  readonly method: Method;
  readonly path: string;
  readonly message: Uint8Array;
}

/** Requests of every public method; between them they set every field. */
export function validRequests(): ValidRequest[] {
  const { chats, drawings } = prompts();
  return [
    ...chats.map((chat) => request('chat', ChatRequest.encode(ChatRequest.fromPartial(chat)))),
    ...drawings.map((drawing) => request('generateImage', GenerateImageRequest.encode(GenerateImageRequest.fromPartial(drawing)))),
    ...chats.map((value) => count({ $case: 'chat', value })),
    ...drawings.map((value) => count({ $case: 'image', value })),
    request('getModel', GetModelRequest.encode({})),
    request('getStatus', GetStatusRequest.encode({}))
  ];
}

function prompts(): { chats: ChatInput[]; drawings: DrawingInput[] } {
  const hearts = readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png'));
  const sampled = { temperature: 0.8, topK: 50, topP: 0.95, seed: 2n ** 63n };
  const flags = { rawOrientation: true, verbatimParts: true, literalSpecials: true };
  const turns = [userMessage('How many?', picture(hearts)), assistantMessage('three'), userMessage('What colour? ', 'Say é, 星 and 🟢.')];
  return {
    chats: [
      { messages: [userMessage('Hello')], maxTokens: 4 },
      { messages: [userMessage(picture(hearts), 'Describe the image.')], maxTokens: 8, model: 'tiny-shapes' },
      { messages: turns, maxTokens: 6, systemPrompt: 'Be brief.', stop: ['.', 'end'], ...sampled, ...flags }
    ],
    drawings: [
      { prompt: 'a red circle', seed: 1n },
      { prompt: 'two blue stars', negativePrompt: 'a ring', samples: 2, guidanceWeight: 1, preview: PreviewMode.PREVIEW_MODE_EVERY_ROW },
      {
        prompt: 'a <begin_of_image> ring',
        width: 96,
        height: 96,
        guidanceWeight: 3,
        preview: PreviewMode.PREVIEW_MODE_EVERY_N,
        previewRows: 2,
        format: ImageFormat.IMAGE_FORMAT_WEBP,
        literalSpecials: true,
        model: 'tiny-shapes',
        ...sampled
      }
    ]
  };
}

function count(prompt: Parameters<typeof CountTokensRequest.fromPartial>[0]['prompt']): ValidRequest {
  return request('countTokens', CountTokensRequest.encode(CountTokensRequest.fromPartial({ prompt })));
}

function request(method: Method, encoded: { finish(): Uint8Array }): ValidRequest {
  return { method, path: `/${JanusServiceDefinition.fullName}/${JanusServiceDefinition.methods[method].name}`, message: encoded.finish() };
}
