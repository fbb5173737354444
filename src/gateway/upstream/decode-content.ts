import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress, type ZlibOptions } from 'node:zlib';

const decoders: Readonly<Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: inflateEither,
  br: (bytes, options) => promisify(brotliDecompress)(bytes, { maxOutputLength: options.maxOutputLength ?? 0 }),
  zstd: (bytes, options) => promisify(zstdDecompress)(bytes, { maxOutputLength: options.maxOutputLength ?? 0 }),
};

/** `deflate` means zlib's form, but some servers send the raw one. */
async function inflateEither(bytes: Buffer, options: ZlibOptions): Promise<Buffer> {
  try {
    return await promisify<Buffer, ZlibOptions, Buffer>(inflate)(bytes, options);
  } catch {
    return promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)(bytes, options);
  }
}

/** True when a body with this content-encoding can be read as it is. */
export function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity';
}

/** The decoded body, or null when the coding is unknown, the bytes are broken or the result is larger than `mostBytes`. */
export async function decodeContent(bytes: Buffer, encoding: string, mostBytes: number): Promise<Buffer | null> {
  const coding = encoding.trim().toLowerCase();
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (decode === undefined) return null;
  try {
    return await decode(bytes, { maxOutputLength: mostBytes });
  } catch {
    return null;
  }
}

/** Whether the client's Accept-Encoding allows this coding. No header: only identity is sure to be understood. */
export function acceptsEncoding(acceptEncoding: string | undefined, encoding: string): boolean {
  if (acceptEncoding === undefined) return false;
  const wanted = encoding.trim().toLowerCase();
  let star = false;
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    if (name === wanted) return !isRefused;
    if (name === '*' && !isRefused) star = true;
  }
  return star;
}
