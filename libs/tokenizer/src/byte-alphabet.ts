/**
 * The byte-level alphabet of GPT-2: every byte has a printable character; those that have none of their own are shifted
 * above U+0100.
 *
 * @source openai/gpt-2 encoder.py, bytes_to_unicode()
 */
export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = byteAlphabet();

function byteAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>();
  let shifted = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    alphabet.set(String.fromCharCode(printable ? byte : shifted++), byte);
  }
  return alphabet;
}
