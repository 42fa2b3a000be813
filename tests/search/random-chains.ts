import type { ResourceType } from '../../src/fhir/types.ts';

/** A name that leads over references to a parameter of another type. */
export interface ChainForm {
  readonly kind: 'chain' | 'has';
  readonly type: ResourceType;
  readonly name: string;
  /** Where its last parameter is: type and code. */
  readonly far: ResourceType;
  readonly code: string;
  readonly modifier?: string;
}

const subjects: readonly ResourceType[] = ['Observation', 'Condition', 'RiskAssessment', 'QuestionnaireResponse'];

const ofPatient: readonly (readonly [code: string, modifier?: string])[] = [
  ['identifier'],
  ['name'],
  ['family', 'exact'],
  ['given', 'contains'],
  ['gender'],
  ['gender', 'not'],
  ['birthdate'],
  ['active', 'missing'],
];

export const chains: readonly ChainForm[] = [
  ...subjects.flatMap((type) =>
    ofPatient.map(
      ([code, modifier]): ChainForm => ({
        kind: 'chain',
        type,
        name: `subject:Patient.${code}`,
        far: 'Patient',
        code,
        ...(modifier && { modifier }),
      }),
    ),
  ),
  ...subjects.map((type): ChainForm => ({ kind: 'chain', type, name: 'patient.identifier', far: 'Patient', code: 'identifier' })),
  { kind: 'chain', type: 'QuestionnaireResponse', name: 'questionnaire.title', far: 'Questionnaire', code: 'title' },
  { kind: 'chain', type: 'QuestionnaireResponse', name: 'questionnaire.status', far: 'Questionnaire', code: 'status' },
  { kind: 'chain', type: 'PlanDefinition', name: 'definition:ActivityDefinition.topic', far: 'ActivityDefinition', code: 'topic' },
  { kind: 'chain', type: 'PlanDefinition', name: 'depends-on:ActivityDefinition.status', far: 'ActivityDefinition', code: 'status' },
  { kind: 'chain', type: 'Observation', name: 'subject:Patient._has:Condition:patient:code', far: 'Condition', code: 'code' },
  { kind: 'has', type: 'Patient', name: '_has:Observation:subject:code', far: 'Observation', code: 'code' },
  { kind: 'has', type: 'Patient', name: '_has:Observation:patient:date', far: 'Observation', code: 'date' },
  { kind: 'has', type: 'Patient', name: '_has:Observation:subject:value-quantity', far: 'Observation', code: 'value-quantity' },
  { kind: 'has', type: 'Patient', name: '_has:Condition:patient:code', far: 'Condition', code: 'code' },
  { kind: 'has', type: 'Patient', name: '_has:RiskAssessment:subject:probability', far: 'RiskAssessment', code: 'probability' },
  {
    kind: 'has',
    type: 'Questionnaire',
    name: '_has:QuestionnaireResponse:questionnaire:authored',
    far: 'QuestionnaireResponse',
    code: 'authored',
  },
  { kind: 'has', type: 'ActivityDefinition', name: '_has:PlanDefinition:definition:status', far: 'PlanDefinition', code: 'status' },
  { kind: 'has', type: 'ActivityDefinition', name: '_has:PlanDefinition:depends-on:topic', far: 'PlanDefinition', code: 'topic' },
];
