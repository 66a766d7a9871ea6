/** What a line of the chat asks for. */
export type ChatLine =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'seed'; readonly seed: bigint | undefined }
  | { readonly kind: 'clear' | 'help' | 'quit' | 'nothing' }
  | { readonly kind: 'wrong'; readonly message: string };

/** Commands of the chat, in the order they are shown. */
export const CHAT_COMMANDS = ['/image', '/seed', '/clear', '/help', '/quit'];

/** What `/help` shows. */
export const CHAT_HELP = `/image <path>   adds a picture to your next message (PNG, JPEG or WebP)
/seed <n>       draws the next answers with this seed; /seed random goes back
/clear          starts over
/help           shows this
/quit           ends, as Ctrl-D does; Ctrl-C stops an answer`;

/** Reads a line. What begins with a slash and a word of letters is a command; two slashes say the rest as it is. */
export function parseChatLine(line: string, home = ''): ChatLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [, command, argument = ''] = /^(\/[a-z]+)(?:\s+(.*))?$/i.exec(text) ?? [];
  switch (command?.toLowerCase()) {
    case undefined:
      return { kind: 'say', text };
    case '/image':
      return argument === ''
        ? { kind: 'wrong', message: '/image needs the path of a picture' }
        : { kind: 'image', path: toPath(argument, home) };
    case '/seed':
      return parseSeed(argument);
    case '/clear':
      return { kind: 'clear' };
    case '/help':
      return { kind: 'help' };
    case '/quit':
    case '/exit':
      return { kind: 'quit' };
    default:
      return { kind: 'wrong', message: `no command ${command}; /help shows them all` };
  }
}

/** Terminals quote a file that is dropped on them, or put backslashes before blanks. */
function toPath(argument: string, home: string): string {
  const [, quoted] = /^'(.*)'$|^"(.*)"$/.exec(argument)?.filter((part) => part !== undefined) ?? [];
  const path = quoted ?? argument.replace(/\\(.)/g, '$1');
  return home !== '' && path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
}

function parseSeed(argument: string): ChatLine {
  if (argument === 'random') return { kind: 'seed', seed: undefined };
  if (/^\d+$/.test(argument) && BigInt(argument) < 2n ** 64n) return { kind: 'seed', seed: BigInt(argument) };
  return { kind: 'wrong', message: '/seed needs a whole number below 2^64, or random' };
}
