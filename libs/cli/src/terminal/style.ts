import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours text where the stream is a terminal that shows colours; else returns it as it is. */
export function style(stream: NodeJS.WriteStream, format: Format, text: string): string {
  return stream.isTTY && stream.hasColors() ? styleText(format, text, { validateStream: false }) : text;
}
