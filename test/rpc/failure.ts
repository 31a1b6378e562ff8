import type { ServiceError } from "@grpc/grpc-js";

/** The status a call fails with; a call that succeeds is an error. */
export async function failureOf(call: Promise<unknown> | undefined): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("the call succeeded");
}

/** What each test of this suite writes to console.error, instead of showing it. */
export function captureErrors(): string[] {
  const texts: string[] = [];
  const original = console.error;
  beforeEach(() => {
    texts.length = 0;
    console.error = (text: unknown) => void texts.push(String(text));
  });
  afterEach(() => {
    console.error = original;
  });
  return texts;
}
