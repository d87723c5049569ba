/** How many migrations are due again as soon as they have been read, and how many more only in an hour. */
export interface Load {
  readonly due: number;
  readonly pending: number;
}
