/**
 * A call that does the work, but never twice at once: while it is under way, any number of calls make it be done once more afterwards.
 * Settles when everything that was asked for until then is done.
 * @param work Never rejects.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  const run = async (): Promise<void> => {
    do {
      isAskedAgain = false;
      await work();
    } while (isAskedAgain);
    running = null;
  };
  return () => {
    isAskedAgain = true;
    running ??= run();
    return running;
  };
}
