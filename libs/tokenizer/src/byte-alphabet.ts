// The byte-level alphabet of GPT-2: every byte has a printable character; those that have none of their own are shifted above
// U+0100. From openai/gpt-2 encoder.py, bytes_to_unicode().
const CHARACTERS: readonly string[] = characters();
const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]));
const utf8 = new TextEncoder();

/** The character that stands for a byte in tokens. */
export function characterOfByte(byte: number): string {
  return CHARACTERS[byte] as string;
}

/**
 * The bytes a token stands for: those of its characters where all belong to the alphabet (also of an added one: `À` is the byte
 * C0, which UTF-8 never has), else its own text in UTF-8.
 */
export function bytesOfToken(token: string): Uint8Array {
  const bytes = Array.from(token, (character) => BYTES.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : utf8.encode(token);
}

function characters(): string[] {
  let shifted = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : shifted++);
  });
}
