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
  type Imports = Record<string, Record<string, unknown>>;
  interface InstantiatedSource {
    instance: { exports: Record<string, unknown> };
  }
  let instantiate: (bytes: Uint8Array, imports: Imports) => Promise<InstantiatedSource>;
}
