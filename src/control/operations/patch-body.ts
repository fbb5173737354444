type Body = Readonly<Record<string, unknown>>;

/** A body with some of its fields replaced: what is given is taken whole, null takes the field away, what is absent stays. */
export function patchBody(body: Body, patch: Body): Body {
  const next: Record<string, unknown> = { ...body };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(next, field);
    else if (value !== undefined) next[field] = value;
  }
  return next;
}
