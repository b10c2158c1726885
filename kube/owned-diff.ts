/** Plain JSON. */
type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/**
 * The merge patch that brings `live` to say what `desired` says; `null` when it does already. What `desired` does not mention
 * belongs to others, defaults of the API server included; `null` in it means that the field must be absent.
 */
export function ownedDiff(desired: JsonObject, live: JsonObject): JsonObject | null {
  const patch: Record<string, Json> = {};
  for (const [name, wanted] of Object.entries(desired)) {
    const found = live[name];
    if (wanted === undefined || covers(found, wanted)) continue;
    patch[name] = isObject(wanted) && isObject(found) ? ownedDiff(wanted, found) : wanted;
  }
  return Object.keys(patch).length === 0 ? null : patch;
}

/** Whether `found` says all that `wanted` says. Lists agree element by element, in order and number. */
function covers(found: Json, wanted: Json): boolean {
  if (wanted === null || wanted === undefined) return found === null || found === undefined;
  // The API server leaves empty lists and objects out; written again and again they would never be there.
  if (Array.isArray(wanted)) return coversList(found ?? [], wanted);
  if (isObject(wanted)) return coversObject(found ?? {}, wanted);
  return found === wanted;
}

function coversList(found: Json, wanted: readonly Json[]): boolean {
  if (!Array.isArray(found) || found.length !== wanted.length) return false;
  return wanted.every((element, index) => covers(found[index], element));
}

function coversObject(found: Json, wanted: JsonObject): boolean {
  return isObject(found) && Object.entries(wanted).every(([name, value]) => covers(found[name], value));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
