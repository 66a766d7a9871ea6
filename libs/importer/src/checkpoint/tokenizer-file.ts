import type { SpecialToken } from '@janus-mesh/models';

/**
 * The tokenizer file of a bundle: the checkpoint's own, byte for byte, unless a token must be added to it.
 *
 * @param parsed the same file, parsed
 */
export function tokenizerFile(bytes: Uint8Array, parsed: unknown, added: SpecialToken | undefined): Uint8Array {
  if (!added) return bytes;
  const document = parsed as { added_tokens?: unknown[] };
  const token = { id: added.id, content: added.text, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return Buffer.from(`${JSON.stringify({ ...document, added_tokens: [...(document.added_tokens ?? []), token] }, null, 2)}\n`);
}
