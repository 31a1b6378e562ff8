import { StoreError } from "./store";

interface Explanation {
  readonly code: StoreError["code"];
  readonly problem: string;
  readonly remedy: string;
}

function cannotOpen(problem: string, remedy: string): Explanation {
  return { code: "Store.CannotOpen", problem, remedy };
}

const unreachable = (problem: string) =>
  cannotOpen(problem, "Check the host and port in the store's address, and that PostgreSQL runs there.");

const wrongLogin = cannotOpen(
  "PostgreSQL refused the user or the password",
  "Check the user in the store's address, and its password there or in PGPASSWORD.",
);

/** What people can do about the errors that PostgreSQL or the network gives, by their code. */
const explanations: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: unreachable("nothing listens at its host and port"),
  ENOTFOUND: unreachable("its host isn't known"),
  EAI_AGAIN: unreachable("its host's name can't be looked up now"),
  ETIMEDOUT: unreachable("its host doesn't answer"),
  EHOSTUNREACH: unreachable("its host can't be reached"),
  ENOENT: unreachable("its socket doesn't exist"),
  EACCES: unreachable("its socket may not be used by this user"),
  "28P01": wrongLogin,
  "28000": wrongLogin,
  "3D000": cannotOpen("the database doesn't exist", "Create the database, or name one that's there."),
  "42501": cannotOpen(
    "the user may not do this there",
    "Grant the user the right to create a schema in the database, or the rights on the schema and its tables.",
  ),
  "55P03": {
    code: "Store.Busy",
    problem: "another process has been writing to it for too long",
    remedy: "Wait for the other Pulumi or cloudbackup command to end and run this one again.",
  },
};

/** Asked for a password and having none, the driver says so without a code. */
const missingPassword = /client password must be a string|no password supplied/i;

/** The user's matter behind an error of PostgreSQL or its driver, if it is one; `connecting` takes any for one. */
export function postgresErrorOf(error: unknown, location: string, connecting: boolean): StoreError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  const known = explanations[code] ?? (missingPassword.test(error.message) ? wrongLogin : undefined);
  const reason = [error.message, code].filter(Boolean).join(", ");
  if (known) return new StoreError(known.code, `the store ${location}: ${known.problem} (${reason})`, known.remedy);
  if (!connecting) return undefined;
  return new StoreError(
    "Store.CannotOpen",
    `the store ${location} can't be opened: ${reason}`,
    "Check the store's address, and that PostgreSQL accepts connections.",
  );
}
