/** The path of a call. Ids may hold slashes, which are part of the path (`tunedModels/x`); others stand under `models/`. */
export function callPath(model: string, verb: string): string {
  return `/${resourceName(model).split('/').map(encodeURIComponent).join('/')}:${verb}`;
}

/** The model as bodies name it. */
export function resourceName(model: string): string {
  return model.includes('/') ? model : `models/${model}`;
}
