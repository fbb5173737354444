const USER_NAME = /^[A-Za-z0-9._-]{3,32}$/u;

/** Whether a text can be the name of a user. Nothing else is ever looked up: databases take more letters for equal than we do. */
export function isUserName(text: string): boolean {
  return USER_NAME.test(text);
}
