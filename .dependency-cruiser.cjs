// The borders of src/: a room imports only from rooms above it in this list (docs/architecture.md).
const may = {
  fhir: [],
  fhirpath: ['fhir'],
  search: ['fhir', 'fhirpath'],
  storage: ['search', 'fhir'],
  definitions: ['storage', 'search', 'fhir'],
  terminology: ['fhir'],
  validation: ['terminology', 'fhirpath', 'fhir'],
  questionnaire: ['terminology', 'fhirpath', 'fhir'],
  reasoning: ['terminology', 'fhirpath', 'fhir'],
  content: ['validation', 'storage', 'definitions', 'search', 'fhirpath', 'fhir'],
  rest: ['terminology', 'definitions', 'storage', 'search', 'fhirpath', 'fhir'],
  operations: ['content', 'reasoning', 'questionnaire', 'validation', 'terminology', 'definitions', 'storage', 'search', 'fhirpath', 'fhir'],
  cds: ['reasoning', 'terminology', 'definitions', 'storage', 'search', 'fhirpath', 'fhir'],
  web: ['operations', 'cds', 'storage', 'fhir'],
  http: ['web', 'cds', 'operations', 'rest', 'content', 'reasoning', 'questionnaire', 'validation', 'terminology', 'definitions', 'storage', 'search', 'fhirpath', 'fhir'],
};

const rooms = Object.entries(may).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room}/ may use only ${allowed.join(', ') || 'nothing of src/'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...rooms,
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'adapters-only-in-stores', severity: 'error', from: { path: '^src/', pathNot: '^src/(stores\\.ts|storage/(sqlite|mongodb)/)' }, to: { path: '^src/storage/(sqlite|mongodb)/' } },
    { name: 'express-only-in-http', severity: 'error', from: { path: '^src/', pathNot: '^src/http/' }, to: { path: 'node_modules/(@types/)?(express|helmet|cors)/' } },
    { name: 'libsql-only-in-its-adapter', severity: 'error', from: { path: '^src/', pathNot: '^src/storage/sqlite/' }, to: { path: 'node_modules/libsql/' } },
    { name: 'mongodb-only-in-its-adapter', severity: 'error', from: { path: '^src/', pathNot: '^src/storage/mongodb/' }, to: { path: 'node_modules/mongodb/' } },
    { name: 'fhir-types-from-one-file', severity: 'error', from: { path: '^src/', pathNot: '^src/fhir/types\\.ts' }, to: { path: 'node_modules/@types/fhir/' } },
    { name: 'no-dev-dependency', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: 'fhir/r4' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.json'] },
  },
};
