/**
 * Finds a Python that can create the private .venv.
 *
 * @module
 */
import { SetupError } from "../errors.ts";
import { run } from "../processes.ts";

/** A Python found on this machine. */
export interface Python {
  /** The program and its first arguments: `["python3"]`, on Windows perhaps `["py", "-3"]`. */
  readonly command: readonly string[];
  /** Its version, such as `"3.12.4"`. */
  readonly version: string;
  /** False where `python3-venv` is a separate package, as on Debian. */
  readonly makesEnvironments: boolean;
}

const oldest = [3, 10];
const candidates: readonly (readonly string[])[] = Deno.build.os === "windows"
  ? [["py", "-3"], ["python"], ["python3"]]
  : [["python3"], ["python3.14"], ["python3.13"], ["python3.12"], ["python3.11"], ["python3.10"], ["python"]];

const question = `import sys
try:
    import ensurepip, venv
    able = True
except ImportError:
    able = False
print("%d.%d.%d" % sys.version_info[:3], able)`;

/**
 * Returns the first Python that is recent enough and can create a virtual environment.
 * @param commands programs to try, in order (default: those usual on this system).
 * @throws {SetupError} if there is none; the message says what to install.
 */
export async function findPython(commands: readonly (readonly string[])[] = candidates): Promise<Python> {
  const found: Python[] = [];
  for (const command of commands) {
    const python = await ask(command);
    if (python && isNewEnough(python.version) && python.makesEnvironments) return python;
    if (python) found.push(python);
  }
  throw new SetupError(explain(found));
}

async function ask(command: readonly string[]): Promise<Python | undefined> {
  try {
    const { code, stdout } = await run(command[0], [...command.slice(1), "-c", question], { limit: 60 });
    const match = stdout.match(/^(\d+\.\d+\.\d+) (True|False)/);
    if (code !== 0 || !match) return undefined;
    return { command, version: match[1], makesEnvironments: match[2] === "True" };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/** Returns true for 3.10 and newer. */
export function isNewEnough(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Describes in one sentence what was found instead of a usable Python. */
export function explain(found: readonly Python[]): string {
  const recent = found.find((python) => isNewEnough(python.version));
  if (recent) {
    const minor = recent.version.split(".").slice(0, 2).join(".");
    return `Python ${recent.version} cannot make a virtual environment, because its venv and ensurepip modules are ` +
      `missing: install them (Debian, Ubuntu: sudo apt install python${minor}-venv), then run this again.`;
  }
  const install = "install it (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python; " +
    "Windows: winget install Python.Python.3.12), then run this again.";
  if (found.length > 0) {
    return `JupyterLab needs Python 3.10 or newer, but ${found[0].command.join(" ")} is ${
      found[0].version
    }: ${install}`;
  }
  return `JupyterLab needs Python 3.10 or newer, and no python3 was found: ${install}`;
}
