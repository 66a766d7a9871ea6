import type { GeneratedPicture } from '@janus-mesh/contracts';
import type { ChatEvent, DrawingEvent } from './events.ts';

/** The whole text of an answer. @throws {MeshError} if the answer breaks */
export async function collectText(events: AsyncIterable<ChatEvent>): Promise<string> {
  let text = '';
  for await (const event of events) if (event.$case === 'delta') text += event.value.text;
  return text;
}

/** The pictures of a drawing, by sample. Look at `decodeError` before using `data`. @throws {MeshError} if the drawing breaks */
export async function collectPictures(events: AsyncIterable<DrawingEvent>): Promise<GeneratedPicture[]> {
  const pictures: GeneratedPicture[] = [];
  for await (const event of events) if (event.$case === 'picture') pictures.push(event.value);
  return pictures.sort((a, b) => a.sampleIndex - b.sampleIndex);
}
