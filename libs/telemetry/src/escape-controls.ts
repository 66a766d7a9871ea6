/** Text with its control characters written out (`\x1b`): a terminal obeys none, and none begins a line. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
