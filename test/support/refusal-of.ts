import { OperationError } from '../../src/control/operation-error.ts';

/** `code: message` of what an operation refused; `ok` when it did not. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof OperationError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The code alone. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).split(':', 1)[0] ?? '';
}
