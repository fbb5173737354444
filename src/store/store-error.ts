/** The store cannot be opened. The message is a sentence for the operator: which file, what is wrong, what helps. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
