/** The codec of a message as ts-proto generates it, of any type: it can be called only after narrowing. */
interface AnyMessageType {
  encode(message: never): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
  fromPartial?(partial: never): unknown;
}

export interface MethodDefinition {
  readonly name: string;
  readonly requestType: AnyMessageType;
  readonly requestStream: boolean;
  readonly responseType: AnyMessageType;
  readonly responseStream: boolean;
  readonly options: object;
}

/** A service as ts-proto's generic definitions describe it, e.g. `JanusServiceDefinition`. */
export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: { readonly [method: string]: MethodDefinition };
}

type Received<Type extends AnyMessageType> = ReturnType<Type['decode']>;
type Sent<Type extends AnyMessageType> = Type extends { fromPartial(partial: infer Partial): unknown } ? Partial : Received<Type>;

/** What a server reads and a client gets: whole messages. */
export type RequestOf<Method extends MethodDefinition> = Received<Method['requestType']>;
export type ResponseOf<Method extends MethodDefinition> = Received<Method['responseType']>;
/** What a client and a server may leave out fields of. */
export type PartialRequestOf<Method extends MethodDefinition> = Sent<Method['requestType']>;
export type PartialResponseOf<Method extends MethodDefinition> = Sent<Method['responseType']>;
