/** How the files lie on a board that takes programs over the air: micropython/kiteline/program.py reads and writes the same. */

/** Which of two programs runs. */
export const PROGRAM_FILE = '/kiteline-program.json';

/** `/main.py`, which never changes: it runs the program that PROGRAM_FILE names. */
export const LOADER = `# Starts the program in /program-a or /program-b: see kiteline/program.py, and "kiteline push".
import kiteline.program

kiteline.program.run(globals())
`;

/** `/program-a`, `/program-b`; the root of a board that does not keep its programs so. @param text of PROGRAM_FILE */
export function programFolder(text: string | undefined): string {
  const [, run] = /"run"\s*:\s*"([ab])"/.exec(text ?? '') ?? [];
  return run === undefined ? '' : `/program-${run}`;
}

/** PROGRAM_FILE of a board whose program has come by USB: nobody's id is its any more. @param folder as `programFolder` gives it */
export const byUsbState = (folder: string): string => JSON.stringify({ run: folder.slice(-1), ids: {} });
