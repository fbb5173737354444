/** In place of a signature that is lost: Gemini 3 checks the first call of each step, and lets this one pass (Gemini API, Thought signatures). */
export const LOST_GEMINI_SIGNATURE = 'skip_thought_signature_validator';
