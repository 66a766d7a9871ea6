import { type RoleNames, rolesOfChatTemplate } from './chat-template-roles.ts';
import type { JsonFields } from './json-fields.ts';
import { TokenTable } from './token-table.ts';

const PRO: RoleNames = { user: '<|User|>', assistant: '<|Assistant|>' };
const PLAIN: RoleNames = { user: 'User', assistant: 'Assistant' };

/** Templates of the original code by their names. */
const BY_FORMAT: Readonly<Record<string, RoleNames>> = { deepseek: PRO, deepseek_old: PLAIN };

/** Where a checkpoint may name its roles. */
export interface RoleSources {
  /** processor_config.json */
  readonly processor: JsonFields;
  /** Jinja source, from chat_template.jinja or a field of another file. */
  readonly chatTemplate: string | undefined;
  /** Parsed tokenizer.json */
  readonly tokenizer: unknown;
}

/**
 * Finds the role names: by `sft_format`, else as the chat template writes them, else `<|User|>` and `<|Assistant|>` where
 * the tokenizer has them as tokens, else `User` and `Assistant`.
 *
 * @throws {ModelError} unsupported_model for an `sft_format` that is not known
 */
export function readRoleNames({ processor, chatTemplate, tokenizer }: RoleSources): RoleNames {
  const format = processor.text('sft_format', undefined);
  if (format !== undefined) {
    const roles = Object.hasOwn(BY_FORMAT, format) ? BY_FORMAT[format] : undefined;
    if (!roles) throw processor.unsupported('sft_format', `supported: ${Object.keys(BY_FORMAT).join(', ')}`);
    return roles;
  }
  const table = new TokenTable(tokenizer);
  const fromTemplate = chatTemplate === undefined ? undefined : rolesOfChatTemplate(chatTemplate);
  if (fromTemplate && canWrite(fromTemplate, table)) return fromTemplate;
  return canWrite(PRO, table) ? PRO : PLAIN;
}

/** Whether roles in the form of a special token are one. */
function canWrite(roles: RoleNames, table: TokenTable): boolean {
  return [roles.user, roles.assistant].every((name) => !/^<.*>$/.test(name) || table.idOf(name) !== undefined);
}
