/** What a data URL holds. */
interface DataUrl {
  /** In lower case, without parameters. */
  readonly mediaType: string;
  readonly base64: string;
}

/** The parts of a data URL (RFC 2397); null when the text is none. Data that is not base64 is made so. */
export function readDataUrl(text: string): DataUrl | null {
  if (!/^data:/i.test(text.slice(0, 5))) return null;
  const comma = text.indexOf(',');
  if (comma === -1) return null;
  const [type = '', ...parameters] = text.slice(5, comma).toLowerCase().split(';');
  const mediaType = type.trim() === '' ? 'text/plain' : type.trim();
  const data = text.slice(comma + 1);
  const isBase64 = parameters.some((each) => each.trim() === 'base64');
  return { mediaType: mediaType === 'image/jpg' ? 'image/jpeg' : mediaType, base64: isBase64 ? data : encodePlain(data) };
}

function encodePlain(data: string): string {
  try {
    return Buffer.from(decodeURIComponent(data)).toString('base64');
  } catch {
    return Buffer.from(data).toString('base64');
  }
}
