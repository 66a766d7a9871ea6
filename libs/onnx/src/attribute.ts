import { ProtoWriter } from './proto-writer.ts';

/** A float attribute; a bare number is an int. */
export interface FloatAttribute {
  readonly float: number;
}

/** A graph as an attribute: a branch or a body. */
export interface GraphAttribute {
  toProto(): ProtoWriter;
}

/** An attribute of a node: int, float, string, ints or a graph. */
export type Attribute = number | FloatAttribute | string | readonly number[] | GraphAttribute;

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

// AttributeProto's fields, and its `type` for each kind.
const FIELD = { name: 1, float: 2, int: 3, string: 4, graph: 6, ints: 8, type: 20 } as const;
const TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

/**
 * The AttributeProto of an attribute.
 *
 * @throws {RangeError} if an int attribute is no integer
 */
export function attributeProto(name: string, value: Attribute): ProtoWriter {
  const proto = new ProtoWriter().string(FIELD.name, name);
  if (typeof value === 'number') return proto.int(FIELD.int, integer(name, value)).int(FIELD.type, TYPE.int);
  if (typeof value === 'string') return proto.string(FIELD.string, value).int(FIELD.type, TYPE.string);
  if ('float' in value) return proto.float(FIELD.float, value.float).int(FIELD.type, TYPE.float);
  if ('toProto' in value) return proto.message(FIELD.graph, value.toProto()).int(FIELD.type, TYPE.graph);
  for (const item of value) proto.int(FIELD.ints, integer(name, item));
  return proto.int(FIELD.type, TYPE.ints);
}

function integer(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`attribute ${name} is ${value}, no integer; a float is { float: ${value} }`);
  return value;
}
