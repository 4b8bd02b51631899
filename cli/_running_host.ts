// A host that runs on this machine, asked for answers.

/** A request as plain data. */
export interface HostQuestion {
  readonly path: string;
  /** @default {"GET"} */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a host said. */
export interface HostAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Uint8Array;
}

/** A host that serves a folder; it ends when it is disposed of. */
export interface RunningHost extends AsyncDisposable {
  /** Its answers, one for every way that the host can be asked. Rejects where it has ended. */
  ask(question: HostQuestion): Promise<readonly HostAnswer[]>;
}

/** What a response says. */
export async function answerFrom(response: Response): Promise<HostAnswer> {
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get("content-type"), body };
}
