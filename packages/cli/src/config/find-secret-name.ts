const secretName = /(?:api_?key|token|secret|password|passphrase|jwt|cookie|authorization|credentials?)$/i;

/** The path of an option that is a credential by its name and has a text for a value; undefined where there is none. */
export function findSecretName(options: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'string' && secretName.test(name)) return name;
    const inner = isObject(value) ? findSecretName(value) : undefined;
    if (inner !== undefined) return `${name}.${inner}`;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
