/** What is told to the log of the process. Nothing that a caller sent goes there: no body, query, token or address. */
export interface RequestLog {
  request(line: RequestLine): void;
  /** A fault of the program: its kind, code and place are kept, its text is not, which may quote what a caller sent. */
  error(message: string, error: unknown): void;
}

interface RequestLine {
  readonly method: string;
  /** Template of the route (`/fhir/:type/:id`), never the address. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds from the first byte of the head to the last byte of the answer, one decimal. */
  readonly ms: number;
  readonly id: string;
}
