/** Content that must not be served. One sentence for each fault, all of them in one message; nothing was written. */
export class ContentFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.length === 1 ? faults[0] : `The content has ${faults.length} faults.\n${faults.join('\n')}`);
    this.name = 'ContentFault';
    this.faults = faults;
  }
}
