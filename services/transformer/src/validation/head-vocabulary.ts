import type { ModelConfig } from '@janus-mesh/models';
import type { Head } from '../engine/model-runner.ts';
import type { Vocabulary } from './valid-ids.ts';

/** The vocabulary a head predicts. */
export function headVocabulary(head: Head, config: ModelConfig): Vocabulary {
  return head === 'text' ? { noun: 'text token', size: config.text.vocabSize } : { noun: 'code', size: config.codec.codebookSize };
}
