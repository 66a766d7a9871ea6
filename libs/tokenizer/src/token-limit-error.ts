/** Thrown where a text has more tokens than were allowed. How many it has in all is not known: encoding stopped there. */
export class TokenLimitError extends Error {
  override name = 'TokenLimitError';
  readonly limit: number;

  constructor(limit: number) {
    super(`the text has more than ${limit} tokens`);
    this.limit = limit;
  }
}
