import { type CheckpointDocuments, ModelError } from '@janus-mesh/models';
import { parseJson, readOptional, readRequired } from './files.ts';

/** A checkpoint's configuration files. */
export interface Documents extends CheckpointDocuments {
  /** tokenizer.json as it stands. */
  readonly tokenizerBytes: Uint8Array;
}

/**
 * Reads a checkpoint's configuration files. config.json and tokenizer.json must be there.
 *
 * @throws {ModelError} missing_file, invalid_config or invalid_tokenizer, naming the file
 */
export async function readDocuments(folder: string): Promise<Documents> {
  const config = parseJson(await readRequired(folder, 'config.json'), 'config.json', 'invalid_config');
  const tokenizerBytes = await readRequired(folder, 'tokenizer.json');
  const processor = await readJson(folder, 'processor_config.json');
  return {
    config,
    tokenizerBytes,
    tokenizer: parseJson(tokenizerBytes, 'tokenizer.json', 'invalid_tokenizer'),
    processor,
    preprocessor: (await readJson(folder, 'preprocessor_config.json')) ?? imageProcessorOf(processor),
    chatTemplate: await readChatTemplate(folder, processor)
  };
}

// transformers 5 writes the image processor's settings into the processor's file.
function imageProcessorOf(processor: unknown): unknown {
  return fieldOf(processor, 'image_processor');
}

async function readChatTemplate(folder: string, processor: unknown): Promise<string | undefined> {
  const file = await readOptional(folder, 'chat_template.jinja');
  if (file) return file.toString('utf8');
  for (const document of [await readJson(folder, 'chat_template.json'), processor, await readJson(folder, 'tokenizer_config.json')]) {
    const template = fieldOf(document, 'chat_template');
    if (typeof template === 'string') return template;
  }
  return undefined;
}

async function readJson(folder: string, fileName: string): Promise<unknown> {
  const bytes = await readOptional(folder, fileName);
  if (!bytes) return undefined;
  const document = parseJson(bytes, fileName, 'invalid_config');
  if (document === null) throw new ModelError('invalid_config', `${fileName}: the document is null, expected an object`);
  return document;
}

function fieldOf(document: unknown, key: string): unknown {
  return typeof document === 'object' && document !== null && key in document ? (document as Record<string, unknown>)[key] : undefined;
}
