/** The inputs of a service (https://cds-hooks.hl7.org/2.0/#prefetch-template): `Library.dataRequirement`, its element id is the key. */
import type { Library, ResourceType } from '../fhir/types.ts';
import type { Hook, HookContext } from './hooks/hook.ts';

export interface Prefetch {
  readonly key: string;
  readonly type: ResourceType;
  readonly template: string;
}

const QUERY = 'http://hl7.org/fhir/StructureDefinition/cqf-fhirQueryPattern';
const TOKEN = /\{\{\s*([^}]*?)\s*\}\}/g;
/** The user's id by its type (https://cds-hooks.hl7.org/2.0/#prefetch-tokens-identifying-the-user). */
const USERS: Readonly<Record<string, string>> = {
  userPractitionerId: 'Practitioner',
  userPractitionerRoleId: 'PractitionerRole',
  userPatientId: 'Patient',
  userRelatedPersonId: 'RelatedPerson',
};

/** Requirements of libraries that can be asked for by a query; and what is wrong with some, as sentences. */
export function prefetchOf(libraries: readonly Library[], hook: Hook): { prefetch: readonly Prefetch[]; faults: readonly string[] } {
  const prefetch = new Map<string, Prefetch>();
  const faults: string[] = [];
  for (const library of libraries) {
    for (const { id: key, type, extension = [] } of library.dataRequirement ?? []) {
      const template = extension.find(({ url }) => url === QUERY)?.valueString;
      if (!key || !template) continue;
      const unknown = tokensOf(template).filter((token) => !isKnown(token, hook));
      const place = `Library/${library.id}, data requirement "${key}"`;
      if (unknown.length > 0) faults.push(`${place}: the hook ${hook.name} gives no {{${unknown[0]}}}.`);
      if (prefetch.has(key) && prefetch.get(key)?.template !== template) faults.push(`${place}: the key is used twice.`);
      prefetch.set(key, { key, type: type as ResourceType, template });
    }
  }
  return { prefetch: [...prefetch.values()], faults };
}

/** The template with its tokens replaced; undefined where one has no value. */
export function resolveTemplate(template: string, context: HookContext): string | undefined {
  let complete = true;
  const query = template.replace(TOKEN, (_, token: string) => {
    const value = tokenValue(token, context);
    complete &&= value !== undefined;
    return encodeURIComponent(value ?? '').replaceAll('%2F', '/');
  });
  return complete ? query : undefined;
}

function tokenValue(token: string, context: HookContext): string | undefined {
  const type = USERS[token];
  if (type) return context.userId?.startsWith(`${type}/`) ? context.userId.slice(type.length + 1) : undefined;
  const value = context[token.replace(/^context\./, '')];
  return typeof value === 'string' && value ? value : undefined;
}

function tokensOf(template: string): string[] {
  return [...template.matchAll(TOKEN)].map(([, token = '']) => token);
}

function isKnown(token: string, { tokens }: Hook): boolean {
  return Object.hasOwn(USERS, token) || tokens.some((field) => token === `context.${field}`);
}
