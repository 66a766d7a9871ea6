import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { Any, BadRequest, ErrorInfo, RequestInfo, RetryInfo } from 'nice-grpc-error-details';
import type { Code } from './code.ts';
import { type FieldViolation, MeshError, type MeshErrorDetails } from './mesh-error.ts';

/** Trailer that carries a google.rpc.Status. */
export const statusDetailsKey = 'grpc-status-details-bin';

const domain = 'janus-mesh';
const typePrefix = 'type.googleapis.com/';
// gRPC's C core drops calls whose metadata pass 8 KiB: the message (sent twice), the details as base64 and the rest must fit.
const maxMessageBytes = 1024;
const maxDetailsBytes = 4096;

/** A message as it may go into a header: whole characters, bounded. */
export function wireMessage(message: string): string {
  const wellFormed = message.replace(/\p{Surrogate}/gu, '\ufffd');
  // Percent-encoding of the header makes up to three bytes of one.
  if (encodeURI(wellFormed).length <= maxMessageBytes) return wellFormed;
  let cut = wellFormed.slice(0, maxMessageBytes);
  while (encodeURI(cut.replace(/\p{Surrogate}/gu, '')).length > maxMessageBytes - 16) cut = cut.slice(0, Math.floor(cut.length * 0.9));
  return `${cut.replace(/\p{Surrogate}/gu, '')}…`;
}

/**
 * Writes an error as a serialized google.rpc.Status.
 *
 * Details: ErrorInfo and RequestInfo always, BadRequest and RetryInfo where they apply. Violations that make it longer than a
 * header may be are dropped from the end and counted.
 *
 * @source google/rpc/status.proto, google/rpc/error_details.proto
 */
export function encodeStatusDetails(error: MeshError, requestId: string): Uint8Array {
  for (let kept = error.violations.length; ; kept = Math.floor(kept / 2)) {
    const bytes = encodeStatus(error, requestId, shorten(error.violations, kept));
    if (bytes.byteLength <= maxDetailsBytes || kept === 0) return bytes;
  }
}

function shorten(violations: readonly FieldViolation[], kept: number): readonly FieldViolation[] {
  if (kept === violations.length) return violations;
  return [...violations.slice(0, kept), { field: '', description: `and ${violations.length - kept} more fields` }];
}

function encodeStatus(error: MeshError, requestId: string, violations: readonly FieldViolation[]): Uint8Array {
  const details = [
    any(ErrorInfo, { reason: error.reason, domain, metadata: error.metadata }),
    any(RequestInfo, { requestId, servingData: '' }),
    ...(violations.length > 0 ? [any(BadRequest, { fieldViolations: [...violations] })] : []),
    ...(error.retryAfterMs === undefined ? [] : [any(RetryInfo, { retryDelay: toDuration(error.retryAfterMs) })])
  ];
  const writer = new BinaryWriter().uint32(8).int32(error.code).uint32(18).string(wireMessage(error.message));
  for (const detail of details) writer.uint32(26).bytes(Any.encode(detail).finish());
  return writer.finish();
}

/** Reads what {@link encodeStatusDetails} wrote; unknown details are skipped, unreadable bytes give none. */
export function decodeStatusDetails(bytes: Uint8Array): MeshErrorDetails & { readonly reason?: string } {
  const found: { -readonly [Key in keyof MeshErrorDetails]: MeshErrorDetails[Key] } & { reason?: string } = {};
  try {
    for (const { typeUrl, value } of readAnys(bytes)) {
      if (typeUrl === typePrefix + ErrorInfo.$type) {
        const info = ErrorInfo.decode(value);
        found.reason = info.reason;
        found.metadata = info.metadata;
      } else if (typeUrl === typePrefix + RequestInfo.$type) found.requestId = RequestInfo.decode(value).requestId;
      else if (typeUrl === typePrefix + BadRequest.$type)
        found.violations = BadRequest.decode(value).fieldViolations.map(({ field, description }) => ({ field, description }));
      else if (typeUrl === typePrefix + RetryInfo.$type) found.retryAfterMs = toMs(RetryInfo.decode(value).retryDelay);
    }
  } catch {
    return {}; // The status itself still tells what happened.
  }
  return found;
}

/** An error as a client gets it: its status, and its details where the server sent them. */
export function meshErrorFromStatus(
  code: Code,
  message: string,
  fallback: MeshErrorDetails & { readonly reason: string },
  details?: Uint8Array
) {
  const { reason, ...rest } = { ...fallback, ...(details === undefined ? {} : decodeStatusDetails(details)) };
  return new MeshError(code, reason, message, rest);
}

interface DetailType<Message, Partial> {
  readonly $type: string;
  encode(message: Message): { finish(): Uint8Array };
  fromPartial(partial: Partial): Message;
}

function any<Message, Partial>(type: DetailType<Message, Partial>, partial: Partial): Any {
  return Any.fromPartial({ typeUrl: typePrefix + type.$type, value: type.encode(type.fromPartial(partial)).finish() });
}

function* readAnys(bytes: Uint8Array): Generator<Any> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 3) yield Any.decode(reader.bytes());
    else reader.skip(wireType);
  }
}

function toDuration(ms: number): { seconds: number; nanos: number } {
  const whole = Math.max(0, Math.round(ms));
  return { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1_000_000 };
}

function toMs(duration: { seconds: number; nanos: number } | undefined): number | undefined {
  return duration && duration.seconds * 1000 + Math.round(duration.nanos / 1_000_000);
}
