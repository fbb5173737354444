/** Headers of an HTTP answer: names in lower case, repeated ones as a list. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** One value of a header, the first when it is repeated. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
