import { FinishReason, ImageFormat, PreviewMode, Role } from '@janus-mesh/contracts';

/** Enums of the public contract, by the names of the fields that hold them. */
const ENUMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  reason: FinishReason,
  format: ImageFormat,
  preview: PreviewMode,
  role: Role
};

/**
 * One line of JSON, as the protos' own mapping has it: 64-bit numbers as decimal strings, bytes as base64, enums by name, one field of
 * several as that field alone.
 */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (key, item) => {
    if (typeof item === 'bigint') return item.toString();
    if (typeof item === 'number') return nameOf(key, item) ?? item;
    if (item?.type === 'Buffer') return Buffer.from(item.data).toString('base64');
    if (typeof item?.$case === 'string') return { [item.$case]: item.value };
    return item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item;
  })}\n`;
}

function nameOf(field: string, number: number): string | undefined {
  const names = Object.hasOwn(ENUMS, field) ? ENUMS[field] : undefined;
  return names && Object.keys(names).find((name) => names[name] === number);
}
