/** Ids of a tokenizer's special tokens. */
export interface TokenPlaces {
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  readonly beginOfImage: number;
  readonly endOfImage: number;
}

/**
 * A tokenizer.json that reads any text, a token a byte, with as many tokens as a published one and the special ones at their ids. The
 * tokens between stand for nothing. Its prompts are about four times as long as the real one's.
 */
export function syntheticTokenizer(places: TokenPlaces): unknown {
  const alphabet = byteAlphabet();
  const vocab: Record<string, number> = Object.fromEntries(alphabet.map((character, id) => [character, id]));
  for (let id = alphabet.length; id < places.bos; id++) vocab[`unused ${id}`] = id;
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: true,
    special: true
  });
  const bos = '<｜begin▁of▁sentence｜>';
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      special(bos, places.bos),
      special('<｜end▁of▁sentence｜>', places.eos),
      special('<｜▁pad▁｜>', places.pad),
      special('<begin_of_image>', places.beginOfImage),
      special('<end_of_image>', places.endOfImage),
      special('<image_placeholder>', places.endOfImage + 1),
      special('<|User|>', places.endOfImage + 2),
      special('<|Assistant|>', places.endOfImage + 3)
    ],
    normalizer: { type: 'Sequence', normalizers: [] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }]
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { [bos]: { id: bos, ids: [places.bos], tokens: [bos] } }
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab, merges: [] }
  };
}

// The characters that stand for bytes in byte-level BPE: printable ones for themselves, the others for those from 256 on.
function byteAlphabet(): string[] {
  const isPrintable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : moved++));
}
