import { Code, codeName } from '@janus-mesh/rpc';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { frameOf, RawClient, type RawStatus } from '../support/raw-client.ts';
import type { FuzzCase, FuzzOptions } from './fuzz-case.ts';
import { mutate } from './mutate.ts';
import { type ValidRequest, validRequests } from './valid-requests.ts';

/** Codes that a mutated request may end with. */
const ALLOWED: ReadonlySet<number> = new Set([
  Code.OK,
  Code.INVALID_ARGUMENT,
  Code.NOT_FOUND, // another model's name
  Code.RESOURCE_EXHAUSTED
]);
/** Codes of the transport for a frame that is damaged, beside. */
const FRAME_ALLOWED: ReadonlySet<number> = new Set([Code.UNIMPLEMENTED, Code.INTERNAL]);
const LIMIT_MS = 30_000;

/** Sends mutated requests of all public methods. */
export function messageCases(address: string, { seed, onEnd }: FuzzOptions): { cases(count: number): FuzzCase[]; close(): void } {
  const client = new RawClient(address);
  const requests = validRequests();
  const all = requests.map(({ message }) => message);
  const one = (index: number): FuzzCase => {
    const random = seededRandom(seed + index);
    const request = requests[Math.floor(random() * requests.length)] as ValidRequest;
    const { bytes, how } = mutate(request.message, random, all);
    // Some have a frame that is not theirs.
    const frame = random() < 0.1 ? mutate(frameOf(bytes), random, all).bytes : frameOf(bytes);
    const name = `message ${index}: ${request.method}, ${how}`;
    return {
      name,
      async run() {
        const status = await client.call(request.path, frame, LIMIT_MS);
        onEnd(codeName(status.code as Code) ?? String(status.code));
        const fault = faultOf(status, Buffer.compare(frame, frameOf(bytes)) === 0);
        return fault === undefined ? undefined : `${fault}; message ${Buffer.from(frame).toString('base64').slice(0, 4000)}`;
      }
    };
  };
  return { cases: (count) => Array.from({ length: count }, (_, index) => one(index)), close: () => client.close() };
}

function faultOf({ code, message, hasDetails }: RawStatus, isWhole: boolean): string | undefined {
  if (code !== undefined && ALLOWED.has(code)) return undefined;
  if (code !== undefined && FRAME_ALLOWED.has(code) && !isWhole && !hasDetails) return undefined;
  return `ended with ${code === undefined ? 'no status' : codeName(code as Code)}: ${message}`;
}
