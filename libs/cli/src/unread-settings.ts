/** Options of `up` that set what a service reads from a variable. */
const OPTIONS: Readonly<Record<string, string>> = {
  JANUS_MESH_BUNDLE: '--bundle <folder>',
  JANUS_MESH_HOST: '--host <address>',
  JANUS_MESH_PORT: '--port <port>',
  JANUS_MESH_LOG_LEVEL: '--log-level <level>',
  JANUS_MESH_THREADS: '--threads <n>',
  JANUS_MESH_DIAGNOSTICS: '--diagnostics',
  JANUS_MESH_DRAIN_SECONDS: '--drain-seconds <n>'
};

/**
 * What `up` says of settings of services that stand in its own environment, from where they are not passed on: one is for one service,
 * and `up` starts four.
 *
 * @param names of variables, as JANUS_MESH_KV
 * @returns undefined for none
 */
export function unreadSettingsWarning(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const instead = names.map((name) => OPTIONS[name] ?? `--set <service>.${name.replace('JANUS_MESH_', '')}=...`);
  const example = instead.some((option) => option.startsWith('--set')) ? ' (as --set transformer.SLOTS=4)' : '';
  return `not passed on to the services: ${names.join(', ')}; give ${instead.join(' ')}${example}`;
}
