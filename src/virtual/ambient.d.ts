declare module '@micropython/micropython-webassembly-pyscript/micropython.mjs' {
  export function loadMicroPython(options: {
    heapsize?: number;
    pystack?: number;
    url?: string;
    stdin?: () => number | null;
    stdout?: (line: string) => void;
    stderr?: (line: string) => void;
    linebuffer?: boolean;
  }): Promise<unknown>;
}

/** The part of WebAssembly's JavaScript API that we touch; TypeScript has it in its DOM library only. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {}
  class Instance {
    readonly exports: Record<string, unknown>;
  }
  type Imports = Record<string, Record<string, unknown>>;
  function compile(bytes: Uint8Array): Promise<Module>;
  /** An Instance for a Module, `{ instance, module }` for bytes. */
  let instantiate: (source: Module | Uint8Array, imports: Imports) => Promise<unknown>;
}
