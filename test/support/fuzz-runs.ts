/** How often a property is tried: FUZZ_RUNS, or few enough for every day. */
export const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? '') || 150;
