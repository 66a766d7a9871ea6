import { readHuggingFaceConfig } from './huggingface-config.ts';
import { JsonFields } from './json-fields.ts';
import type { Layout, ModelSizes } from './layout.ts';
import type { ModelConfig, PromptConfig } from './model-config.ts';
import { readOriginalConfig } from './original-config.ts';
import { readPreprocessConfig } from './preprocess-config.ts';
import { type RoleSources, readRoleNames } from './role-names.ts';
import { type ResolvedTokens, resolveSpecialTokens } from './special-tokens.ts';

/** Parsed JSON files of a checkpoint, undefined where a file is absent. */
export interface CheckpointDocuments {
  /** config.json */
  readonly config: unknown;
  /** preprocessor_config.json */
  readonly preprocessor?: unknown;
  /** processor_config.json */
  readonly processor?: unknown;
  /** tokenizer.json */
  readonly tokenizer: unknown;
  /** Jinja source of the chat template. */
  readonly chatTemplate?: string | undefined;
}

/** What the files of a checkpoint say, beside the tensors. */
export interface CheckpointConfig {
  readonly layout: Layout;
  readonly model: ModelConfig;
  /** Whether the text head is the embedding table where the checkpoint stores no head. */
  readonly tiesHead: boolean;
  /** A special token that must be added to tokenizer.json, as its file lacks it. */
  readonly addedToken?: ResolvedTokens['addedToken'];
}

const LAYOUTS: Readonly<Record<string, Layout>> = { janus: 'huggingface', multi_modality: 'original' };

const SYSTEM_PROMPT =
  'You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, ' +
  'and assist the user with a variety of tasks using natural language.';

/**
 * Reads a checkpoint's configuration files, of either layout, into one form with every default filled in.
 *
 * @throws {ModelError} unsupported_model, invalid_config or invalid_tokenizer, naming file and field
 */
export function readModelConfig(documents: CheckpointDocuments): CheckpointConfig {
  const config = new JsonFields('config.json', documents.config);
  const layout = readLayout(config);
  if (config.has('quantization_config')) throw config.unsupported('quantization_config', 'quantized checkpoints are not read');
  const { tiesHead, ...sizes } = layout === 'huggingface' ? readHuggingFaceConfig(config) : readOriginalConfig(config);
  const processor = new JsonFields('processor_config.json', documents.processor);
  checkPictureTokens(processor, sizes);
  const { tokens, addedToken } = resolveSpecialTokens(documents.tokenizer, sizes.text.vocabSize);
  const roleSources = { processor, chatTemplate: documents.chatTemplate, tokenizer: documents.tokenizer };
  const model: ModelConfig = {
    family: 'janus',
    ...sizes,
    preprocess: readPreprocessConfig(new JsonFields('preprocessor_config.json', documents.preprocessor), sizes.vision),
    prompt: readPrompt(roleSources, tokens.eos.text),
    tokens
  };
  return { layout, model, tiesHead, ...(addedToken && { addedToken }) };
}

function readLayout(config: JsonFields): Layout {
  const type = config.text('model_type', '');
  const layout = Object.hasOwn(LAYOUTS, type) ? LAYOUTS[type] : undefined;
  if (!layout) throw config.unsupported('model_type', `supported: ${Object.keys(LAYOUTS).join(', ')}`);
  return layout;
}

function checkPictureTokens(processor: JsonFields, { vision }: Pick<ModelSizes, 'vision'>): void {
  if (processor.size('num_image_tokens', vision.rows) !== vision.rows)
    throw processor.invalid('num_image_tokens', `${vision.rows}, the rows of features of a picture`);
}

function readPrompt(sources: RoleSources, eos: string): PromptConfig {
  return {
    roles: readRoleNames(sources),
    separators: ['\n\n', eos],
    defaultSystemPrompt: sources.processor.text('system_prompt', SYSTEM_PROMPT)
  };
}
