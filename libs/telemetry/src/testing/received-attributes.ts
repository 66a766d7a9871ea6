/** opentelemetry.proto.common.v1.KeyValue as the loader gives it. */
export interface WireAttribute {
  readonly key: string;
  readonly value: WireValue;
}

interface WireValue {
  readonly value?: 'stringValue' | 'boolValue' | 'intValue' | 'doubleValue' | 'arrayValue';
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly WireValue[] };
}

/** Attributes by name. */
export type ReceivedAttributes = Readonly<Record<string, unknown>>;

/** Reads attributes as they come over the wire. */
export function readAttributes(attributes: readonly WireAttribute[]): ReceivedAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: WireValue): unknown {
  switch (value.value) {
    case 'intValue':
      return Number(value.intValue);
    case 'arrayValue':
      return value.arrayValue?.values.map(plain);
    case undefined:
      return undefined;
    default:
      return value[value.value];
  }
}
