import { expect, test } from 'vitest';
import { placeExternalData, readExternalData } from './external-data.ts';
import { Graph } from './graph.ts';
import { modelBytes } from './model.ts';
import { protoFields } from './proto-reader.ts';
import { ProtoWriter } from './proto-writer.ts';

function model(): Uint8Array {
  const graph = new Graph('test');
  graph.input('x', 'f32', [1, 2]);
  graph.constant({ name: 'carried', dtype: 'f32', dims: [2] }, Float32Array.of(1, 2));
  const small = graph.weight({ name: 'small', dtype: 'f32', dims: [2, 2] });
  const large = graph.weight({ name: 'large', dtype: 'i8', dims: [1024, 1024] });
  graph.node('Use', ['x', small, large, 'carried'], { outputs: ['y'] });
  graph.output('y', 'f32', [1, 2]);
  return modelBytes(graph);
}

test('weights lie nowhere at first: large matrices where something is, so that they need not be looked into', () => {
  expect(Object.fromEntries(readExternalData(model()))).toEqual({ small: { location: 'weights' }, large: { location: '.' } });
});

test('weights can be placed in files, and nothing else changes', () => {
  const place = { location: 'packed.bin', offset: '4096', length: '1048576', prepacked_0: 'Kernel+17|64;128;0' };
  const placed = placeExternalData(model(), new Map([['large', place]]));
  expect(Object.fromEntries(readExternalData(placed))).toEqual({ small: { location: 'weights' }, large: place });
  expect(placeExternalData(placed, new Map([['large', { location: '.' }]]))).toHaveLength(model().byteLength);
  expect(placeExternalData(model(), new Map())).toEqual(model());
});

test('fields are read in order, numbers of any length among them', () => {
  const message = new ProtoWriter()
    .int(1, 300)
    .string(2, 'two')
    .int(3, -1)
    .float(4, 0.5)
    .int(20, 2n ** 62n)
    .finish();
  expect([...protoFields(message)].map(({ number }) => number)).toEqual([1, 2, 3, 4, 20]);
  expect([...protoFields(message)].map(({ bytes }) => bytes && Buffer.from(bytes).toString())).toEqual([
    undefined,
    'two',
    undefined,
    undefined,
    undefined
  ]);
  expect(Buffer.concat([...protoFields(message)].map(({ whole }) => whole))).toEqual(Buffer.from(message));
});

test('a message that ends inside a field is refused', () => {
  const message = new ProtoWriter().string(2, 'three').finish();
  expect(() => [...protoFields(message.subarray(0, 4))]).toThrow('a protobuf message ends or breaks at byte 2');
  expect(() => [...protoFields(Uint8Array.of(8, 200))]).toThrow('ends or breaks at byte 2');
  expect(() => [...protoFields(Uint8Array.of(11))]).toThrow('ends or breaks at byte 1'); // groups are long gone
});
