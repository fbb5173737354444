/** Bytes of a float32. */
const WIDTH = 4;

/** Numbers as little-endian float32 in base64, which is how OpenAI's client asks for vectors. */
export function floatsToBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * WIDTH);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * WIDTH);
  return bytes.toString('base64');
}

/** The numbers of such a text. Bytes that make no whole number are left out. */
export function base64ToFloats(text: string): readonly number[] {
  const bytes = Buffer.from(text, 'base64');
  const vector: number[] = [];
  for (let at = 0; at + WIDTH <= bytes.length; at += WIDTH) vector.push(bytes.readFloatLE(at));
  return vector;
}
