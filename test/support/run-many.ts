/** Runs `act` for 0 … count-1 with so many at a time, and gives the results in order. */
export async function runMany<Result>(count: number, atATime: number, act: (index: number) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await act(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, work));
  return results;
}
