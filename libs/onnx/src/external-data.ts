import { protoFields } from './proto-reader.ts';
import { ProtoWriter } from './proto-writer.ts';

/** Where the elements of an initializer lie: `location` (a file), `offset` and `length`; ONNX Runtime adds keys for packed copies. */
export type ExternalData = Readonly<Record<string, string>>;

const MODEL = { graph: 7 } as const;
const GRAPH = { initializer: 5 } as const;
const TENSOR = { name: 8, externalData: 13 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const decoder = new TextDecoder();

/** Where the external initializers of a serialized model lie, by name; those it carries itself are left out. */
export function readExternalData(model: Uint8Array): Map<string, ExternalData> {
  const found = new Map<string, ExternalData>();
  for (const tensor of initializers(model)) {
    const entries = [...protoFields(tensor)].flatMap(({ number, bytes }) =>
      number === TENSOR.externalData && bytes ? [entryOf(bytes)] : []
    );
    if (entries.length > 0) found.set(nameOf(tensor), Object.fromEntries(entries));
  }
  return found;
}

/** The model with some of its initializers lying elsewhere. */
export function placeExternalData(model: Uint8Array, places: ReadonlyMap<string, ExternalData>): Uint8Array {
  return rewritten(model, MODEL.graph, (graph) =>
    rewritten(graph, GRAPH.initializer, (tensor) => {
      const place = places.get(nameOf(tensor));
      return place ? placed(tensor, place) : tensor;
    })
  );
}

function* initializers(model: Uint8Array): Generator<Uint8Array> {
  for (const graph of protoFields(model)) {
    if (graph.number !== MODEL.graph || !graph.bytes) continue;
    for (const { number, bytes } of protoFields(graph.bytes)) if (number === GRAPH.initializer && bytes) yield bytes;
  }
}

// The message with each field of that number rewritten.
function rewritten(message: Uint8Array, number: number, rewrite: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const writer = new ProtoWriter();
  for (const field of protoFields(message)) {
    if (field.number === number && field.bytes) writer.bytes(number, rewrite(field.bytes));
    else writer.copy(field.whole);
  }
  return writer.finish();
}

function placed(tensor: Uint8Array, place: ExternalData): Uint8Array {
  const writer = new ProtoWriter();
  for (const { number, whole } of protoFields(tensor)) if (number !== TENSOR.externalData) writer.copy(whole);
  for (const [key, value] of Object.entries(place))
    writer.message(TENSOR.externalData, new ProtoWriter().string(ENTRY.key, key).string(ENTRY.value, value));
  return writer.finish();
}

function nameOf(tensor: Uint8Array): string {
  return textOf(tensor, TENSOR.name);
}

function entryOf(entry: Uint8Array): [key: string, value: string] {
  return [textOf(entry, ENTRY.key), textOf(entry, ENTRY.value)];
}

function textOf(message: Uint8Array, number: number): string {
  for (const field of protoFields(message)) if (field.number === number && field.bytes) return decoder.decode(field.bytes);
  return '';
}
