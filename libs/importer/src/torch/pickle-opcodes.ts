import { type Callable, type PickleMachine, Tuple } from './pickle-machine.ts';
import { TorchFileError } from './torch-file-error.ts';

type Operation = (machine: PickleMachine) => void;

/** Bytes of a whole number: what LONG1 can say. Reading one takes the square of its length, and tensors need 8. */
const LONGEST_INTEGER = 255;

/** What each opcode does, by its byte; one that is not here is refused. STOP is the loop's. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Protocol and framing
  [0x80, (m) => void m.take(1)], // PROTO
  [0x95, (m) => void m.take(8)], // FRAME
  // Stack and memo
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x67, (m) => m.recall(integer(m.line()))], // GET
  [0x68, (m) => m.recall(m.byte())], // BINGET
  [0x6a, (m) => m.recall(m.take(4).readUInt32LE())], // LONG_BINGET
  [0x70, (m) => m.remember(integer(m.line()))], // PUT
  [0x71, (m) => m.remember(m.byte())], // BINPUT
  [0x72, (m) => m.remember(m.take(4).readUInt32LE())], // LONG_BINPUT
  [0x94, (m) => m.remember(m.memo.size)], // MEMOIZE
  // Constants and numbers
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x49, (m) => m.push(integerOrBoolean(m.line()))], // INT
  [0x4c, (m) => m.push(integer(m.line().replace(/L$/, '')))], // LONG
  [0x4a, (m) => m.push(m.take(4).readInt32LE())], // BININT
  [0x4b, (m) => m.push(m.byte())], // BININT1
  [0x4d, (m) => m.push(m.take(2).readUInt16LE())], // BININT2
  [0x8a, (m) => m.push(longFrom(m.take(m.byte())))], // LONG1
  [0x8b, (m) => m.push(longFrom(m.take(m.take(4).readInt32LE())))], // LONG4
  [0x46, (m) => m.push(Number(m.line()))], // FLOAT
  [0x47, (m) => m.push(m.take(8).readDoubleBE())], // BINFLOAT
  // Strings and bytes
  [0x53, (m) => m.push(m.line().replace(/^(['"])(.*)\1$/s, '$2'))], // STRING
  [0x54, (m) => m.push(m.take(m.take(4).readInt32LE()).toString('latin1'))], // BINSTRING
  [0x55, (m) => m.push(m.take(m.byte()).toString('latin1'))], // SHORT_BINSTRING
  [0x56, (m) => m.push(m.line())], // UNICODE
  [0x58, (m) => m.push(m.take(m.take(4).readUInt32LE()).toString('utf8'))], // BINUNICODE
  [0x8c, (m) => m.push(m.take(m.byte()).toString('utf8'))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.take(m.take(8).readBigUInt64LE()).toString('utf8'))], // BINUNICODE8
  [0x42, (m) => m.push(m.take(m.take(4).readUInt32LE()))], // BINBYTES
  [0x43, (m) => m.push(m.take(m.byte()))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.take(8).readBigUInt64LE()))], // BINBYTES8
  // Containers
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x61, (m) => extend(m, [m.pop()])], // APPEND
  [0x65, (m) => extend(m, m.popToMark())], // APPENDS
  [0x29, (m) => m.push(new Tuple([]))], // EMPTY_TUPLE
  [0x74, (m) => m.push(new Tuple(m.popToMark()))], // TUPLE
  [0x85, (m) => m.push(new Tuple(popped(m, 1)))], // TUPLE1
  [0x86, (m) => m.push(new Tuple(popped(m, 2)))], // TUPLE2
  [0x87, (m) => m.push(new Tuple(popped(m, 3)))], // TUPLE3
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, (m) => m.push(withItems(new Map(), m.popToMark()))], // DICT
  [0x73, (m) => setItems(m, popped(m, 2))], // SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // SETITEMS
  // What a pickle may refer to and call: only what the host knows
  [0x63, (m) => m.push(m.host.find(m.line(), m.line()))], // GLOBAL
  [0x93, (m) => m.push(m.host.find(...(popped(m, 2).map(text) as [string, string])))], // STACK_GLOBAL
  [0x50, (m) => m.push(m.host.persistent(m.line()))], // PERSID
  [0x51, (m) => m.push(m.host.persistent(m.pop()))], // BINPERSID
  [0x52, (m) => m.push(called(...(popped(m, 2) as [unknown, unknown])))], // REDUCE
  [0x81, (m) => m.push(called(...(popped(m, 2) as [unknown, unknown])))], // NEWOBJ
  [0x69, (m) => m.push(called(m.host.find(m.line(), m.line()), new Tuple(m.popToMark())))], // INST
  [0x6f, (m) => m.push(calledFromMark(m.popToMark()))], // OBJ
  [0x62, (m) => ignoreState(m)] // BUILD
]);

function popped(machine: PickleMachine, count: number): unknown[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TorchFileError('names a global by something that is no string');
  return value;
}

function integer(line: string): number {
  const value = Number(line);
  if (!/^-?\d+$/.test(line) || !Number.isSafeInteger(value))
    throw new TorchFileError(`has ${JSON.stringify(line)} where a whole number is due`);
  return value;
}

function integerOrBoolean(line: string): number | boolean {
  return line === '01' ? true : line === '00' ? false : integer(line);
}

// Two's complement, little-endian.
function longFrom(bytes: Buffer): number | bigint {
  if (bytes.byteLength > LONGEST_INTEGER)
    throw new TorchFileError(`has a whole number of ${bytes.byteLength} bytes, at most ${LONGEST_INTEGER} are read`);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.byteLength * 8, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

function extend(machine: PickleMachine, items: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw new TorchFileError('appends to something that is no list');
  for (const item of items) list.push(item);
}

function setItems(machine: PickleMachine, items: readonly unknown[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw new TorchFileError('sets items of something that is no dict');
  withItems(dict, items);
}

function withItems(dict: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw new TorchFileError('sets a key without its value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  return dict;
}

function called(callable: unknown, args: unknown): unknown {
  if (!isCallable(callable)) throw new TorchFileError('calls something that is no function');
  if (!(args instanceof Tuple)) throw new TorchFileError(`calls ${callable.name} with something that is no tuple`);
  return callable.call(args.items);
}

function calledFromMark([callable, ...args]: readonly unknown[]): unknown {
  return called(callable, new Tuple(args));
}

function isCallable(value: unknown): value is Callable {
  return typeof value === 'object' && value !== null && 'call' in value && typeof value.call === 'function';
}

// State dicts carry `_metadata` as attributes of their OrderedDict; nothing in it matters here.
function ignoreState(machine: PickleMachine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) throw new TorchFileError('sets the state of something that is no dict');
}
