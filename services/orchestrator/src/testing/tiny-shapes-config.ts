import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ModelConfig, readModelConfig } from '@janus-mesh/models';

const FOLDER = resolve(import.meta.dirname, '../../../../models/tiny-shapes');

function read(file: string): string {
  return readFileSync(resolve(FOLDER, file), 'utf8');
}

/** The configuration of the embedded checkpoint: 96 x 96 pictures, a grid of 6, 512 codes. */
export function tinyShapesConfig(): ModelConfig {
  const { model } = readModelConfig({
    config: JSON.parse(read('config.json')),
    preprocessor: JSON.parse(read('preprocessor_config.json')),
    processor: JSON.parse(read('processor_config.json')),
    tokenizer: JSON.parse(read('tokenizer.json')),
    chatTemplate: read('chat_template.jinja')
  });
  return model;
}
