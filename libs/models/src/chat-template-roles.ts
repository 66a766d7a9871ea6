/** Names of the two sides of a conversation, as they stand before the colon. */
export interface RoleNames {
  readonly user: string;
  readonly assistant: string;
}

const LITERAL = `'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)"`;

/**
 * Finds the role names a chat template writes, without running it: the assistant's stands in what a generation prompt
 * ends with, the user's before another colon or as the other branch of a choice.
 *
 * @param template Jinja source
 * @returns undefined where the template does not name both in a form known here
 */
export function rolesOfChatTemplate(template: string): RoleNames | undefined {
  const mapped = { user: mappedRole(template, 'user'), assistant: mappedRole(template, 'assistant') };
  const names = roleCandidates(template);
  const promptAt = template.lastIndexOf('add_generation_prompt');
  const prompted = promptAt < 0 ? undefined : roleCandidates(template.slice(promptAt)).at(-1);
  const assistant = mapped.assistant ?? prompted;
  const user = mapped.user ?? names.find((name) => name !== assistant);
  return assistant && user ? { user, assistant } : undefined;
}

// {'user': 'User', 'assistant': 'Assistant'}
function mappedRole(template: string, role: string): string | undefined {
  const match = new RegExp(`['"]${role}['"]\\s*:\\s*(?:${LITERAL})`).exec(template);
  return match ? roleName(match[1] ?? match[2] ?? '') : undefined;
}

/** In order: texts that end in a colon, and both branches of `'A' if ... else 'B'`. */
function roleCandidates(template: string): string[] {
  const found: { at: number; name: string }[] = [];
  const add = (at: number, text: string | undefined) => {
    const name = roleName(text ?? '');
    if (name) found.push({ at, name });
  };
  for (const match of template.matchAll(new RegExp(`(?:${LITERAL})\\s+if\\s[^%}]*?\\selse\\s+(?:${LITERAL})`, 'g'))) {
    const branches = [roleName(match[1] ?? match[2] ?? ''), roleName(match[3] ?? match[4] ?? '')];
    if (branches.includes(undefined)) continue; // a choice of separators
    for (const name of branches) add(match.index, name);
  }
  for (const match of template.matchAll(new RegExp(LITERAL, 'g'))) {
    const text = match[1] ?? match[2] ?? '';
    if (text.trimEnd().endsWith(':')) add(match.index, text);
  }
  for (const match of template.matchAll(/[%}#]\}([^{}]*?:)\s*(?=\{[%{#]|$)/g)) add(match.index, match[1]);
  return found.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

// Separators may stand in the same text as the name: '\n\nAssistant:'.
function roleName(text: string): string | undefined {
  const line = text.replaceAll('\\n', '\n').trimEnd().split('\n').at(-1) ?? '';
  const name = line.replace(/:$/, '').trim();
  return /^[^\s{}]{1,64}$/u.test(name) && name !== '<image_placeholder>' ? name : undefined;
}
