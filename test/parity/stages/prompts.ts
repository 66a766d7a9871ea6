import { conversationPrompt, expandedIds, generationPrompt, joinPieces, unconditionalIds } from '@janus-mesh/models';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

/** Prompt strings, their ids, strings and back: library functions, as no RPC returns them. */
export async function prompts(subject: Subject): Promise<Row[]> {
  return [...conversations(subject), ...drawings(subject), ...strings(subject)];
}

function conversations(subject: Subject): Row[] {
  const { goldens, config, tokenizer } = subject;
  const wording = new Stage('prompts', 'models conversationPrompt', 0);
  const ids = new Stage('prompt ids', 'tokenizer encode', 0);
  const expanded = new Stage('prompt ids with pictures', 'models expandedIds', 0);
  for (const each of goldens.cases.prompts) {
    const messages = each.messages.map((message) => ({ role: subject.role(message), content: [{ text: message.content }] }));
    const pieces = conversationPrompt(config.prompt, { system: [{ text: each.system }], messages });
    wording.equal(each.name, joinPieces(pieces), each.prompt);
    ids.equal(each.name, tokenizer.encode(pieces), each.ids);
    expanded.equal(each.name, expandedIds(tokenizer.encode(pieces), config.tokens, config.vision.rows), each.expanded_ids);
  }
  return [wording.row(), ids.row(), expanded.row()];
}

function drawings({ goldens, config, tokenizer }: Subject): Row[] {
  const wording = new Stage('drawing prompts', 'models generationPrompt', 0);
  const ids = new Stage('drawing prompt ids', 'models unconditionalIds', 0);
  for (const each of goldens.cases.generation_prompts) {
    const pieces = generationPrompt(config, { text: each.text });
    wording.equal(each.name, joinPieces(pieces), each.prompt);
    ids.equal(each.name, tokenizer.encode(pieces), each.ids);
    ids.equal(`${each.name}, unconditional`, unconditionalIds(tokenizer.encode(pieces), config.tokens), each.uncond_ids);
  }
  return [wording.row(), ids.row()];
}

function strings({ goldens, tokenizer }: Subject): Row[] {
  const encoded = new Stage('strings to ids', 'tokenizer encode', 0);
  const decoded = new Stage('ids to strings', 'tokenizer decode', 0);
  for (const each of goldens.cases.strings) {
    encoded.equal(JSON.stringify(each.text), tokenizer.encode(each.text), each.ids);
    decoded.equal(JSON.stringify(each.text), tokenizer.decode(each.ids), each.decoded);
  }
  return [encoded.row(), decoded.row()];
}
