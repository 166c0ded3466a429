/** A record of a CSV, and the line on which it begins. */
export interface CsvRecord {
  line: number;
  fields: string[];
}

/** Characters of a record: what is longer has lost its closing quote. */
const LONGEST = 64 * 1024;

/** CSV as RFC 4180 has it, in parts as they come. */
export class CsvReader {
  #line = 1;
  #begun = 1; // the line on which the record begins
  #fields: string[] = [];
  #field = '';
  #size = 0;
  #isQuoted = false;
  #mayClose = false; // the last character was a quote within quotes
  #isEmpty = true; // nothing of the record has come

  /** A quotation mark is not closed: `line` says where its record begins. */
  isBroken = false;

  /** The records that end in it; none any more once it is broken. */
  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) {
      if (this.isBroken) break;
      const record = this.#take(character);
      if (record) records.push(record);
      this.isBroken = this.#size > LONGEST;
    }
    return records;
  }

  /** The line on which the record begins that is not whole yet. */
  get line(): number {
    return this.#begun;
  }

  /** What stands behind the last line break. */
  end(): CsvRecord[] {
    this.isBroken ||= this.#isQuoted && !this.#mayClose;
    if (this.isBroken) return [];
    return this.#isEmpty ? [] : [this.#record()];
  }

  #take(character: string): CsvRecord | undefined {
    this.#size++;
    if (character === '\n') this.#line++;
    if (this.#isQuoted && !this.#mayClose) {
      if (character === '"') this.#mayClose = true;
      else this.#field += character;
      return undefined;
    }
    if (this.#mayClose) {
      this.#mayClose = false;
      if (character === '"') {
        this.#field += character; // doubled: one of the text's own
        return undefined;
      }
      this.#isQuoted = false;
    }
    return this.#plain(character);
  }

  #plain(character: string): CsvRecord | undefined {
    switch (character) {
      case '\r':
        return undefined; // outside of quotes it only ends lines
      case '\n':
        if (!this.#isEmpty) return this.#record();
        this.#reset();
        return undefined;
      case ',':
        this.#fields.push(this.#field);
        this.#field = '';
        break;
      case '"':
        if (this.#field === '') this.#isQuoted = true;
        else this.#field += character;
        break;
      default:
        this.#field += character;
    }
    this.#isEmpty = false;
    return undefined;
  }

  #record(): CsvRecord {
    const record = { line: this.#begun, fields: [...this.#fields, this.#field] };
    this.#reset();
    return record;
  }

  #reset(): void {
    this.#fields = [];
    this.#field = '';
    this.#size = 0;
    this.#isEmpty = true;
    this.#isQuoted = false;
    this.#mayClose = false;
    this.#begun = this.#line;
  }
}
