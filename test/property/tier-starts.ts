import { readFile } from 'node:fs/promises';
import { openBundle } from '@janus-mesh/bundle';
import type { ChatInput, DrawingInput } from '@janus-mesh/client';
import { ChatRequest, GenerateImageRequest, type GenerateStart } from '@janus-mesh/contracts';
import { schemeName } from '@janus-mesh/models';
import { loadTokenizer } from '@janus-mesh/tokenizer';
import { chatStart } from '../../services/orchestrator/src/compose/chat-start.ts';
import { drawingStart } from '../../services/orchestrator/src/compose/drawing-start.ts';
import { type Config, configSchema, requestLimits } from '../../services/orchestrator/src/config.ts';
import { buildChatPrompt } from '../../services/orchestrator/src/prompt/chat-prompt.ts';
import { buildDrawingPrompt } from '../../services/orchestrator/src/prompt/drawing-prompt.ts';
import type { PromptPicture } from '../../services/orchestrator/src/prompt/prompt-picture.ts';
import type { ServedModel } from '../../services/orchestrator/src/served-model.ts';
import { validateChat } from '../../services/orchestrator/src/validation/validate-chat.ts';
import { validateDrawing } from '../../services/orchestrator/src/validation/validate-drawing.ts';

const ANYWHERE = '127.0.0.1:1';

/** Says what the orchestrator would ask the transformer for public requests, by the orchestrator's own rules. */
export class TierStarts {
  readonly #model: ServedModel;
  readonly #limits = requestLimits(configSchema.parse({ transformer: ANYWHERE, visionEncoder: ANYWHERE, imageCodec: ANYWHERE }) as Config);

  constructor(model: ServedModel) {
    this.#model = model;
  }

  /** Reads the words and sizes of a bundle. */
  static async open(dir: string): Promise<TierStarts> {
    const { manifest, tokenizerPath } = await openBundle(dir);
    const { config, quantization, parameters } = manifest;
    const tokenizer = loadTokenizer(await readFile(tokenizerPath, 'utf8'), { bos: config.tokens.bos.id });
    return new TierStarts({ ...manifest, quantization: schemeName(quantization), parameters: BigInt(parameters), tokenizer });
  }

  /** Of a chat, with the pictures whose features it names. */
  chat(request: ChatInput, caller: string): { readonly start: GenerateStart; readonly pictures: readonly PromptPicture[] } {
    const valid = validateChat(ChatRequest.fromPartial(request), this.#context);
    const prompt = buildChatPrompt(valid, this.#model);
    return { start: chatStart(valid, prompt, { mesh: this.#mesh, caller }), pictures: prompt.pictures };
  }

  /** Of a drawing. */
  drawing(request: DrawingInput, caller: string): GenerateStart {
    const valid = validateDrawing(GenerateImageRequest.fromPartial(request), this.#context);
    return drawingStart(valid, buildDrawingPrompt(valid, this.#model), { mesh: this.#mesh, caller });
  }

  get #context() {
    return { model: this.#model, limits: this.#limits };
  }

  get #mesh() {
    return { model: this.#model, randomSeed: () => 0n };
  }
}
