import type { Replay } from './replay.ts';

/** What a replay showed, in lines for people: "identical", or what differs first and what explains it. */
export function verdict({ difference, causes }: Replay, kind: 'answer' | 'drawing'): string[] {
  const others = causes.map(({ field, was, is }) => `${field} was ${was}, is ${is}`);
  if (difference === undefined) return ['identical', ...others.map((other) => `  although ${other}`)];
  return [whatDiffers(difference, kind), ...(others.length > 0 ? others.map((other) => `  because ${other}`) : [UNEXPLAINED])];
}

const UNEXPLAINED = '  nothing explains it: model, numerics and pictures are the same; please report this with both receipts';

function whatDiffers({ ids, logits }: NonNullable<Replay['difference']>, kind: 'answer' | 'drawing'): string {
  const name = kind === 'answer' ? 'token' : 'code';
  const from = logits === undefined ? 'logits are the same where they are known' : `logits differ at position ${logits.position} already`;
  if (ids === undefined) return `different: all ${name}s are the same, but the logits differ from position ${logits?.position} on`;
  const { position, was, is } = ids;
  if (is === undefined) return `different: it ends before ${name} ${position}, which was ${was}; ${from}`;
  if (was === undefined) return `different: it goes on at ${name} ${position} with ${is}, where it ended; ${from}`;
  return `different: ${name} ${position} was ${was}, is ${is}${logits && logits.position > position ? '' : `; ${from}`}`;
}
