/** One line of JSON: 64-bit numbers as decimal strings, bytes as base64, one field of several as that field alone. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return item.toString();
    if (item?.type === 'Buffer') return Buffer.from(item.data).toString('base64');
    if (typeof item?.$case === 'string') return { [item.$case]: item.value };
    return item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item;
  })}\n`;
}
