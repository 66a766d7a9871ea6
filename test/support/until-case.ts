/** Reads until an event of this kind has come, or there are no more. @returns the events read, that one included */
export async function untilCase<Event extends { readonly $case: string }>(
  events: AsyncIterator<Event>,
  kind: Event['$case']
): Promise<Event[]> {
  const read: Event[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) {
    read.push(next.value);
    if (next.value.$case === kind) break;
  }
  return read;
}
