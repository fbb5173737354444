/** What chat's `refusal` says when the model refused without words. */
export const SILENT_REFUSAL = 'The model refused to answer.';
