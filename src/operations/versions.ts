/** https://hl7.org/fhir/R4/operation-capabilitystatement-versions.html */
import { FhirError } from '../fhir/error.ts';
import type { Operation } from '../fhir/operation.ts';
import type { OperationDefinition, Parameters } from '../fhir/types.ts';

const VERSION = '4.0';

/** @param definition - R4's `CapabilityStatement-versions` */
export function versions(definition: OperationDefinition): Operation {
  return {
    // R4 forgot to say that nothing changes; it stands at the system, beside no type
    definition: { ...definition, affectsState: false },
    run: async ({ query, body }) => {
      const foreign = query.find(([name, value]) => value !== '' && name !== '_format' && name !== '_pretty');
      if (foreign || (body && (body.value as { parameter?: unknown } | null)?.parameter !== undefined)) {
        throw new FhirError('invalid', 'The operation $versions takes no parameter.');
      }
      return { status: 200, body: answer };
    },
  };
}

const answer: Parameters = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'version', valueCode: VERSION },
    { name: 'default', valueCode: VERSION },
  ],
};
